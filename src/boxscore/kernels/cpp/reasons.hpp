// Why predictions are false, and which of them would find an object if they were mended.
#pragma once
#include <cstdint>
#include <vector>

#include "slice.hpp"

namespace boxscore {
// In the order in which they are shown, as in Python.
enum ErrorKind : uint8_t { kNone = 0, kClass, kLocation, kBoth, kDuplicate, kBackground };

// Candidate pairs of predictions and ground truths.
struct Candidates {
  Slice<const int32_t> prediction, truth;
  Slice<const double> iou;
};

// (P) best overlap of each prediction with a ground truth of its own and of any other class, 0 without,
// and that ground truth, of equals the first, -1 without.
struct Best {
  std::vector<double> same_iou, other_iou;
  std::vector<int32_t> same, other;
};
Best best_overlaps(const Candidates& pairs, Slice<const int32_t> klass, Slice<const int32_t> truth_class,
                   Slice<const uint8_t> counted);

// The same of N predictions, as far as their kinds depend on it.
struct Nearest {
  Slice<const double> same_iou, other_iou;
  Slice<const int32_t> same;
};
// `taker` (G) got each ground truth, -1 without; only `wrong` predictions have a kind.
std::vector<uint8_t> error_kinds(Slice<const uint8_t> wrong, const Nearest& nearest, Slice<const int32_t> taker,
                                 double iou, double background, int threads);

// Errors of class or location whose ground truth (`same`, `other`) was not found; of several for one the
// most confident, of equals the first. `unfound` (G) loses those that one of them finds.
std::vector<uint8_t> mending(Slice<const uint8_t> kind, Slice<const int32_t> same, Slice<const int32_t> other,
                             Slice<const double> confidence, std::vector<uint8_t>& unfound);

// (P) overlap of each prediction with the ground truth that it got; nan without one.
std::vector<double> match_overlaps(const Candidates& pairs, Slice<const int32_t> matched);
}  // namespace boxscore
