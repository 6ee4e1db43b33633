// The numbers of weighted images: slices (weights 0 and 1) and bootstrap replicates of one run,
// from its matches. An image of weight w counts as w images that are equal and follow each other.
#pragma once
#include "curves.hpp"

namespace boxscore {
struct CountedTruth {  // ground truths that count
  Slice<const int32_t> image, klass;
  Slice<const double> area;
};

class Resampling {
 public:
  static constexpr size_t kNumbers = 12, kClassNumbers = 3;

  // `copies`: the largest weight that will be asked for.
  Resampling(const MatchTable&, const CountedTruth&, const Protocol&, size_t images, size_t copies, int threads);

  size_t images() const { return images_; }
  size_t classes() const { return classes_.size(); }
  size_t copies() const { return copies_; }
  // Weight by weight what accumulate() gives on the repeated images, to the last bit.
  Curves curves(Slice<const uint16_t> weights, int threads) const;
  // overall[replicate][12] and per_class[replicate][class][AP, AP50, AR100]: the same numbers by sums
  // in another order. weights[replicate][image]. NaN is undefined.
  void replicate(Slice<const uint16_t> weights, Slice<double> overall, Slice<double> per_class, int threads) const;

  // A matched prediction as one (area range, IoU threshold) sees it.
  struct Event {
    uint32_t hit;       // counts ClassEvents::hit
    uint8_t claimed;    // takes itself off the false positives
    uint8_t counted;    // is a true positive
    uint8_t limit;      // first of max_dets that lets it in
  };
  // Predictions of one class by falling confidence, up to the last matched one.
  struct ClassEvents {
    std::vector<uint32_t> slot;  // where its weight is found
    std::vector<uint8_t> in_area;
    std::vector<uint32_t> hit;   // places of the matched ones
    std::vector<Event> events;   // lane by lane
    std::vector<uint32_t> lane_start;
    std::vector<uint32_t> truth_image;
    std::vector<uint8_t> truth_area;
  };
  // Weights are looked up by slot: an image, or one copy of an image, there or not.
  struct Copy {
    uint32_t image, number;
  };
  const std::vector<Copy>& extra_slots() const { return extra_; }
  const std::vector<ClassEvents>& class_events() const { return classes_; }
  const Protocol& protocol() const { return protocol_; }

 private:
  void check(Slice<const uint16_t> weights) const;

  Protocol protocol_;
  size_t images_, copies_;
  std::vector<ClassEvents> classes_;
  std::vector<Copy> extra_;
};

// Sums over weighted rows: out[replicate][cell] += weights[replicate][image[row]] * amount[row], in
// order of rows, for n replicates; an empty `amount` is 1 for each. Whole numbers below 2^53 are exact.
void weigh(Slice<const uint16_t> weights, size_t n, size_t images, Slice<const int32_t> image,
           Slice<const int32_t> cell, Slice<const double> amount, size_t cells, Slice<double> out, int threads);
}  // namespace boxscore
