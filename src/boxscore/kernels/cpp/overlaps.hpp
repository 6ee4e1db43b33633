// Overlaps of other geometry than boxes, group by group, for matching and candidate pairs.
#pragma once
#include "mask_overlap.hpp"

namespace boxscore {
// The unrotated boxes and degrees clockwise about their centres. Exact intersection of the two.
struct RotatedBoxes {
  Slice<const Box> box;
  Slice<const double> theta;
};
std::unique_ptr<OverlapMaker> rotated_overlap(RotatedBoxes truth, RotatedBoxes found, Slice<const uint8_t> crowd);

// Object keypoint similarity as pycocotools computes it. Points are [row][point][x, y, visibility].
struct KeypointTruth {
  Slice<const int32_t> klass;
  Slice<const Box> box;
  Slice<const double> area, points;
};
// `sigmas` are [class][point]; NaN where the class has no such point.
std::unique_ptr<OverlapMaker> keypoint_overlap(KeypointTruth truth, Slice<const double> found_points,
                                               Slice<const double> sigmas, size_t points_per_row);

// The lesser of mask IoU and boundary IoU (Cheng et al. 2021); boundaries are `ratio` of the image's
// diagonal wide.
std::unique_ptr<OverlapMaker> boundary_overlap(MaskColumn truth, MaskColumn found, Slice<const uint8_t> crowd,
                                               double ratio);
}  // namespace boxscore
