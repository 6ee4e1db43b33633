#include "matching.hpp"

#include <algorithm>
#include <stdexcept>

#include "parallel.hpp"

namespace boxscore {
namespace {
constexpr size_t kChunk = 4096;  // predictions of one work unit, at least

struct Candidate {
  double iou;
  uint32_t truth;
};

// Bit sets of lanes; bit area * thresholds + threshold.
struct LaneMasks {
  size_t thresholds;
  std::vector<double> iou;
  std::vector<uint64_t> reached;  // [c]: the c lowest thresholds in every area range
  explicit LaneMasks(const Protocol& p) : thresholds(p.iou.size()) {
    for (double t : p.iou) iou.push_back(std::min(t, 1 - 1e-10));
    for (size_t c = 0; c <= thresholds; ++c) {
      uint64_t mask = 0;
      for (size_t a = 0; a < p.area.size(); ++a) mask |= (c ? ~0ull >> (64 - c) : 0) << (a * thresholds);
      reached.push_back(mask);
    }
  }
  uint64_t at(double v) const {
    size_t c = 0;
    while (c < thresholds && iou[c] <= v) ++c;
    return reached[c];
  }
  uint64_t area(size_t a) const { return (~0ull >> (64 - thresholds)) << (a * thresholds); }
};

uint8_t area_bits(double area, const Protocol& p) {
  unsigned bits = 0;
  for (size_t a = 0; a < p.area.size(); ++a)
    bits |= unsigned(!(area < p.area[a][0] || area > p.area[a][1])) << a;
  return uint8_t(bits);
}

bool never_counted(const Truth& truth, size_t i) {
  return truth.crowd[i] || (!truth.ignored.empty() && truth.ignored[i]);
}

// Matches groups one after the other; its scratch space lives as long as a chunk.
class GroupMatcher {
 public:
  GroupMatcher(const Truth& truth, const Predictions& found, const Protocol& protocol,
               const LaneMasks& lanes, const OverlapMaker* maker, MatchTable& out)
      : truth_(truth), found_(found), protocol_(protocol), lanes_(lanes),
        overlap_(maker ? maker->make() : nullptr), out_(out) {}

  void run(size_t lo, size_t hi, Slice<const Row> truths) {
    Slice<Row> rows(out_.rows);
    sort_by_confidence(rows, lo, hi);
    for (size_t j = lo; j < hi; ++j) out_.rank[j] = int32_t(j - lo);
    if (truths.empty()) return;
    for (size_t j = lo; j < hi; ++j) __builtin_prefetch(&found_.box[rows[j].index]);
    load(truths);
    hi = std::min(hi, lo + size_t(protocol_.max_dets.back()));
    if (overlap_) overlap_->fill(Slice<const Row>(&rows[lo], hi - lo), truths, iou_);
    for (size_t j = lo; j < hi; ++j) match_one(j, j - lo);
  }

 private:
  struct Target {
    Box box;
    bool crowd;
    uint64_t ignored, taken;
  };

  void load(Slice<const Row> truths) {
    targets_.clear();
    for (size_t g = 0; g < truths.size(); ++g) {
      const size_t i = truths[g].index;
      Target target{truth_.box[i], truth_.crowd[i] != 0, 0, 0};
      const unsigned inside = area_bits(truth_.area[i], protocol_);
      const bool never = never_counted(truth_, i);
      for (size_t a = 0; a < protocol_.area.size(); ++a)
        if (never || !(inside >> a & 1)) target.ignored |= lanes_.area(a);
      targets_.push_back(target);
    }
  }

  void collect(const Box& box, size_t local) {
    candidates_.clear();
    for (size_t g = 0; g < targets_.size(); ++g) {
      const double v = overlap_ ? iou_[local * targets_.size() + g]
                                : box_iou(box, targets_[g].box, targets_[g].crowd);
      if (v >= lanes_.iou[0]) candidates_.push_back({v, uint32_t(g)});
    }
    // Best overlap first; the later of two equal ones wins, as in the reference loop.
    if (candidates_.size() > 1)
      std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
        return a.iou != b.iou ? a.iou > b.iou : a.truth > b.truth;
      });
  }

  void match_one(size_t row, size_t local) {
    collect(found_.box[out_.rows[row].index], local);
    if (candidates_.empty()) return;
    uint64_t matched = 0, ignored = 0;
    for (const Candidate& c : candidates_) {  // ground truths that count come first
      Target& t = targets_[c.truth];
      const uint64_t won = lanes_.at(c.iou) & ~matched & ~t.ignored & ~t.taken;
      t.taken |= won;
      matched |= won;
    }
    for (const Candidate& c : candidates_) {  // then ignored ones; a crowd is matched repeatedly
      Target& t = targets_[c.truth];
      const uint64_t free = t.crowd ? ~0ull : ~t.taken;
      const uint64_t won = lanes_.at(c.iou) & ~matched & t.ignored & free;
      t.taken |= won;
      matched |= won;
      ignored |= won;
    }
    out_.matched[row] = matched;
    out_.ignored[row] = ignored;
  }

  const Truth& truth_;
  const Predictions& found_;
  const Protocol& protocol_;
  const LaneMasks& lanes_;
  std::unique_ptr<Overlap> overlap_;
  MatchTable& out_;
  std::vector<Target> targets_;
  std::vector<Candidate> candidates_;
  std::vector<double> iou_;
};

struct Chunk {
  size_t klass, lo, hi;
};

// Work units: slices of a class, cut between images.
std::vector<Chunk> chunks_of(const MatchTable& table, size_t classes) {
  std::vector<Chunk> chunks;
  for (size_t c = 0; c < classes; ++c) {
    const size_t end = size_t(table.class_start[c + 1]);
    for (size_t lo = size_t(table.class_start[c]); lo < end;) {
      size_t hi = std::min(end, lo + kChunk);
      while (hi < end && table.rows[hi].image == table.rows[hi - 1].image) ++hi;
      chunks.push_back({c, lo, hi});
      lo = hi;
    }
  }
  return chunks;
}

void match_chunk(const Chunk& chunk, const Grouped& truths, GroupMatcher& matcher, const MatchTable& table) {
  const Row* g = truths.rows.data() + truths.start[chunk.klass];
  const Row* const end = truths.rows.data() + truths.start[chunk.klass + 1];
  g = std::lower_bound(g, end, table.rows[chunk.lo].image,
                       [](const Row& row, uint32_t image) { return row.image < image; });
  for (size_t lo = chunk.lo; lo < chunk.hi;) {
    const uint32_t image = table.rows[lo].image;
    size_t hi = lo + 1;
    while (hi < chunk.hi && table.rows[hi].image == image) ++hi;
    while (g < end && g->image < image) ++g;
    const Row* const first = g;
    while (g < end && g->image == image) ++g;
    matcher.run(lo, hi, Slice<const Row>(first, size_t(g - first)));
    lo = hi;
  }
}

void count_positives(const Truth& truth, const Protocol& protocol, MatchTable& out) {
  const size_t areas = protocol.area.size();
  for (size_t i = 0; i < truth.image.size(); ++i) {
    if (never_counted(truth, i)) continue;
    const unsigned bits = area_bits(truth.area[i], protocol);
    for (size_t a = 0; a < areas; ++a) out.positives[size_t(truth.klass[i]) * areas + a] += bits >> a & 1;
  }
}

// Area ranges where each prediction is wrong unless matched; in file order, so that the boxes are
// read as a stream.
std::vector<uint8_t> area_flags(const Predictions& found, const Protocol& protocol, int threads) {
  constexpr size_t step = 65536;
  const size_t n = found.confidence.size();
  std::vector<uint8_t> flags(n);
  parallel_for((n + step - 1) / step, threads, [&](size_t k) {
    for (size_t i = k * step; i < std::min(n, (k + 1) * step); ++i)
      flags[i] = area_bits(found.area.empty() ? found.box[i][2] * found.box[i][3] : found.area[i], protocol);
    if (found.excused.empty()) return;
    for (size_t i = k * step; i < std::min(n, (k + 1) * step); ++i)
      if (found.excused[i]) flags[i] = 0;
  });
  return flags;
}
}  // namespace

MatchTable match(const Truth& truth, const Predictions& found, size_t images, size_t classes,
                 const Protocol& protocol, int threads, const OverlapMaker* overlap) {
  protocol.check();
  threads = resolve_threads(threads);
  const size_t n = found.confidence.size();
  for (size_t i = 0; i < n; ++i)
    if (found.confidence[i] != found.confidence[i]) throw std::invalid_argument("a confidence is NaN");
  MatchTable out;
  const Grouped truths = group(truth.image, truth.klass, {}, images, classes);
  Grouped sorted = group(found.image, found.klass, found.confidence, images, classes);
  out.rows = std::move(sorted.rows);
  out.class_start = std::move(sorted.start);
  out.matched.resize(n);
  out.ignored.resize(n);
  out.rank.resize(n);
  out.in_area.resize(n);
  out.positives.resize(classes * protocol.area.size());
  count_positives(truth, protocol, out);
  const std::vector<uint8_t> flags = area_flags(found, protocol, threads);
  const std::vector<Chunk> chunks = chunks_of(out, classes);
  const LaneMasks lanes(protocol);
  parallel_for(chunks.size(), threads, [&](size_t k) {
    GroupMatcher matcher(truth, found, protocol, lanes, overlap, out);
    match_chunk(chunks[k], truths, matcher, out);
    for (size_t j = chunks[k].lo; j < chunks[k].hi; ++j) out.in_area[j] = flags[out.rows[j].index];
  });
  return out;
}
}  // namespace boxscore
