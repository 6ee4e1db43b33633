// Numbers of every class from predictions in order of falling confidence, one linear pass each.
#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include "slice.hpp"

namespace boxscore {
enum Verdict : uint8_t { kAbsent = 0, kWrong = 1, kRight = 2 };

// N predictions by falling confidence; an absent one is as if it were not there.
struct Ranked {
  Slice<const int32_t> klass;
  Slice<const double> confidence;
  Slice<const uint8_t> verdict;
};

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Columns by class; `pooled` and `mean` are a confidence and the F1 there.
struct ClassSweep {
  std::vector<int64_t> right, wrong;  // (C, K) predictions between a threshold of the grid and the next
  std::vector<double> confidence, f1;  // (C) where F1 is highest
  double pooled[2] = {kUndefined, kUndefined}, mean[2] = {kUndefined, kUndefined};
};
ClassSweep sweep_classes(const Ranked& ranked, Slice<const int64_t> objects, Slice<const double> grid);

// What is shown of each class where its LRP is least: nothing, unless that is worse.
struct LrpSums {
  std::vector<double> shown, right, poor, confidence;  // (C); poor is the sum of 1 - overlap of right ones
};
// `overlap` is that of the prediction in a row, `rows` (N) is where each comes from.
LrpSums lrp_sums(const Ranked& ranked, Slice<const int64_t> rows, Slice<const double> overlap,
                 Slice<const int64_t> objects, double iou);

// Several readings of one ranking: `verdict` (L, M) says what a prediction of a code below M is in each.
struct Readings {
  std::vector<double> precision;  // (L, C, R) highest one at a recall from one point to below the next
  std::vector<int64_t> count;     // (C, M) predictions by code
};
Readings read_ranking(Slice<const int32_t> klass, Slice<const uint8_t> code, Slice<const uint8_t> verdict,
                      size_t codes, Slice<const int64_t> objects, size_t lanes, Slice<const double> recall,
                      int threads);

// Whether each of `rows`, in order, is among the first `most` of its group.
std::vector<uint8_t> first_of_groups(Slice<const int64_t> rows, Slice<const int32_t> group, size_t groups,
                                     int64_t most);
}  // namespace boxscore
