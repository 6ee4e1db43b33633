#include "curves.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>

#include "confidence_order.hpp"
#include "parallel.hpp"

namespace boxscore {
namespace {
struct Hit {  // a matched prediction, in order of confidence
  uint64_t matched, ignored;
  double confidence;
  int32_t rank;
  uint32_t in_area;
};
// A hit as one (area range, max_dets) sees it, one bit per IoU threshold.
struct Event {
  int32_t seen;               // predictions in the area range up to and including it
  uint16_t claimed, counted;  // takes itself off `seen`; is a true positive
  double confidence;
};

class ClassCurves {
 public:
  ClassCurves(const MatchTable& table, const Protocol& protocol, Wanted wanted, Curves& out)
      : table_(table), p_(protocol), wanted_(wanted), out_(out),
        T(out.thresholds), A(out.areas), M(out.limits), R(out.points) {}

  void run(size_t klass) {
    const int64_t* positives = &table_.positives[klass * A];
    if (std::any_of(positives, positives + A, [](int64_t n) { return n > 0; })) collect(klass);
    for (size_t a = 0; a < A; ++a) {
      if (positives[a] > 0) find_needed(positives[a]);
      for (size_t m = 0; m < M; ++m) fill_block(klass, a, m, positives[a]);
    }
  }

 private:
  void fill_block(size_t klass, size_t a, size_t m, int64_t total) {
    const bool curve = wanted_.every_limit || m + 1 == M;
    const size_t block = ((klass * A + a) * M + m) * T;
    const size_t curve_block = wanted_.every_limit ? block : (klass * A + a) * T;
    double* recall = out_.recall.data() + block;
    double* precision = curve ? out_.precision.data() + curve_block * R : nullptr;
    double* scores = curve && wanted_.scores ? out_.scores.data() + curve_block * R : nullptr;
    if (total == 0) {
      std::fill_n(recall, T, -1.0);
      if (precision) std::fill_n(precision, T * R, -1.0);
      if (scores) std::fill_n(scores, T * R, -1.0);
      return;
    }
    select(a, m);
    for (size_t t = 0; t < T; ++t) {
      const size_t found = walk(t);
      recall[t] = double(found) / double(total);
      if (precision) sample(found, precision + t * R, scores ? scores + t * R : nullptr);
    }
  }

  void collect(size_t klass) {
    keys_.clear();
    hits_.clear();
    before_.clear();
    const int32_t last = p_.max_dets.back();
    for (size_t j = size_t(table_.class_start[klass]); j < size_t(table_.class_start[klass + 1]); ++j)
      if (table_.rank[j] < last)
        keys_.push_back({descending_key(table_.rows[j].confidence), uint32_t(j), uint16_t(table_.rank[j]),
                         table_.in_area[j], table_.matched[j] != 0});
    sort_keys(keys_, spare_);
    std::vector<int32_t> seen(M * A);
    for (const ConfidenceKey& k : keys_) {
      for (size_t m = M; m-- > 0 && k.rank < p_.max_dets[m];)
        for (size_t a = 0; a < A; ++a) seen[m * A + a] += k.in_area >> a & 1;
      if (!k.matched) continue;
      hits_.push_back({table_.matched[k.row], table_.ignored[k.row], table_.rows[k.row].confidence, k.rank, k.in_area});
      before_.insert(before_.end(), seen.begin(), seen.end());
    }
  }

  // Hits needed for each recall point: the smallest k >= 1 with k / total >= the point.
  void find_needed(int64_t total) {
    needed_.resize(R);
    const double n = double(total);
    for (size_t r = 0; r < R; ++r) {
      int64_t k = std::max<int64_t>(1, int64_t(p_.recall[r] * n) - 1);
      while (double(k) / n < p_.recall[r]) ++k;
      needed_[r] = size_t(k);
    }
  }

  // Hits that matter to an area range and a limit: those inside the range, or its true positives.
  void select(size_t area, size_t limit) {
    events_.clear();
    const int32_t deepest = p_.max_dets[limit];
    const int32_t* before = before_.data() + limit * A + area;
    const uint64_t thresholds = (1ull << T) - 1;
    for (const Hit& h : hits_) {
      const int32_t seen = *before;
      before += M * A;
      if (h.rank >= deepest) continue;
      const uint64_t matched = h.matched >> (area * T) & thresholds;
      const uint64_t ignored = h.ignored >> (area * T) & thresholds;
      const uint64_t claimed = h.in_area >> area & 1 ? matched : 0, counted = matched & ~ignored;
      if (claimed | counted) events_.push_back({seen, uint16_t(claimed), uint16_t(counted), h.confidence});
    }
    false_positives_.resize(events_.size() + 1);
    event_of_.resize(events_.size() + 1);
  }

  // An unmatched prediction is a false positive inside the area range only; a matched one never is.
  size_t walk(size_t threshold) {
    size_t found = 0;
    int32_t claimed = 0;
    for (size_t i = 0; i < events_.size(); ++i) {  // no branch: hits and misses alternate at random
      const Event& e = events_[i];
      claimed += e.claimed >> threshold & 1;
      false_positives_[found] = e.seen - claimed;
      event_of_[found] = uint32_t(i);
      found += e.counted >> threshold & 1;
    }
    return found;
  }

  // The precision envelope, from the last true positive back, sampled at the recall points.
  void sample(size_t found, double* precision, double* scores) {
    constexpr double spacing = 2.220446049250313e-16;  // numpy.spacing(1)
    double best = 0;
    size_t i = found;
    for (size_t r = R; r-- > 0;) {
      const size_t k = needed_[r];
      for (; i >= k; --i) {
        const double tp = double(i), fp = double(false_positives_[i - 1]);
        best = std::max(best, tp / (fp + tp + spacing));
      }
      const bool reached = k <= found;
      precision[r] = reached ? best : 0;
      if (scores) scores[r] = reached ? events_[event_of_[k - 1]].confidence : 0;
    }
    // Recall 0 is reached by the first prediction, whatever it is.
    if (scores && p_.recall[0] <= 0 && !keys_.empty()) scores[0] = table_.rows[keys_[0].row].confidence;
  }

  const MatchTable& table_;
  const Protocol& p_;
  Wanted wanted_;
  Curves& out_;
  const size_t T, A, M, R;
  std::vector<ConfidenceKey> keys_, spare_;
  std::vector<Hit> hits_;
  std::vector<int32_t> before_;  // [hit][limit][area]
  std::vector<Event> events_;
  std::vector<int32_t> false_positives_;  // at each true positive of one lane
  std::vector<uint32_t> event_of_;
  std::vector<size_t> needed_;
};
}  // namespace

Curves accumulate(const MatchTable& table, const Protocol& p, int threads, Wanted wanted) {
  p.check();
  const size_t C = table.class_start.size() - 1, A = p.area.size(), M = p.max_dets.size();
  const size_t T = p.iou.size(), R = p.recall.size();
  if (table.positives.size() != C * A)
    throw std::invalid_argument("the matches were made with another protocol");
  const size_t cells = C * A * (wanted.every_limit ? M : 1) * T * R;
  Curves out{C, A, M, T, R, DoubleArray(cells), DoubleArray(wanted.scores ? cells : 0), DoubleArray(C * A * M * T)};
  std::vector<size_t> order(C);  // large classes first, so that no thread ends with one
  std::iota(order.begin(), order.end(), size_t(0));
  const auto size = [&](size_t c) { return table.class_start[c + 1] - table.class_start[c]; };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return size(a) > size(b); });
  std::atomic<size_t> next{0};
  const int workers = resolve_threads(threads);
  parallel_for(size_t(workers), workers, [&](size_t) {  // one scratch space per thread
    ClassCurves curves(table, p, wanted, out);
    for (size_t i; (i = next.fetch_add(1)) < C;) curves.run(order[i]);
  });
  return out;
}

Curves join(const std::vector<const Curves*>& parts) {
  if (parts.empty()) throw std::invalid_argument("there are no curves to join");
  Curves out{};
  const auto sizes = [](const Curves& c) { return std::array<size_t, 4>{c.areas, c.limits, c.thresholds, c.points}; };
  std::array<size_t, 3> cells{};
  for (const Curves* c : parts) {
    if (sizes(*c) != sizes(*parts[0]) || c->scores.empty() != parts[0]->scores.empty())
      throw std::invalid_argument("curves of different protocols cannot be joined");
    out.classes += c->classes;
    cells[0] += c->precision.size();
    cells[1] += c->scores.size();
    cells[2] += c->recall.size();
  }
  const Curves& first = *parts[0];
  out.areas = first.areas, out.limits = first.limits, out.thresholds = first.thresholds, out.points = first.points;
  out.precision = DoubleArray(cells[0]), out.scores = DoubleArray(cells[1]), out.recall = DoubleArray(cells[2]);
  std::array<size_t, 3> at{};
  for (const Curves* c : parts) {
    const auto copy = [](const DoubleArray& from, DoubleArray& to, size_t& place) {
      std::copy_n(from.data(), from.size(), to.data() + place);
      place += from.size();
    };
    copy(c->precision, out.precision, at[0]);
    copy(c->scores, out.scores, at[1]);
    copy(c->recall, out.recall, at[2]);
  }
  return out;
}
}  // namespace boxscore
