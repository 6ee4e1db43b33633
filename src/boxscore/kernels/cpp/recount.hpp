// COCO matching at any IoU threshold from candidate pairs alone, area range "all".
#pragma once
#include "pairs.hpp"

namespace boxscore {
class Recount {
 public:
  // A crowd region is matched repeatedly; it and other ignored ground truths never count.
  Recount(Slice<const int32_t> truth_class, Slice<const uint8_t> truth_ignored, Slice<const uint8_t> truth_crowd,
          Slice<const int32_t> image, Slice<const int32_t> klass, Slice<const double> confidence,
          Slice<const int32_t> pair_prediction, Slice<const int32_t> pair_truth, Slice<const double> pair_iou,
          size_t max_detections);
  const std::vector<uint8_t>& considered() const { return considered_; }
  struct Outcome {
    std::vector<int32_t> match;    // the ground truth that each prediction got, or -1
    std::vector<uint8_t> ignored;  // that one does not count
    std::vector<int32_t> got_by;   // the prediction that each counted ground truth got, or -1
  };
  Outcome at(double iou) const;

 private:
  struct Candidate {
    double iou;
    int32_t truth;
    bool ignored, crowd;
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
