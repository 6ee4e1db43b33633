#include "score.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "curves.hpp"
#include "mapped_file.hpp"
#include "mask_overlap.hpp"
#include "parallel.hpp"
#include "records.hpp"

namespace boxscore {
namespace {
enum ImageField { kImageId, kWidth, kHeight };
enum TruthField { kTruthImage, kTruthClass, kTruthBox, kTruthArea, kCrowd, kTruthMask };
enum ResultField { kImage, kClass, kBox, kScore, kMask };

// id -> dense index in ascending order: a table when ids lie close together, else binary search.
class IdIndex {
 public:
  explicit IdIndex(std::vector<int64_t> ids) : sorted_(std::move(ids)) {
    std::sort(sorted_.begin(), sorted_.end());
    distinct_ = std::adjacent_find(sorted_.begin(), sorted_.end()) == sorted_.end();
    if (sorted_.empty()) return;
    low_ = sorted_.front();
    const uint64_t range = uint64_t(sorted_.back()) - uint64_t(low_);
    if (range > 8 * sorted_.size() + 4096) return;
    table_.assign(range + 1, -1);
    for (size_t i = 0; i < sorted_.size(); ++i) table_[size_t(sorted_[i] - low_)] = int32_t(i);
  }
  int32_t operator[](int64_t id) const {
    if (!table_.empty()) {
      const uint64_t k = uint64_t(id) - uint64_t(low_);
      return k < table_.size() ? table_[k] : -1;
    }
    const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), id);
    return at != sorted_.end() && *at == id ? int32_t(at - sorted_.begin()) : -1;
  }
  size_t size() const { return sorted_.size(); }
  bool distinct() const { return distinct_; }

 private:
  std::vector<int64_t> sorted_;
  std::vector<int32_t> table_;
  int64_t low_ = 0;
  bool distinct_ = true;
};

struct Careful {};  // something in the files asks for the careful way

void need(bool fine) { if (!fine) throw Careful(); }

std::vector<int32_t> dense(const std::vector<int64_t>& ids, const IdIndex& index) {
  std::vector<int32_t> out(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    out[i] = index[ids[i]];
    need(out[i] >= 0);
  }
  return out;
}

bool all(const std::vector<uint8_t>& present) {
  return std::all_of(present.begin(), present.end(), [](uint8_t p) { return p != 0; });
}
bool none(const std::vector<uint8_t>& present) {
  return std::none_of(present.begin(), present.end(), [](uint8_t p) { return p != 0; });
}

void check_boxes(const std::vector<Box>& boxes) {
  for (const Box& b : boxes) need(!(b[2] < 0) && !(b[3] < 0) && std::isfinite(b[0] + b[2]) && std::isfinite(b[1] + b[3]));
}

// Masks of one side, made canonical, with what else follows from them.
struct Masks {
  std::vector<uint8_t> text;
  std::vector<int64_t> offsets{0};
  std::vector<int32_t> height, width;
  std::vector<double> area;
  MaskColumn column() const { return {text, offsets, height, width}; }
};

class MaskBuilder {
 public:
  MaskBuilder(const SegmentationColumn& column, const std::vector<int32_t>& image, const std::vector<int32_t>& height,
              const std::vector<int32_t>& width)
      : s_(column), image_(image), height_(height), width_(width) {}

  Masks build(int threads) const {
    constexpr size_t step = 512;
    const size_t n = image_.size();
    Masks out;
    out.height.resize(n);
    out.width.resize(n);
    out.area.resize(n);
    out.offsets.resize(n + 1);
    std::vector<std::string> texts((n + step - 1) / step);
    parallel_for(texts.size(), resolve_threads(threads), [&](size_t block) {
      Runs runs;
      for (size_t i = block * step; i < std::min(n, (block + 1) * step); ++i) {
        out.height[i] = height_[size_t(image_[i])];
        out.width[i] = width_[size_t(image_[i])];
        need(make(i, out.height[i], out.width[i], runs) == MaskStatus::fine);
        const size_t before = texts[block].size();
        encode_text(runs, texts[block]);
        out.offsets[i + 1] = int64_t(texts[block].size() - before);
        out.area[i] = double(runs.area());
      }
    });
    for (size_t i = 0; i < n; ++i) out.offsets[i + 1] += out.offsets[i];
    for (const std::string& t : texts) out.text.insert(out.text.end(), t.begin(), t.end());
    return out;
  }

 private:
  static size_t start(const std::vector<int64_t>& ends, size_t i) { return i ? size_t(ends[i - 1]) : 0; }

  MaskStatus make(size_t i, int64_t h, int64_t w, Runs& out) const {
    const auto kind = SegmentationKind(s_.kind[i]);
    if (kind == SegmentationKind::polygons) return polygons(i, h, w, out);
    if (s_.size[2 * i] != h || s_.size[2 * i + 1] != w) return MaskStatus::bad_size;
    const size_t text = start(s_.compressed_ends, i), runs = start(s_.counts_ends, i);
    if (kind == SegmentationKind::compressed)
      return decode_text(s_.compressed.data() + text, size_t(s_.compressed_ends[i]) - text, h, w, out);
    if (kind == SegmentationKind::counts)
      return from_counts(s_.counts.data() + runs, size_t(s_.counts_ends[i]) - runs, h, w, out);
    return MaskStatus::truncated;
  }

  MaskStatus polygons(size_t i, int64_t h, int64_t w, Runs& out) const {
    const size_t first = start(s_.object_ends, i);
    for (size_t p = first; p < size_t(s_.object_ends[i]); ++p) {
      const size_t from = start(s_.part_ends, p);
      Runs part;
      const MaskStatus status = rasterise(s_.coordinates.data() + from, (size_t(s_.part_ends[p]) - from) / 2, h, w, part);
      if (status != MaskStatus::fine) return status;
      out = p == first ? std::move(part) : united(out, part);
    }
    return MaskStatus::fine;
  }

  const SegmentationColumn& s_;
  const std::vector<int32_t>&image_, &height_, &width_;
};

std::vector<int32_t> sizes(const Records& images, ImageField field, const IdIndex& index) {
  std::vector<int32_t> out(index.size());
  for (size_t i = 0; i < images.count; ++i) {
    const int64_t side = images.columns[field].integers[i];
    need(side > 0 && side <= INT32_MAX);
    out[size_t(index[images.columns[kImageId].integers[i]])] = int32_t(side);
  }
  return out;
}

struct Files {
  MappedFile truth, results;
  static void forget(void* file, const char* from, const char* to) { static_cast<MappedFile*>(file)->forget(from, to); }
};

// Segmentations are read only when a task may need them: stepping over them is much faster.
FieldKind mask_kind(bool wanted) { return wanted ? FieldKind::segmentation : FieldKind::span; }

std::vector<Member> truth_members(bool masks) {
  std::vector<Member> members(3);
  members[0].key = "images";
  members[0].fields = {{"id", FieldKind::id, true}, {"width", FieldKind::integer, masks}, {"height", FieldKind::integer, masks}};
  members[1].key = "annotations";
  members[1].fields = {{"image_id", FieldKind::id, true}, {"category_id", FieldKind::integer, true}, {"bbox", FieldKind::box, true},
                       {"area", FieldKind::number, true}, {"iscrowd", FieldKind::flag, false}, {"segmentation", mask_kind(masks), masks}};
  members[2].key = "categories";
  members[2].fields = {{"id", FieldKind::integer, true}};
  return members;
}

Fields result_fields(bool masks) {
  return {{"image_id", FieldKind::id, true}, {"category_id", FieldKind::integer, true}, {"bbox", FieldKind::box, !masks},
          {"score", FieldKind::number, true}, {"segmentation", mask_kind(masks), masks}};
}

// "auto": masks when the first result has one, as pycocotools' loadRes looks at the first too.
bool wants_masks(const std::string& task, const MappedFile& results) {
  if (task != "auto") return task == "segm";
  const std::string_view head(results.begin(), std::min<size_t>(size_t(results.end() - results.begin()), 1 << 16));
  const std::string_view first = head.substr(0, head.find("\"image_id\"", head.find("\"image_id\"") + 1));
  return first.find("\"segmentation\"") != first.npos;
}

void score(Score& out, std::vector<Member>& members, Records& results, bool masks, int threads) {
  Records &images = members[0].records, &truth = members[1].records, &classes = members[2].records;
  need(members[0].found && members[1].found && members[2].found);
  need(images.odd.empty() && truth.odd.empty() && classes.odd.empty() && results.odd.empty());
  for (const Column* ids : {&images.columns[kImageId], &truth.columns[kTruthImage], &results.columns[kImage]}) need(!ids->is_text);
  const IdIndex image_index(images.columns[kImageId].integers), class_index(classes.columns[0].integers);
  need(image_index.distinct() && class_index.distinct());
  const auto truth_image = dense(truth.columns[kTruthImage].integers, image_index);
  const auto truth_class = dense(truth.columns[kTruthClass].integers, class_index);
  const auto image = dense(results.columns[kImage].integers, image_index);
  const auto klass = dense(results.columns[kClass].integers, class_index);
  for (Column* ids : {&truth.columns[kTruthImage], &truth.columns[kTruthClass], &results.columns[kImage], &results.columns[kClass]})
    ids->integers = std::vector<int64_t>();
  const bool boxed = all(results.columns[kBox].present);
  need(boxed || none(results.columns[kBox].present));
  check_boxes(truth.columns[kTruthBox].boxes);
  if (boxed) check_boxes(results.columns[kBox].boxes);
  for (double area : truth.columns[kTruthArea].numbers) need(area >= 0);
  Masks truth_masks, found_masks;
  if (masks) {
    const auto height = sizes(images, kHeight, image_index), width = sizes(images, kWidth, image_index);
    truth_masks = MaskBuilder(truth.columns[kTruthMask].segmentation, truth_image, height, width).build(threads);
    found_masks = MaskBuilder(results.columns[kMask].segmentation, image, height, width).build(threads);
  }
  const Truth t{truth_image, truth_class, truth.columns[kTruthBox].boxes, truth.columns[kTruthArea].numbers, truth.columns[kCrowd].flags};
  const Slice<const double> area = boxed ? Slice<const double>() : Slice<const double>(found_masks.area);
  const Predictions p{image, klass, results.columns[kBox].boxes, area, results.columns[kScore].numbers};
  const auto overlap = masks ? mask_overlap(truth_masks.column(), found_masks.column(), t.crowd) : nullptr;
  const Protocol protocol = Protocol::coco();
  const MatchTable table = match(t, p, image_index.size(), class_index.size(), protocol, threads, overlap.get());
  out.stats = summarize(accumulate(table, protocol, threads, {false, false}), protocol);
  out.images = images.count;
  out.ground_truth = truth.count;
  out.predictions = results.count;
}
}  // namespace

Score score_files(const std::string& truth, const std::string& results, const std::string& task, int threads) {
  if (task != "auto" && task != "bbox" && task != "segm") throw std::invalid_argument("task is auto, bbox or segm");
  Files files{MappedFile(truth), MappedFile(results)};
  const bool masks = wants_masks(task, files.results);
  Score out;
  out.task = masks ? "segm" : "bbox";
  std::vector<Member> members = truth_members(masks);
  const Fields fields = result_fields(masks);
  Records found;
  parallel_for(2, resolve_threads(threads), [&](size_t k) {  // both files at once
    if (k == 0) scan_members(files.truth.begin(), files.truth.end(), members);
    else found = scan_list(files.results.begin(), files.results.end(), fields, threads, &Files::forget, &files.results);
  });
  try {
    score(out, members, found, masks, threads);
  } catch (const Careful&) {
    out.odd = 1;
  }
  return out;
}
}  // namespace boxscore
