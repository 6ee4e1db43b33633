// When a recall point is reached, in the reference's own floating-point comparison.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace boxscore {
constexpr double kSpacing = 2.220446049250313e-16;  // numpy.spacing(1)

// True positives needed for each recall point: the smallest k >= 1 with k / total >= the point.
inline void needed_for(const std::vector<double>& recall, int64_t total, std::vector<int32_t>& needed) {
  needed.resize(recall.size());
  const double n = double(total);
  for (size_t r = 0; r < recall.size(); ++r) {
    int64_t k = std::max<int64_t>(1, int64_t(recall[r] * n) - 1);
    while (double(k) / n < recall[r]) ++k;
    needed[r] = int32_t(k);
  }
}

// The inverse: reached[k] is how many recall points k true positives reach, k = 0..total.
inline void reached_by(const std::vector<int32_t>& needed, int64_t total, std::vector<uint16_t>& reached) {
  reached.resize(size_t(total) + 1);
  size_t at = 0;
  for (size_t r = 0; r < needed.size(); ++r) {
    const size_t end = std::min(size_t(needed[r]), reached.size());
    for (; at < end; ++at) reached[at] = uint16_t(r);
  }
  for (; at < reached.size(); ++at) reached[at] = uint16_t(needed.size());
}
}  // namespace boxscore
