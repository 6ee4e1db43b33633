// Two COCO files to the twelve numbers, or to each prediction's matches, without Python in between.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mapped_file.hpp"

namespace boxscore {
struct Score {
  std::string task;
  std::array<double, 12> stats{};
  size_t images = 0, ground_truth = 0, predictions = 0;
  size_t odd = 0;  // not zero: something needs the careful way, and nothing was computed
};
// How far the reading is, for whoever looks on from another thread.
struct Progress {
  std::atomic<uint64_t> done{0}, total{0};  // bytes
};
// task: "bbox", "segm", or "auto": masks when the results have them, else boxes.
Score score_texts(const Text& truth, const Text& results, const std::string& task, int threads, Progress* progress = nullptr);

// For each prediction in file order: at which of the ten IoU thresholds it is matched, and at which
// to a ground truth that does not count (bit t: threshold t), over all areas; and its place in its
// image and class by falling confidence.
struct FileMatches {
  std::string task;
  size_t odd = 0;
  std::vector<uint16_t> matched, ignored;
  std::vector<int32_t> rank;
};
FileMatches match_texts(const Text& truth, const Text& results, const std::string& task, int threads);
}  // namespace boxscore
