// COCO's twelve numbers from the curves, means as numpy.mean has them.
#include <limits>
#include <numeric>
#include <stdexcept>

#include "curves.hpp"
#include "pairwise_sum.hpp"

namespace boxscore {
namespace {
double mean(const std::vector<double>& v) {
  return v.empty() ? std::numeric_limits<double>::quiet_NaN() : pairwise_sum(v.data(), v.size()) / double(v.size());
}

}  // namespace

double average_precision(const Curves& c, size_t area, const std::vector<size_t>& thresholds,
                         const std::vector<size_t>& classes) {
  const size_t kept = c.precision.size() / std::max<size_t>(1, c.classes * c.areas * c.thresholds * c.points);
  std::vector<double> values;  // in pycocotools' order: threshold, recall point, class
  values.reserve(thresholds.size() * c.points * classes.size());
  for (size_t t : thresholds)
    for (size_t r = 0; r < c.points; ++r)
      for (size_t k : classes) {
        const size_t block = ((k * c.areas + area) * kept + kept - 1) * c.thresholds + t;
        const double x = c.precision.data()[block * c.points + r];
        if (x > -1) values.push_back(x);
      }
  return mean(values);
}

double average_recall(const Curves& c, size_t area, size_t limit, const std::vector<size_t>& thresholds) {
  std::vector<double> values;
  for (size_t t : thresholds)
    for (size_t k = 0; k < c.classes; ++k) {
      const double x = c.recall.data()[((k * c.areas + area) * c.limits + limit) * c.thresholds + t];
      if (x > -1) values.push_back(x);
    }
  return mean(values);
}

std::array<double, 12> summarize(const Curves& c, const Protocol& p) {
  if (c.areas < 4 || c.limits < 3)
    throw std::invalid_argument("the twelve numbers need four area ranges and three max_dets");
  std::vector<size_t> classes(c.classes), every(c.thresholds);
  std::iota(classes.begin(), classes.end(), size_t(0));
  std::iota(every.begin(), every.end(), size_t(0));
  const auto at = [&](double iou) {
    std::vector<size_t> places;
    for (size_t t : every)
      if (p.iou[t] == iou) places.push_back(t);
    return places;
  };
  const auto ap = [&](size_t area, const std::vector<size_t>& t) { return average_precision(c, area, t, classes); };
  const auto ar = [&](size_t area, size_t limit) { return average_recall(c, area, limit, every); };
  return {ap(0, every), ap(0, at(.5)), ap(0, at(.75)), ap(1, every), ap(2, every), ap(3, every),
          ar(0, 0), ar(0, 1), ar(0, 2), ar(1, 2), ar(2, 2), ar(3, 2)};
}
}  // namespace boxscore
