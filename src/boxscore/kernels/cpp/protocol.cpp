#include "protocol.hpp"

#include <algorithm>
#include <stdexcept>

namespace boxscore {
namespace {
// NumPy's formula, start + i * step with the last value set to `stop`: ten of COCO's 101 recall
// points differ by one unit in the last place otherwise.
std::vector<double> linspace(double start, double stop, int n) {
  std::vector<double> values;
  const double step = (stop - start) / (n - 1);
  for (int i = 0; i < n; ++i) values.push_back(i * step + start);
  values.back() = stop;
  return values;
}
template <class T> bool ascending(const std::vector<T>& v) {  // false when one is NaN
  for (size_t i = 0; i < v.size(); ++i)
    if (v[i] != v[i] || (i && v[i] < v[i - 1])) return false;
  return true;
}
}  // namespace

Protocol Protocol::coco() {
  return {linspace(.5, .95, 10),
          {{{0, 1e10}}, {{0, 1024}}, {{1024, 9216}}, {{9216, 1e10}}},
          {1, 10, 100},
          linspace(0, 1, 101)};
}

void Protocol::check() const {
  if (iou.empty() || area.empty() || max_dets.empty() || recall.empty())
    throw std::invalid_argument("a protocol needs IoU thresholds, area ranges, max_dets and recall points");
  if (iou.size() > 16 || area.size() > 8 || lanes() > 64)
    throw std::invalid_argument("a protocol has at most 16 IoU thresholds, 8 area ranges and 64 pairs of them");
  if (!ascending(iou) || !ascending(max_dets) || !ascending(recall))
    throw std::invalid_argument("IoU thresholds, max_dets and recall points must ascend");
  if (!(iou.front() > 0) || !(iou.back() <= 1))
    throw std::invalid_argument("IoU thresholds lie in (0, 1]");
  for (const auto& range : area)
    if (!(range[0] <= range[1])) throw std::invalid_argument("an area range ends before it begins");
  if (max_dets.front() < 1 || max_dets.back() > 65535)
    throw std::invalid_argument("max_dets lie in 1..65535");
}
}  // namespace boxscore
