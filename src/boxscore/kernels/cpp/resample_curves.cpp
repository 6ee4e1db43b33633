// Curves of one weighting, cell by cell what accumulate() gives on the repeated images.
#include <atomic>
#include <stdexcept>

#include "parallel.hpp"
#include "recall_points.hpp"
#include "resample.hpp"

namespace boxscore {
namespace {
class WeightedCurves {
 public:
  WeightedCurves(const Resampling& from, const std::vector<uint16_t>& weight, Curves& out)
      : from_(from), weight_(weight), p_(from.protocol()), out_(out),
        T(out.thresholds), A(out.areas), M(out.limits), R(out.points) {}

  void run(size_t klass) {
    const Resampling::ClassEvents& c = from_.class_events()[klass];
    std::vector<int64_t> total(A);
    for (size_t g = 0; g < c.truth_image.size(); ++g)
      for (size_t a = 0; a < A; ++a) total[a] += c.truth_area[g] >> a & 1 ? weight_[c.truth_image[g]] : 0;
    look_up(c);
    for (size_t a = 0; a < A; ++a) {
      double* recall = out_.recall.data() + (klass * A + a) * M * T;
      double* precision = out_.precision.data() + (klass * A + a) * T * R;
      if (total[a] == 0) {
        std::fill_n(recall, M * T, -1.0);
        std::fill_n(precision, T * R, -1.0);
        continue;
      }
      needed_for(p_.recall, total[a], needed_);
      for (size_t t = 0; t < T; ++t) {
        walk(c, a, t);
        int32_t found = 0;
        for (size_t m = 0; m < M; ++m) recall[m * T + t] = double(found += found_[m]) / double(total[a]);
        sample(found, precision + t * R);
      }
    }
  }

 private:
  // Weight of every hit, and the predictions of each area range up to and including it.
  void look_up(const Resampling::ClassEvents& c) {
    hit_weight_.resize(c.hit.size());
    seen_.resize(c.hit.size() * A);
    std::vector<int32_t> seen(A);
    size_t j = 0;
    for (size_t h = 0; h < c.hit.size(); ++h) {
      for (; j <= c.hit[h]; ++j) {
        const int32_t w = weight_[c.slot[j]];
        for (size_t a = 0; w && a < A; ++a) seen[a] += c.in_area[j] >> a & 1 ? w : 0;
      }
      hit_weight_[h] = weight_[c.slot[c.hit[h]]];
      std::copy(seen.begin(), seen.end(), seen_.begin() + long(h * A));
    }
  }

  // Points of the curve: only the last of the true positives that one prediction stands for, since
  // precision rises from each to the next.
  void walk(const Resampling::ClassEvents& c, size_t area, size_t threshold) {
    const size_t lane = area * T + threshold;
    found_.assign(M, 0);
    points_.clear();
    int32_t found = 0, claimed = 0;
    for (uint32_t i = c.lane_start[lane]; i < c.lane_start[lane + 1]; ++i) {
      const Resampling::Event& e = c.events[i];
      const int32_t w = hit_weight_[e.hit];
      if (w == 0) continue;
      if (e.claimed) claimed += w;
      if (!e.counted) continue;
      found_[e.limit] += w;
      found += w;
      points_.push_back({found, seen_[e.hit * A + area] - claimed});
    }
  }

  void sample(int32_t found, double* precision) {
    double best = 0;
    size_t i = points_.size();
    for (size_t r = R; r-- > 0;) {
      for (; i > 0 && points_[i - 1].tp >= needed_[r]; --i) {
        const double tp = double(points_[i - 1].tp), fp = double(points_[i - 1].fp);
        best = std::max(best, tp / (fp + tp + kSpacing));
      }
      precision[r] = needed_[r] <= found ? best : 0;
    }
  }

  struct Point {
    int32_t tp, fp;
  };
  const Resampling& from_;
  const std::vector<uint16_t>& weight_;
  const Protocol& p_;
  Curves& out_;
  const size_t T, A, M, R;
  std::vector<int32_t> hit_weight_, seen_, found_, needed_;
  std::vector<Point> points_;
};
}  // namespace

Curves Resampling::curves(Slice<const uint16_t> weights, int threads) const {
  if (weights.size() != images_) throw std::invalid_argument("there must be one weight for each image");
  check(weights);
  std::vector<uint16_t> weight(weights.data(), weights.data() + weights.size());
  for (const Copy& copy : extra_) weight.push_back(weights[copy.image] > copy.number);
  const size_t C = classes_.size(), A = protocol_.area.size(), M = protocol_.max_dets.size();
  const size_t T = protocol_.iou.size(), R = protocol_.recall.size();
  Curves out{C, A, M, T, R, DoubleArray(C * A * T * R), DoubleArray(), DoubleArray(C * A * M * T)};
  const int workers = resolve_threads(threads);
  std::atomic<size_t> next{0};
  parallel_for(size_t(workers), workers, [&](size_t) {  // one scratch space per thread
    WeightedCurves curves(*this, weight, out);
    for (size_t k; (k = next.fetch_add(1)) < C;) curves.run(k);
  });
  return out;
}
}  // namespace boxscore
