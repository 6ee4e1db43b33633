// Candidate pairs: every prediction and ground truth of one image that overlap enough.
#pragma once
#include "matching.hpp"

namespace boxscore {
struct Pairs {
  std::vector<int32_t> prediction, truth;
  std::vector<double> iou;
};
// Classes play no part; sorted by prediction, then ground truth.
Pairs candidate_pairs(Slice<const int32_t> truth_image, Slice<const Box> truth_box, Slice<const uint8_t> crowd,
                      Slice<const int32_t> image, Slice<const Box> box, double floor, int threads,
                      const OverlapMaker* overlap = nullptr);
}  // namespace boxscore
