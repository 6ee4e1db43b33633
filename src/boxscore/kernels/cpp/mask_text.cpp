#include "mask_text.hpp"

#include <algorithm>
#include <mutex>

#include "parallel.hpp"
#include "records.hpp"

namespace boxscore {
namespace {
constexpr size_t kBlock = 1024;  // annotations of one work unit, at least

struct Pair {
  uint32_t found, truth;
  double iou;
};

// What one block of images yields.
struct Block {
  std::vector<Pair> pairs;
  MaskStatus status = MaskStatus::fine;
};

// Reads one segmentation after the other; the scratch space is that of the longest one.
class MaskReader {
 public:
  MaskReader(const MaskTexts& side, const MaskRules& rules) : side_(side), rules_(rules) {}

  MaskStatus read(size_t row, Runs& out) {
    parse(row);
    if (kind_ == SegmentationKind::polygons) return rasterise_parts(out);
    return from_run_lengths(out);
  }
  // Whether read() would succeed. Nothing overlaps this mask, so its pixels are not asked for.
  MaskStatus check(size_t row) {
    parse(row);
    if (kind_ != SegmentationKind::polygons) return from_run_lengths(scratch_);
    MaskStatus status = MaskStatus::fine;
    each_part([&](const double* xy, size_t points) { return status = check_polygon(xy, points, height_, width_); });
    return status;
  }

 private:
  void parse(size_t row) {
    cut_back(parsed_, {0, 0, 0, 0});
    JsonCursor c(side_.text.begin, side_.text.begin + side_.span[row][0], side_.text.begin + side_.span[row][1]);
    const SegmentationValue value = read_segmentation(c, parsed_, store_);
    kind_ = value.kind;
    size_ = value.size;
    height_ = rules_.height[size_t(side_.image[row])];
    width_ = rules_.width[size_t(side_.image[row])];
  }

  MaskStatus from_run_lengths(Runs& out) const {
    if (size_[0] != height_ || size_[1] != width_) return MaskStatus::bad_size;
    if (kind_ == SegmentationKind::compressed)
      return decode_text(parsed_.compressed.data(), parsed_.compressed.size(), height_, width_, out);
    if (kind_ == SegmentationKind::counts) return from_counts(parsed_.counts.data(), parsed_.counts.size(), height_, width_, out);
    return MaskStatus::truncated;
  }

  template <class Visit> MaskStatus each_part(Visit visit) const {
    size_t from = 0;
    for (int64_t end : parsed_.part_ends) {
      const MaskStatus status = visit(parsed_.coordinates.data() + from, (size_t(end) - from) / 2);
      if (status != MaskStatus::fine) return status;
      from = size_t(end);
    }
    return MaskStatus::fine;
  }

  MaskStatus rasterise_parts(Runs& out) {
    bool first = true;
    return each_part([&](const double* xy, size_t points) {
      const MaskStatus status = rasterise(xy, points, height_, width_, first ? out : scratch_);
      if (!first && status == MaskStatus::fine) out = united(out, scratch_);
      first = false;
      return status;
    });
  }

  const MaskTexts& side_;
  const MaskRules& rules_;
  SegmentationColumn parsed_;
  SegmentationKind kind_ = SegmentationKind::absent;
  std::array<int64_t, 2> size_{0, 0};
  int64_t height_ = 0, width_ = 0;
  std::string store_;
  Runs scratch_;
};

// An upper bound of the overlap from the areas alone: the shared part is no larger than either.
double most_iou(uint64_t found, uint64_t truth, bool crowd) {
  const uint64_t shared = std::min(found, truth);
  return shared ? double(shared) / double(crowd ? found : std::max(found, truth)) : 0;
}

class BlockReader {
 public:
  BlockReader(const MaskTexts& truth, const MaskTexts& found, const MaskRules& rules, std::vector<double>& area, Block& out)
      : truth_(truth), found_(found), rules_(rules), area_(area), truth_reader_(truth, rules), found_reader_(found, rules), out_(out) {}

  void image(Slice<const Row> found, Slice<const Row> truths) {
    load(found, truths);
    for (size_t p = 0; p < found.size() && out_.status == MaskStatus::fine; ++p) one(found[p].index);
  }

 private:
  struct Target {
    int32_t klass;
    uint32_t row;
    uint64_t area;
    Runs runs;
  };

  // The image's ground truths, by class; only those which a prediction may meet get pixels.
  void load(Slice<const Row> found, Slice<const Row> truths) {
    classes_.clear();
    for (size_t p = 0; p < found.size(); ++p) classes_.push_back(found_.klass[found[p].index]);
    std::sort(classes_.begin(), classes_.end());
    used_ = 0;
    for (size_t g = 0; g < truths.size() && out_.status == MaskStatus::fine; ++g) {
      const uint32_t row = truths[g].index;
      const int32_t klass = truth_.klass[row];
      if (!std::binary_search(classes_.begin(), classes_.end(), klass)) {
        out_.status = truth_reader_.check(row);
        continue;
      }
      if (used_ == targets_.size()) targets_.emplace_back();
      Target& target = targets_[used_++];
      target.klass = klass;
      target.row = row;
      out_.status = truth_reader_.read(row, target.runs);
      target.area = target.runs.area();
    }
    std::sort(targets_.begin(), targets_.begin() + std::ptrdiff_t(used_),
              [](const Target& a, const Target& b) { return a.klass < b.klass; });
  }

  void one(uint32_t row) {
    out_.status = found_reader_.read(row, runs_);
    if (out_.status != MaskStatus::fine) return;
    const uint64_t area = runs_.area();
    area_[row] = double(area);
    const auto end = targets_.begin() + std::ptrdiff_t(used_);
    auto t = std::lower_bound(targets_.begin(), end, found_.klass[row], [](const Target& a, int32_t klass) { return a.klass < klass; });
    for (; t != end && t->klass == found_.klass[row]; ++t) {
      const bool crowd = rules_.crowd[t->row] != 0;
      if (most_iou(area, t->area, crowd) < rules_.floor) continue;
      const double iou = run_iou(runs_, area, t->runs, t->area, crowd);
      if (iou >= rules_.floor) out_.pairs.push_back({row, t->row, iou});
    }
  }

  const MaskTexts &truth_, &found_;
  const MaskRules& rules_;
  std::vector<double>& area_;
  MaskReader truth_reader_, found_reader_;
  Block& out_;
  std::vector<int32_t> classes_;
  std::vector<Target> targets_;
  size_t used_ = 0;
  Runs runs_;
};

// Pairs by prediction.
class PairOverlap : public Overlap {
 public:
  PairOverlap(const std::vector<Pair>& pairs, const std::vector<uint32_t>& start) : pairs_(pairs), start_(start) {}

  void fill(Slice<const Row> found, Slice<const Row> truths, std::vector<double>& out) override {
    out.assign(found.size() * truths.size(), 0);
    for (size_t p = 0; p < found.size(); ++p)
      for (uint32_t k = start_[found[p].index]; k < start_[found[p].index + 1]; ++k)
        for (size_t g = 0; g < truths.size(); ++g)
          if (truths[g].index == pairs_[k].truth) out[p * truths.size() + g] = pairs_[k].iou;
  }

 private:
  const std::vector<Pair>& pairs_;
  const std::vector<uint32_t>& start_;
};

class PairOverlapMaker : public OverlapMaker {
 public:
  PairOverlapMaker(const std::vector<Block>& blocks, size_t found) : start_(found + 1) {
    for (const Block& block : blocks)
      for (const Pair& pair : block.pairs) ++start_[pair.found + 1];
    for (size_t i = 0; i < found; ++i) start_[i + 1] += start_[i];
    pairs_.resize(start_[found]);
    std::vector<uint32_t> at(start_);
    for (const Block& block : blocks)
      for (const Pair& pair : block.pairs) pairs_[at[pair.found]++] = pair;
  }
  std::unique_ptr<Overlap> make() const override { return std::make_unique<PairOverlap>(pairs_, start_); }

 private:
  std::vector<Pair> pairs_;
  std::vector<uint32_t> start_;
};

// The rows of one side by image, in file order within it.
struct ByImage {
  std::vector<Row> rows;
  std::vector<size_t> start;  // images + 1
  ByImage(const MaskTexts& side, size_t images) : start(images + 1) {
    rows = group(side.image, std::vector<int32_t>(side.image.size()), {}, images, 1).rows;
    for (const Row& row : rows) ++start[row.image + 1];
    for (size_t i = 0; i < images; ++i) start[i + 1] += start[i];
  }
  Slice<const Row> of(size_t image) const { return {rows.data() + start[image], start[image + 1] - start[image]}; }
};

// First images of work units, and the number of images.
std::vector<size_t> blocks_of(const ByImage& truths, const ByImage& founds, size_t images) {
  std::vector<size_t> first{0};
  size_t rows = 0;
  for (size_t i = 0; i < images; ++i) {
    rows += truths.of(i).size() + founds.of(i).size();
    if (rows < kBlock && i + 1 < images) continue;
    first.push_back(i + 1);
    rows = 0;
  }
  return first;
}

// Their text has been read; where the file is in image order, these are whole pages.
void passed(const MaskTexts& side, const ByImage& by_image, size_t from, size_t to) {
  int64_t begin = INT64_MAX, end = 0;
  for (size_t i = by_image.start[from]; i < by_image.start[to]; ++i) {
    begin = std::min(begin, side.span[by_image.rows[i].index][0]);
    end = std::max(end, side.span[by_image.rows[i].index][1]);
  }
  if (begin < end) side.text.passed(side.text.begin + begin, side.text.begin + end);
}
}  // namespace

MaskOverlaps overlaps_from_text(const MaskTexts& truth, const MaskTexts& found, const MaskRules& rules, int threads) {
  const size_t images = rules.height.size();
  const ByImage truths(truth, images), founds(found, images);
  const std::vector<size_t> first = blocks_of(truths, founds, images);
  MaskOverlaps out;
  out.area.resize(found.image.size());
  std::vector<Block> blocks(first.size() - 1);
  parallel_for(blocks.size(), resolve_threads(threads), [&](size_t k) {
    BlockReader reader(truth, found, rules, out.area, blocks[k]);
    try {
      for (size_t i = first[k]; i < first[k + 1] && blocks[k].status == MaskStatus::fine; ++i)
        reader.image(founds.of(i), truths.of(i));
    } catch (const OddRecord&) {
      blocks[k].status = MaskStatus::bad_text;
    } catch (const ScanError&) {
      blocks[k].status = MaskStatus::bad_text;
    }
    passed(truth, truths, first[k], first[k + 1]);
    passed(found, founds, first[k], first[k + 1]);
  });
  for (const Block& block : blocks) out.status = std::max(out.status, block.status);
  out.maker = std::make_unique<PairOverlapMaker>(blocks, found.image.size());
  return out;
}
}  // namespace boxscore
