#include "reasons.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "parallel.hpp"

namespace boxscore {
namespace {
size_t checked(int32_t row, size_t rows) {
  if (size_t(row) >= rows) throw std::invalid_argument("a ground truth is out of range");
  return size_t(row);
}
}  // namespace

Best best_overlaps(const Candidates& pairs, Slice<const int32_t> klass, Slice<const int32_t> truth_class,
                   Slice<const uint8_t> counted) {
  const size_t n = klass.size();
  Best out{std::vector<double>(n), std::vector<double>(n), std::vector<int32_t>(n, -1), std::vector<int32_t>(n, -1)};
  for (size_t k = 0; k < pairs.iou.size(); ++k) {
    const size_t p = size_t(pairs.prediction[k]), t = checked(pairs.truth[k], truth_class.size());
    if (p >= n) throw std::invalid_argument("a pair names a prediction that does not exist");
    if (!counted[t]) continue;
    const bool same = klass[p] == truth_class[t];
    double& iou = (same ? out.same_iou : out.other_iou)[p];
    int32_t& row = (same ? out.same : out.other)[p];
    if (row < 0 || pairs.iou[k] > iou) iou = pairs.iou[k], row = pairs.truth[k];
  }
  return out;
}

std::vector<uint8_t> error_kinds(Slice<const uint8_t> wrong, const Nearest& nearest, Slice<const int32_t> taker,
                                 double iou, double background, int threads) {
  constexpr size_t kAtOnce = 1 << 16;
  std::vector<uint8_t> out(wrong.size(), kNone);
  parallel_for((wrong.size() + kAtOnce - 1) / kAtOnce, resolve_threads(threads), [&](size_t part) {
    for (size_t i = part * kAtOnce; i < std::min((part + 1) * kAtOnce, wrong.size()); ++i) {
      if (!wrong[i]) continue;
      const double near = nearest.same_iou[i], elsewhere = nearest.other_iou[i];
      const int32_t same = nearest.same[i];
      if (near >= background && near <= iou) out[i] = kLocation;
      else if (elsewhere >= iou) out[i] = kClass;
      else if (near >= iou && same >= 0 && taker[checked(same, taker.size())] >= 0) out[i] = kDuplicate;
      else out[i] = std::max(near, elsewhere) <= background ? kBackground : kBoth;
    }
  });
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

std::vector<double> match_overlaps(const Candidates& pairs, Slice<const int32_t> matched) {
  std::vector<double> out(matched.size(), std::numeric_limits<double>::quiet_NaN());
  for (size_t k = 0; k < pairs.iou.size(); ++k) {
    const size_t p = size_t(pairs.prediction[k]);
    if (p >= out.size()) throw std::invalid_argument("a pair names a prediction that does not exist");
    if (pairs.truth[k] == matched[p]) out[p] = pairs.iou[k];
  }
  return out;
}
}  // namespace boxscore
