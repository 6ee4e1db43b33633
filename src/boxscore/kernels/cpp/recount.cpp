#include "recount.hpp"

#include <algorithm>
#include <stdexcept>

namespace boxscore {
namespace {
size_t span_of(Slice<const int32_t> v) {
  int64_t most = -1;
  for (size_t i = 0; i < v.size(); ++i) most = std::max<int64_t>(most, v[i]);
  return size_t(most + 1);
}
}  // namespace

Recount::Recount(Slice<const int32_t> truth_class, Slice<const uint8_t> truth_ignored, Slice<const uint8_t> truth_crowd,
                 Slice<const int32_t> image, Slice<const int32_t> klass, Slice<const double> confidence,
                 Slice<const int32_t> pair_prediction, Slice<const int32_t> pair_truth, Slice<const double> pair_iou,
                 size_t max_detections)
    : considered_(image.size()), truths_(truth_class.size()) {
  const size_t n = image.size();
  std::vector<uint32_t> start(n + 1);
  for (size_t i = 0; i < pair_iou.size(); ++i) {
    if (size_t(pair_prediction[i]) >= n || size_t(pair_truth[i]) >= truths_)
      throw std::invalid_argument("a pair names a prediction or ground truth that does not exist");
    if (klass[size_t(pair_prediction[i])] == truth_class[size_t(pair_truth[i])])
      ++start[size_t(pair_prediction[i]) + 1];
  }
  for (size_t p = 0; p < n; ++p) start[p + 1] += start[p];
  std::vector<Candidate> by_prediction(start[n]);
  std::vector<uint32_t> at(start);
  for (size_t i = 0; i < pair_iou.size(); ++i) {
    const size_t p = size_t(pair_prediction[i]), t = size_t(pair_truth[i]);
    if (klass[p] == truth_class[t]) by_prediction[at[p]++] = {pair_iou[i], int32_t(t), truth_ignored[t] || truth_crowd[t], truth_crowd[t] != 0};
  }
  Grouped sorted = group(image, klass, confidence, span_of(image), span_of(klass));
  Slice<Row> rows(sorted.rows);
  for (size_t lo = 0; lo < n;) {  // groups lie one after the other, class by class, image by image
    size_t hi = lo + 1;
    while (hi < n && rows[hi].image == rows[lo].image && klass[rows[hi].index] == klass[rows[lo].index]) ++hi;
    sort_by_confidence(rows, lo, hi);
    for (size_t j = lo; j < std::min(hi, lo + max_detections); ++j) considered_[rows[j].index] = 1;
    lo = hi;
  }
  order_turns(sorted, start, by_prediction);
}

// Candidates in the order in which they are tried: those that count first, best overlap first, and
// of two equal ones the later, as in the reference loop.
void Recount::order_turns(const Grouped& sorted, const std::vector<uint32_t>& start,
                          const std::vector<Candidate>& by_prediction) {
  candidates_.reserve(by_prediction.size());
  for (const Row& row : sorted.rows) {
    const uint32_t p = row.index;
    if (start[p] == start[p + 1] || !considered_[p]) continue;
    const size_t first = candidates_.size();
    candidates_.insert(candidates_.end(), by_prediction.begin() + start[p], by_prediction.begin() + start[p + 1]);
    std::sort(candidates_.begin() + long(first), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      if (a.ignored != b.ignored) return b.ignored;
      return a.iou != b.iou ? a.iou > b.iou : a.truth > b.truth;
    });
    turns_.push_back({p, uint32_t(first), uint32_t(candidates_.size())});
  }
}

Recount::Outcome Recount::at(double iou) const {
  if (!(iou > 0 && iou <= 1)) throw std::invalid_argument("an IoU threshold lies in (0, 1]");
  const double threshold = std::min(iou, 1 - 1e-10);
  Outcome out{std::vector<int32_t>(considered_.size(), -1), std::vector<uint8_t>(considered_.size()),
              std::vector<int32_t>(truths_, -1)};
  std::vector<uint8_t> taken(truths_);
  for (const Turn& turn : turns_)
    for (uint32_t c = turn.first; c < turn.last; ++c) {
      const Candidate& candidate = candidates_[c];
      if (candidate.iou < threshold || (taken[size_t(candidate.truth)] && !candidate.crowd)) continue;
      taken[size_t(candidate.truth)] = 1;
      out.match[turn.prediction] = candidate.truth;
      out.ignored[turn.prediction] = candidate.ignored;
      if (!candidate.ignored) out.got_by[size_t(candidate.truth)] = int32_t(turn.prediction);
      break;
    }
  return out;
}
}  // namespace boxscore
