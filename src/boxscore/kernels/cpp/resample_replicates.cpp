// The twelve numbers of many weightings, eight at a time: every step is the same for all eight.
#include <atomic>
#include <limits>
#include <stdexcept>

#include "parallel.hpp"
#include "recall_points.hpp"
#include "resample.hpp"

namespace boxscore {
namespace {
constexpr size_t kBatch = 8;
constexpr size_t kAreas = 4;          // all, small, medium, large
constexpr int32_t kRemembered = 4096;  // tables of recall points up to this many ground truths
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

struct alignas(32) Whole {  // a whole number of each replicate
  int32_t v[kBatch] = {};
};
struct alignas(64) Real {
  double v[kBatch] = {};
};

// A mean over classes, of those where it is defined.
struct Mean {
  Real sum;
  Whole count;
  void add(const Real& x, const Whole& total) {
    for (size_t b = 0; b < kBatch; ++b) {
      sum.v[b] += total.v[b] ? x.v[b] : 0;
      count.v[b] += total.v[b] != 0;
    }
  }
  double value(size_t b) const { return count.v[b] ? sum.v[b] / count.v[b] : kUndefined; }
};

class Batch {
 public:
  explicit Batch(const Resampling& from)
      : from_(from), p_(from.protocol()), T(p_.iou.size()), M(p_.max_dets.size()), R(p_.recall.size()),
        weight_((from.images() + from.extra_slots().size()) * kBatch), tables_(kRemembered + 1), found_(M) {}

  void run(Slice<const uint16_t> weights, size_t first, size_t count, double* overall, double* per_class) {
    load(weights, first, count);
    numbers_.assign(Resampling::kNumbers, {});
    const size_t C = from_.classes();
    for (size_t k = 0; k < C; ++k) {
      run_class(from_.class_events()[k]);
      for (size_t b = 0; b < count; ++b)
        for (size_t n = 0; n < Resampling::kClassNumbers; ++n)
          per_class[((first + b) * C + k) * Resampling::kClassNumbers + n] =
              total_[0].v[b] ? class_numbers_[n].v[b] : kUndefined;
    }
    for (size_t b = 0; b < count; ++b)
      for (size_t n = 0; n < Resampling::kNumbers; ++n)
        overall[(first + b) * Resampling::kNumbers + n] = numbers_[n].value(b);
  }

 private:
  void load(Slice<const uint16_t> weights, size_t first, size_t count) {
    const size_t images = from_.images();
    for (size_t b = 0; b < kBatch; ++b)
      for (size_t i = 0; i < images; ++i)
        weight_[i * kBatch + b] = b < count ? weights[(first + b) * images + i] : 0;
    size_t slot = images;
    for (const Resampling::Copy& copy : from_.extra_slots()) {
      for (size_t b = 0; b < kBatch; ++b) weight_[slot * kBatch + b] = weight_[copy.image * kBatch + b] > copy.number;
      ++slot;
    }
  }

  void run_class(const Resampling::ClassEvents& c) {
    for (Whole& total : total_) total = {};
    for (Real& number : class_numbers_) number = {};
    if (c.truth_image.empty()) return;
    for (size_t g = 0; g < c.truth_image.size(); ++g) add_within(&weight_[c.truth_image[g] * kBatch], c.truth_area[g], total_);
    look_up(c);
    for (size_t a = 0; a < kAreas; ++a) run_area(c, a);
  }

  static void add_within(const uint16_t* weight, unsigned areas, Whole* sums) {
    for (size_t a = 0; a < kAreas; ++a) {
      const int32_t inside = -int32_t(areas >> a & 1);
      for (size_t b = 0; b < kBatch; ++b) sums[a].v[b] += int32_t(weight[b]) & inside;
    }
  }

  // Weight of every hit, and the predictions of each area range up to and including it.
  void look_up(const Resampling::ClassEvents& c) {
    hit_weight_.resize(c.hit.size());
    seen_.resize(c.hit.size() * kAreas);
    Whole seen[kAreas];
    size_t j = 0;
    for (size_t h = 0; h < c.hit.size(); ++h) {
      for (; j <= c.hit[h]; ++j) add_within(&weight_[c.slot[j] * kBatch], c.in_area[j], seen);
      const uint16_t* weight = &weight_[c.slot[c.hit[h]] * kBatch];
      for (size_t b = 0; b < kBatch; ++b) hit_weight_[h].v[b] = weight[b];
      for (size_t a = 0; a < kAreas; ++a) seen_[h * kAreas + a] = seen[a];
    }
  }

  void run_area(const Resampling::ClassEvents& c, size_t area) {
    const Whole& total = total_[area];
    for (size_t b = 0; b < kBatch; ++b) reached_[b] = table(total.v[b], b);
    Real all, at50, at75, first;
    std::vector<Real>& recall = recall_;
    recall.assign(M, {});
    for (size_t t = 0; t < T; ++t) {
      const Resampling::Event* events = c.events.data();
      const Real sum = lane(events + c.lane_start[area * T + t], events + c.lane_start[area * T + t + 1], area);
      for (size_t b = 0; b < kBatch; ++b) {
        all.v[b] += sum.v[b];
        if (t == 0) first.v[b] = sum.v[b] / double(R);
        if (p_.iou[t] == .5) at50.v[b] = sum.v[b] / double(R);
        if (p_.iou[t] == .75) at75.v[b] = sum.v[b] / double(R);
        int32_t found = 0;
        for (size_t m = 0; m < M; ++m)
          recall[m].v[b] += double(found += found_[m].v[b]) / std::max(1, total.v[b]) / double(T);
      }
    }
    for (size_t b = 0; b < kBatch; ++b) all.v[b] /= double(T * R);
    if (area == 0) {
      class_numbers_[0] = all;
      class_numbers_[1] = first;
      class_numbers_[2] = recall[M - 1];
      if (has(.5)) numbers_[1].add(at50, total);
      if (has(.75)) numbers_[2].add(at75, total);
      for (size_t m = 0; m < 3; ++m) numbers_[6 + m].add(recall[m], total);
    } else {
      numbers_[8 + area].add(recall[2], total);
    }
    numbers_[area ? 2 + area : 0].add(all, total);
  }

  bool has(double iou) const { return std::find(p_.iou.begin(), p_.iou.end(), iou) != p_.iou.end(); }

  // Sum of the sampled precision envelope: each point's best precision times the recall points that
  // it is the first to reach. An event of weight 0 changes nothing: at equal true positives it has
  // no fewer false ones than the event before it.
  Real lane(const Resampling::Event* first, const Resampling::Event* last, size_t area) {
    for (Whole& found : found_) found = {};
    Whole claimed, tp;
    for (const Resampling::Event* e = first; e < last; ++e) {
      const Whole& w = hit_weight_[e->hit];
      const int32_t counts = -int32_t(e->counted), claims = -int32_t(e->claimed);
      for (size_t b = 0; b < kBatch; ++b) {
        found_[e->limit].v[b] += w.v[b] & counts;
        claimed.v[b] += w.v[b] & claims;
      }
    }
    for (const Whole& found : found_)
      for (size_t b = 0; b < kBatch; ++b) tp.v[b] += found.v[b];
    return envelope(first, last, area, tp, claimed);
  }

  Real envelope(const Resampling::Event* first, const Resampling::Event* last, size_t area, Whole tp, Whole claimed) const {
    Real best, sum;
    Whole high;
    for (size_t b = 0; b < kBatch; ++b) high.v[b] = reached_[b][tp.v[b]];
    for (const Resampling::Event* e = last; e != first;) {
      --e;
      const Whole &w = hit_weight_[e->hit], &seen = seen_[e->hit * kAreas + area];
      const int32_t counts = -int32_t(e->counted), claims = -int32_t(e->claimed);
      for (size_t b = 0; b < kBatch; ++b) {
        const double t = tp.v[b], f = seen.v[b] - claimed.v[b], precision = t / (f + t + kSpacing);
        best.v[b] = precision > best.v[b] ? precision : best.v[b];
        tp.v[b] -= w.v[b] & counts;
        claimed.v[b] -= w.v[b] & claims;
      }
      Whole low;
      for (size_t b = 0; b < kBatch; ++b) low.v[b] = reached_[b][tp.v[b]];
      for (size_t b = 0; b < kBatch; ++b) sum.v[b] += best.v[b] * double(high.v[b] - low.v[b]);
      high = low;
    }
    return sum;
  }

  // Recall points reached by each number of true positives; the tables depend on the total alone.
  const uint16_t* table(int32_t total, size_t b) {
    std::vector<uint16_t>& kept = total <= kRemembered ? tables_[size_t(total)] : large_[b];
    if (total > kRemembered || kept.empty()) {
      if (total) needed_for(p_.recall, total, needed_);
      if (total) reached_by(needed_, total, kept);
      else kept.assign(1, 0);
    }
    return kept.data();
  }

  const Resampling& from_;
  const Protocol& p_;
  const size_t T, M, R;
  std::vector<uint16_t> weight_;  // [slot][replicate]
  std::vector<std::vector<uint16_t>> tables_;
  std::vector<uint16_t> large_[kBatch];
  const uint16_t* reached_[kBatch] = {};
  std::vector<int32_t> needed_;
  Whole total_[kAreas];
  std::vector<Whole> hit_weight_, seen_, found_;  // found_[m]: let in by max_dets m and not by m - 1
  std::vector<Real> recall_;
  Real class_numbers_[Resampling::kClassNumbers];
  std::vector<Mean> numbers_;
};
}  // namespace

void Resampling::replicate(Slice<const uint16_t> weights, Slice<double> overall, Slice<double> per_class,
                           int threads) const {
  check(weights);
  if (protocol_.area.size() < kAreas || protocol_.max_dets.size() != 3)
    throw std::invalid_argument("the twelve numbers need four area ranges and three max_dets");
  const size_t n = images_ ? weights.size() / images_ : overall.size() / kNumbers;
  if (overall.size() != n * kNumbers || per_class.size() != n * classes() * kClassNumbers)
    throw std::invalid_argument("the results do not fit the weights");
  const size_t batches = (n + kBatch - 1) / kBatch;
  const int workers = int(std::min(size_t(resolve_threads(threads)), std::max<size_t>(1, batches)));
  std::atomic<size_t> next{0};
  parallel_for(size_t(workers), workers, [&](size_t) {
    Batch batch(*this);
    for (size_t k; (k = next.fetch_add(1)) < batches;)
      batch.run(weights, k * kBatch, std::min(kBatch, n - k * kBatch), overall.data(), per_class.data());
  });
}
}  // namespace boxscore
