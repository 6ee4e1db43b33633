// What is the same for every weighting: predictions in order of confidence, events of every lane.
#include "resample.hpp"

#include <stdexcept>

#include "confidence_order.hpp"
#include "parallel.hpp"

namespace boxscore {
namespace {
using ClassEvents = Resampling::ClassEvents;

class EventMaker {
 public:
  EventMaker(const MatchTable& table, const Protocol& p, size_t images, size_t copies)
      : table_(table), p_(p), images_(images), copies_(copies) {}

  void run(size_t klass, ClassEvents& out, std::vector<Resampling::Copy>& extra) {
    sort(klass);
    size_t end = keys_.size();
    while (end && !keys_[end - 1].matched) --end;
    for (size_t lo = 0; lo < end;) {
      size_t hi = lo + 1;
      while (hi < keys_.size() && keys_[hi].key == keys_[lo].key && image(hi) == image(lo)) ++hi;
      if (copies_ > 1 && order_matters(lo, hi)) {
        for (size_t k = 0; k < copies_; ++k) {
          for (size_t j = lo; j < hi; ++j) add(out, j, uint32_t(images_ + extra.size()));
          extra.push_back({image(lo), uint32_t(k)});
        }
      } else {
        for (size_t j = lo; j < hi; ++j) add(out, j, image(j));
      }
      lo = hi;
    }
    make_lanes(out);
  }

 private:
  void sort(size_t klass) {
    keys_.clear();
    hit_row_.clear();
    for (size_t j = size_t(table_.class_start[klass]); j < size_t(table_.class_start[klass + 1]); ++j)
      if (table_.rank[j] < p_.max_dets.back())
        keys_.push_back({descending_key(table_.rows[j].confidence), uint32_t(j), uint16_t(table_.rank[j]),
                         table_.in_area[j], table_.matched[j] != 0});
    sort_keys(keys_, spare_);
  }

  uint32_t image(size_t j) const { return table_.rows[keys_[j].row].image; }

  uint8_t limit(int32_t rank) const {
    uint8_t m = 0;
    while (rank >= p_.max_dets[m]) ++m;
    return m;
  }

  // Repeated images bring equal confidences of one image round again as a sequence: a, b, a, b.
  bool order_matters(size_t lo, size_t hi) const {
    for (size_t j = lo + 1; j < hi; ++j) {
      const size_t a = keys_[lo].row, b = keys_[j].row;
      if (table_.matched[a] != table_.matched[b] || table_.ignored[a] != table_.ignored[b] ||
          (table_.matched[a] && table_.in_area[a] != table_.in_area[b]))
        return true;
    }
    return false;
  }

  void add(ClassEvents& out, size_t j, uint32_t slot) {
    if (keys_[j].matched) {
      out.hit.push_back(uint32_t(out.slot.size()));
      hit_row_.push_back(keys_[j].row);
    }
    out.slot.push_back(slot);
    out.in_area.push_back(keys_[j].in_area);
  }

  void make_lanes(ClassEvents& out) {
    const size_t T = p_.iou.size();
    for (size_t lane = 0; lane < p_.lanes(); ++lane) {
      out.lane_start.push_back(uint32_t(out.events.size()));
      for (size_t h = 0; h < hit_row_.size(); ++h) {
        const size_t row = hit_row_[h];
        const bool matched = table_.matched[row] >> lane & 1, ignored = table_.ignored[row] >> lane & 1;
        const bool claimed = matched && (table_.in_area[row] >> (lane / T) & 1), counted = matched && !ignored;
        if (claimed || counted) out.events.push_back({uint32_t(h), claimed, counted, limit(table_.rank[row])});
      }
    }
    out.lane_start.push_back(uint32_t(out.events.size()));
  }

  const MatchTable& table_;
  const Protocol& p_;
  const size_t images_, copies_;
  std::vector<ConfidenceKey> keys_, spare_;
  std::vector<uint32_t> hit_row_;
};

uint8_t area_bits(double area, const Protocol& p) {
  unsigned bits = 0;
  for (size_t a = 0; a < p.area.size(); ++a)
    bits |= unsigned(!(area < p.area[a][0] || area > p.area[a][1])) << a;
  return uint8_t(bits);
}

void add_truths(const CountedTruth& truth, const Protocol& p, size_t images, std::vector<ClassEvents>& classes) {
  for (size_t i = 0; i < truth.image.size(); ++i) {
    if (uint32_t(truth.image[i]) >= images || uint32_t(truth.klass[i]) >= classes.size())
      throw std::invalid_argument("an image or class index is out of range");
    ClassEvents& c = classes[size_t(truth.klass[i])];
    c.truth_image.push_back(uint32_t(truth.image[i]));
    c.truth_area.push_back(area_bits(truth.area[i], p));
  }
}

void check_truths(const std::vector<ClassEvents>& classes, const MatchTable& table, size_t areas) {
  for (size_t k = 0; k < classes.size(); ++k)
    for (size_t a = 0; a < areas; ++a) {
      int64_t n = 0;
      for (uint8_t bits : classes[k].truth_area) n += bits >> a & 1;
      if (n != table.positives[k * areas + a])
        throw std::invalid_argument("the matches were made with other ground truths");
    }
}
}  // namespace

Resampling::Resampling(const MatchTable& table, const CountedTruth& truth, const Protocol& protocol, size_t images,
                       size_t copies, int threads)
    : protocol_(protocol), images_(images), copies_(copies), classes_(table.class_start.size() - 1) {
  protocol_.check();
  const size_t C = classes_.size();
  if (table.positives.size() != C * protocol.area.size())
    throw std::invalid_argument("the matches were made with another protocol");
  if (copies < 1 || double(table.rows.size() + truth.image.size()) * double(copies) >= 2147483647.0)
    throw std::invalid_argument("weights are too large for so many annotations");
  if (protocol.max_dets.size() > 255 || protocol.recall.size() > 65535)
    throw std::invalid_argument("a protocol has at most 255 max_dets and 65535 recall points");
  for (const Row& row : table.rows)
    if (row.image >= images) throw std::invalid_argument("an image index is out of range");
  add_truths(truth, protocol_, images, classes_);
  check_truths(classes_, table, protocol.area.size());
  std::vector<std::vector<Copy>> extra(C);
  parallel_for(C, resolve_threads(threads), [&](size_t k) {
    EventMaker(table, protocol_, images, copies).run(k, classes_[k], extra[k]);
  });
  for (size_t k = 0; k < C; ++k) {
    for (uint32_t& slot : classes_[k].slot)
      if (slot >= images) slot += uint32_t(extra_.size());
    extra_.insert(extra_.end(), extra[k].begin(), extra[k].end());
  }
}

void Resampling::check(Slice<const uint16_t> weights) const {
  if (images_ == 0 ? !weights.empty() : weights.size() % images_ != 0)
    throw std::invalid_argument("there must be one weight for each image");
  for (size_t i = 0; i < weights.size(); ++i)
    if (weights[i] > copies_) throw std::invalid_argument("a weight is larger than the number of copies");
}
}  // namespace boxscore
