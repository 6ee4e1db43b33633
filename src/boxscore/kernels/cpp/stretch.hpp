// Precision of one class as its ranking is read, the highest one of each stretch of recall.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "slice.hpp"

namespace boxscore {
struct Stretch {
  double shown = 0, right = 0, highest = 0;
  double next = std::numeric_limits<double>::infinity();  // true positives that reach the next recall point
  size_t at = 0;

  void close(double* table, double objects, Slice<const double> recall) {
    table[at] = highest;
    while (at + 1 < recall.size() && right / objects >= recall[at + 1]) ++at;
    seek(objects, recall);
  }

  void seek(double objects, Slice<const double> recall) {
    next = std::numeric_limits<double>::infinity();
    if (at + 1 == recall.size() || !(objects > 0)) return;
    next = std::max(right + 1, std::floor(recall[at + 1] * objects) - 1);
    while (next / objects < recall[at + 1]) next += 1;
  }
};
}  // namespace boxscore
