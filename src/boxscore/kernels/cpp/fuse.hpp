// Weighted box fusion: boxes of several runs on one image and of one class, joined where they overlap.
#pragma once
#include <cstdint>
#include <vector>

#include "boxes.hpp"
#include "slice.hpp"

namespace boxscore {
// Clusters in order of the groups, in each in order of their first member.
struct Fused {
  std::vector<int64_t> cluster;    // of each row
  std::vector<double> box;         // 4 a cluster: x, y, width, height
  std::vector<double> confidence;  // the sum over its members
  std::vector<int64_t> members;
};

// `start` (groups + 1) parts the rows; within a group they go by falling confidence.
Fused fuse_boxes(Slice<const int64_t> start, Slice<const Box> box, Slice<const double> confidence, double iou);
}  // namespace boxscore
