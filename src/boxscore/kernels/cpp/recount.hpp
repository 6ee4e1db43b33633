// COCO matching at any IoU threshold from candidate pairs alone, area range "all".
#pragma once
#include "pairs.hpp"

namespace boxscore {
class Recount {
 public:
  Recount(Slice<const int32_t> truth_class, Slice<const uint8_t> truth_ignored, Slice<const int32_t> image,
          Slice<const int32_t> klass, Slice<const double> confidence, Slice<const int32_t> pair_prediction,
          Slice<const int32_t> pair_truth, Slice<const double> pair_iou, size_t max_detections);
  size_t predictions() const { return considered_.size(); }
  const std::vector<uint8_t>& considered() const { return considered_; }
  // match[p]: the ground truth that p got, or -1; ignored[p]: that one does not count.
  void at(double iou, Slice<int32_t> match, Slice<uint8_t> ignored) const;

 private:
  struct Candidate {
    double iou;
    int32_t truth;
    bool ignored;
  };
  // One prediction that has candidates of its own class, in matching order.
  struct Turn {
    uint32_t prediction, first, last;
  };
  void order_turns(const Grouped& sorted, const std::vector<uint32_t>& start, const std::vector<Candidate>& by_prediction);

  std::vector<Turn> turns_;
  std::vector<Candidate> candidates_;
  std::vector<uint8_t> considered_;
  size_t truths_;
};
}  // namespace boxscore
