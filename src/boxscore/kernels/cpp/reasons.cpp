#include "reasons.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace boxscore {
namespace {
size_t checked(int32_t row, size_t rows) {
  if (size_t(row) >= rows) throw std::invalid_argument("a ground truth is out of range");
  return size_t(row);
}
}  // namespace

std::vector<uint8_t> error_kinds(Slice<const uint8_t> wrong, const Nearest& nearest, Slice<const int32_t> taker,
                                 double iou, double background) {
  std::vector<uint8_t> out(wrong.size(), kNone);
  for (size_t i = 0; i < wrong.size(); ++i) {
    if (!wrong[i]) continue;
    const double near = nearest.same_iou[i], elsewhere = nearest.other_iou[i];
    const int32_t same = nearest.same[i];
    if (near >= background && near <= iou) out[i] = kLocation;
    else if (elsewhere >= iou) out[i] = kClass;
    else if (near >= iou && same >= 0 && taker[checked(same, taker.size())] >= 0) out[i] = kDuplicate;
    else out[i] = std::max(near, elsewhere) <= background ? kBackground : kBoth;
  }
  return out;
}

std::vector<uint8_t> mending(Slice<const uint8_t> kind, Slice<const int32_t> same, Slice<const int32_t> other,
                             Slice<const double> confidence, std::vector<uint8_t>& unfound) {
  const size_t n = kind.size();
  if (n > INT32_MAX) throw std::invalid_argument("more than 2^31 predictions");
  std::vector<int32_t> holder(unfound.size(), -1);
  for (size_t i = 0; i < n; ++i) {
    if (kind[i] != kLocation && kind[i] != kClass) continue;
    const int32_t target = kind[i] == kLocation ? same[i] : other[i];
    if (target < 0 || !unfound[checked(target, unfound.size())]) continue;
    int32_t& held = holder[size_t(target)];
    if (held < 0 || confidence[i] > confidence[size_t(held)]) held = int32_t(i);
  }
  std::vector<uint8_t> out(n);
  for (size_t t = 0; t < unfound.size(); ++t) {
    if (holder[t] < 0) continue;
    out[size_t(holder[t])] = 1;
    unfound[t] = 0;
  }
  return out;
}

std::vector<double> match_overlaps(Slice<const int32_t> pair_prediction, Slice<const int32_t> pair_truth,
                                   Slice<const double> pair_iou, Slice<const int32_t> matched) {
  std::vector<double> out(matched.size(), std::numeric_limits<double>::quiet_NaN());
  for (size_t k = 0; k < pair_iou.size(); ++k) {
    const size_t p = size_t(pair_prediction[k]);
    if (p >= out.size()) throw std::invalid_argument("a pair names a prediction that does not exist");
    if (pair_truth[k] == matched[p]) out[p] = pair_iou[k];
  }
  return out;
}
}  // namespace boxscore
