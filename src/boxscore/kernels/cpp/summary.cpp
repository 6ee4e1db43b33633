// COCO's twelve numbers from the curves, means as numpy.mean has them.
#include <limits>
#include <stdexcept>

#include "curves.hpp"

namespace boxscore {
namespace {
// NumPy's pairwise summation, so that means agree with numpy.mean to the last bit.
double pairwise_sum(const double* a, size_t n) {
  if (n < 8) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += a[i];
    return sum;
  }
  if (n <= 128) {
    double r[8];
    for (size_t k = 0; k < 8; ++k) r[k] = a[k];
    size_t i = 8;
    for (; i < n - n % 8; i += 8)
      for (size_t k = 0; k < 8; ++k) r[k] += a[i + k];
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; ++i) sum += a[i];
    return sum;
  }
  const size_t half = n / 2 - n / 2 % 8;
  return pairwise_sum(a, half) + pairwise_sum(a + half, n - half);
}

double mean(const std::vector<double>& v) {
  return v.empty() ? std::numeric_limits<double>::quiet_NaN() : pairwise_sum(v.data(), v.size()) / double(v.size());
}

constexpr double kAll = -1;

// Defined values in pycocotools' order: threshold, recall point, class.
double average_precision(const Curves& c, const Protocol& p, size_t area, double iou) {
  const size_t kept = c.precision.size() / std::max<size_t>(1, c.classes * c.areas * c.thresholds * c.points);
  std::vector<double> values;
  for (size_t t = 0; t < c.thresholds; ++t) {
    if (iou != kAll && p.iou[t] != iou) continue;
    for (size_t r = 0; r < c.points; ++r)
      for (size_t k = 0; k < c.classes; ++k) {
        const size_t block = ((k * c.areas + area) * kept + kept - 1) * c.thresholds + t;
        const double x = c.precision.data()[block * c.points + r];
        if (x > -1) values.push_back(x);
      }
  }
  return mean(values);
}

double average_recall(const Curves& c, size_t area, size_t limit) {
  std::vector<double> values;
  for (size_t t = 0; t < c.thresholds; ++t)
    for (size_t k = 0; k < c.classes; ++k) {
      const double x = c.recall.data()[((k * c.areas + area) * c.limits + limit) * c.thresholds + t];
      if (x > -1) values.push_back(x);
    }
  return mean(values);
}
}  // namespace

std::array<double, 12> summarize(const Curves& c, const Protocol& p) {
  if (c.areas < 4 || c.limits < 3)
    throw std::invalid_argument("the twelve numbers need four area ranges and three max_dets");
  const auto ap = [&](size_t area, double iou) { return average_precision(c, p, area, iou); };
  const auto ar = [&](size_t area, size_t limit) { return average_recall(c, area, limit); };
  return {ap(0, kAll), ap(0, .5), ap(0, .75), ap(1, kAll), ap(2, kAll), ap(3, kAll),
          ar(0, 0), ar(0, 1), ar(0, 2), ar(1, 2), ar(2, 2), ar(3, 2)};
}
}  // namespace boxscore
