#include "pairs.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "parallel.hpp"

namespace boxscore {
namespace {
constexpr size_t kChunk = 8192;

size_t image_count(Slice<const int32_t> a, Slice<const int32_t> b) {
  int64_t most = -1;
  for (size_t i = 0; i < a.size(); ++i) most = std::max<int64_t>(most, a[i]);
  for (size_t i = 0; i < b.size(); ++i) most = std::max<int64_t>(most, b[i]);
  return size_t(most + 1);
}

Grouped by_image(Slice<const int32_t> image, size_t images) {
  const std::vector<int32_t> one_class(image.size());
  return group(image, one_class, {}, images, 1);
}

// Ends of work units in `rows`, cut between images.
std::vector<size_t> cuts(const std::vector<Row>& rows) {
  std::vector<size_t> ends;
  for (size_t lo = 0; lo < rows.size();) {
    size_t hi = std::min(rows.size(), lo + kChunk);
    while (hi < rows.size() && rows[hi].image == rows[hi - 1].image) ++hi;
    ends.push_back(hi);
    lo = hi;
  }
  return ends;
}

class PairFinder {
 public:
  PairFinder(Slice<const Box> truth_box, Slice<const uint8_t> crowd, Slice<const Box> box, double floor,
             const OverlapMaker* maker, Pairs& out)
      : truth_box_(truth_box), crowd_(crowd), box_(box), floor_(floor), overlap_(maker ? maker->make() : nullptr), out_(out) {}

  void run(Slice<const Row> found, Slice<const Row> truths) {
    if (found.empty() || truths.empty()) return;
    if (overlap_) overlap_->fill(found, truths, iou_);
    for (size_t p = 0; p < found.size(); ++p)
      for (size_t g = 0; g < truths.size(); ++g) {
        const uint32_t t = truths[g].index;
        const double v = overlap_ ? iou_[p * truths.size() + g]
                                  : box_iou(box_[found[p].index], truth_box_[t], crowd_[t] != 0);
        if (!(v >= floor_)) continue;
        out_.prediction.push_back(int32_t(found[p].index));
        out_.truth.push_back(int32_t(t));
        out_.iou.push_back(v);
      }
  }

 private:
  Slice<const Box> truth_box_;
  Slice<const uint8_t> crowd_;
  Slice<const Box> box_;
  double floor_;
  std::unique_ptr<Overlap> overlap_;
  Pairs& out_;
  std::vector<double> iou_;
};

template <class T> std::vector<T> permuted(const std::vector<T>& v, const std::vector<uint32_t>& order) {
  std::vector<T> out(v.size());
  for (size_t i = 0; i < order.size(); ++i) out[i] = v[order[i]];
  return out;
}

Pairs joined(std::vector<Pairs>& parts) {
  Pairs out;
  size_t n = 0;
  for (const Pairs& p : parts) n += p.iou.size();
  out.prediction.reserve(n);
  out.truth.reserve(n);
  out.iou.reserve(n);
  for (Pairs& p : parts) {
    out.prediction.insert(out.prediction.end(), p.prediction.begin(), p.prediction.end());
    out.truth.insert(out.truth.end(), p.truth.begin(), p.truth.end());
    out.iou.insert(out.iou.end(), p.iou.begin(), p.iou.end());
    p = Pairs();
  }
  if (std::is_sorted(out.prediction.begin(), out.prediction.end())) return out;
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return out.prediction[a] < out.prediction[b]; });
  return {permuted(out.prediction, order), permuted(out.truth, order), permuted(out.iou, order)};
}
}  // namespace

Pairs candidate_pairs(Slice<const int32_t> truth_image, Slice<const Box> truth_box, Slice<const uint8_t> crowd,
                      Slice<const int32_t> image, Slice<const Box> box, double floor, int threads,
                      const OverlapMaker* overlap) {
  if (!(floor > 0 && floor <= 1)) throw std::invalid_argument("the least IoU of a pair lies in (0, 1]");
  const size_t images = image_count(truth_image, image);
  const Grouped truths = by_image(truth_image, images), found = by_image(image, images);
  const std::vector<size_t> ends = cuts(found.rows);
  std::vector<Pairs> parts(ends.size());
  parallel_for(ends.size(), resolve_threads(threads), [&](size_t k) {
    PairFinder finder(truth_box, crowd, box, floor, overlap, parts[k]);
    const Row* const end = truths.rows.data() + truths.rows.size();
    for (size_t lo = k ? ends[k - 1] : 0; lo < ends[k];) {
      const uint32_t at = found.rows[lo].image;
      size_t hi = lo + 1;
      while (hi < ends[k] && found.rows[hi].image == at) ++hi;
      const auto before = [](const Row& row, uint32_t i) { return row.image < i; };
      const Row* const first = std::lower_bound(truths.rows.data(), end, at, before);
      const Row* last = first;
      while (last < end && last->image == at) ++last;
      finder.run(Slice<const Row>(&found.rows[lo], hi - lo), Slice<const Row>(first, size_t(last - first)));
      lo = hi;
    }
  });
  return joined(parts);
}
}  // namespace boxscore
