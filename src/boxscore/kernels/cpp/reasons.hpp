// Why predictions are false, and which of them would find an object if they were mended.
#pragma once
#include <cstdint>
#include <vector>

#include "slice.hpp"

namespace boxscore {
// In the order in which they are shown, as in Python.
enum ErrorKind : uint8_t { kNone = 0, kClass, kLocation, kBoth, kDuplicate, kBackground };

// (N) best overlap with a ground truth of the own and of any other class, and that one, -1 without.
struct Nearest {
  Slice<const double> same_iou, other_iou;
  Slice<const int32_t> same;
};
// `taker` (G) got each ground truth, -1 without; only `wrong` predictions have a kind.
std::vector<uint8_t> error_kinds(Slice<const uint8_t> wrong, const Nearest& nearest, Slice<const int32_t> taker,
                                 double iou, double background);

// Errors of class or location whose ground truth (`same`, `other`) was not found; of several for one the
// most confident, of equals the first. `unfound` (G) loses those that one of them finds.
std::vector<uint8_t> mending(Slice<const uint8_t> kind, Slice<const int32_t> same, Slice<const int32_t> other,
                             Slice<const double> confidence, std::vector<uint8_t>& unfound);

// (P) overlap of each prediction with the ground truth that it got; nan without one.
std::vector<double> match_overlaps(Slice<const int32_t> pair_prediction, Slice<const int32_t> pair_truth,
                                   Slice<const double> pair_iou, Slice<const int32_t> matched);
}  // namespace boxscore
