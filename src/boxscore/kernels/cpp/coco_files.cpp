#include "coco_files.hpp"

#include <algorithm>
#include <cmath>

#include "id_index.hpp"
#include "parallel.hpp"

namespace boxscore {
namespace {
enum ImageField { kImageId, kWidth, kHeight };
enum TruthField { kTruthImage, kTruthClass, kTruthBox, kTruthArea, kCrowd, kTruthMask };
enum ResultField { kImage, kClass, kScore, kBox, kMask };

// Fields that a task has no use for are not named: an unknown key is stepped over.
std::vector<Member> truth_members(bool masks) {
  std::vector<Member> members(3);
  members[0].key = "images";
  members[0].fields = {{"id", FieldKind::id, true}};
  members[1].key = "annotations";
  members[1].fields = {{"image_id", FieldKind::id, true}, {"category_id", FieldKind::integer, true},
                       {"bbox", FieldKind::box, true}, {"area", FieldKind::number, true}, {"iscrowd", FieldKind::flag, false}};
  members[2].key = "categories";
  members[2].fields = {{"id", FieldKind::integer, true}};
  if (!masks) return members;
  members[0].fields.push_back({"width", FieldKind::integer, true});
  members[0].fields.push_back({"height", FieldKind::integer, true});
  members[1].fields.push_back({"segmentation", FieldKind::span, true});
  return members;
}

Fields result_fields(bool masks) {
  Fields fields = {{"image_id", FieldKind::id, true}, {"category_id", FieldKind::integer, true}, {"score", FieldKind::number, true},
                   {"bbox", FieldKind::box, !masks}};
  if (masks) fields.push_back({"segmentation", FieldKind::span, true});
  return fields;
}

void extend_dense(std::vector<int32_t>& out, std::vector<int64_t>& ids, const IdIndex& index) {
  for (int64_t id : ids) {
    out.push_back(index[id]);
    need(out.back() >= 0);
  }
  ids = std::vector<int64_t>();
}

// What the careful reader rejects, and a whole file whose boxes look normalised: all within 0..1.
class BoxCheck {
 public:
  void look(const std::vector<Box>& boxes) {
    for (const Box& b : boxes) {
      need(!(b[2] < 0) && !(b[3] < 0) && std::isfinite(b[0] + b[2]) && std::isfinite(b[1] + b[3]) && std::isfinite(b[2] * b[3]));
      if (!normalised_) continue;
      for (double v : b) {
        normalised_ &= v >= 0 && v <= 1;
        fraction_ |= v > 0 && v < 1;
      }
    }
  }
  void finish() const { need(!normalised_ || !fraction_); }

 private:
  bool normalised_ = true, fraction_ = false;
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

// One span a record, empty where it has none.
void extend_spans(std::vector<std::array<int64_t, 2>>& out, std::vector<std::array<int64_t, 3>>& spans, size_t records) {
  const size_t start = out.size();
  out.resize(start + records, {0, 0});
  for (const auto& span : spans) out[start + size_t(span[0])] = {span[1], span[2]};
  spans = {};
}

CocoTruth dense_truth(std::vector<Member>& members, const IdIndex& images, const IdIndex& classes, bool masks) {
  CocoTruth out;
  std::vector<Column>& columns = members[1].records.columns;
  need(!columns[kTruthImage].is_text);
  out.images = images.size();
  out.classes = classes.size();
  extend_dense(out.image, columns[kTruthImage].integers, images);
  extend_dense(out.klass, columns[kTruthClass].integers, classes);
  out.box = std::move(columns[kTruthBox].boxes);
  out.area = std::move(columns[kTruthArea].numbers);
  out.crowd = std::move(columns[kCrowd].flags);
  BoxCheck check;
  check.look(out.box);
  check.finish();
  for (double area : out.area) need(area >= 0);
  if (!masks) return out;
  out.height = sizes(members[0].records, kHeight, images);
  out.width = sizes(members[0].records, kWidth, images);
  extend_spans(out.mask, columns[kTruthMask].spans, members[1].records.count);
  return out;
}

template <class T> void move_behind(std::vector<T>& out, std::vector<T>& piece) {
  out.insert(out.end(), piece.begin(), piece.end());
  piece = std::vector<T>();
}

// A piece is given back as soon as it is copied, so that the results are never held twice.
CocoResults dense_results(std::vector<Records>& pieces, const IdIndex& images, const IdIndex& classes, bool masks) {
  CocoResults out;
  size_t total = 0, with_box = 0;
  for (const Records& piece : pieces) {
    need(piece.odd.empty() && !(piece.count && piece.columns[kImage].is_text));
    total += piece.count;
    const std::vector<uint8_t>& present = piece.columns[kBox].present;
    with_box += masks ? size_t(std::count(present.begin(), present.end(), 1)) : piece.count;
  }
  need(with_box == 0 || with_box == total);
  out.image.reserve(total);
  out.klass.reserve(total);
  out.confidence.reserve(total);
  out.boxed = with_box > 0 || !masks;
  if (out.boxed) out.box.reserve(total);
  else out.box.resize(total);
  if (masks) out.mask.reserve(total);
  BoxCheck check;
  for (Records& piece : pieces) {
    extend_dense(out.image, piece.columns[kImage].integers, images);
    extend_dense(out.klass, piece.columns[kClass].integers, classes);
    move_behind(out.confidence, piece.columns[kScore].numbers);
    if (out.boxed) {
      check.look(piece.columns[kBox].boxes);
      move_behind(out.box, piece.columns[kBox].boxes);
    }
    if (masks) extend_spans(out.mask, piece.columns[kMask].spans, piece.count);
    piece = Records();
  }
  check.finish();
  return out;
}
}  // namespace

CocoFiles read_coco(const Text& truth, const Text& results, bool masks, int threads) {
  std::vector<Member> members = truth_members(masks);
  const Fields fields = result_fields(masks);
  std::vector<Records> pieces;
  parallel_for(2, resolve_threads(threads), [&](size_t k) {  // both files at once
    if (k == 0) scan_members(truth, members);
    else pieces = scan_pieces(results, fields, threads);
  });
  for (const Member& m : members) need(m.found && m.records.odd.empty());
  need(!members[0].records.columns[kImageId].is_text);
  const IdIndex images(members[0].records.columns[kImageId].integers), classes(members[2].records.columns[0].integers);
  need(images.distinct() && classes.distinct());
  CocoFiles out;
  out.truth = dense_truth(members, images, classes, masks);
  members.clear();
  out.results = dense_results(pieces, images, classes, masks);
  return out;
}

bool first_has_mask(const Text& results) {
  const std::string_view head(results.begin, std::min<size_t>(results.size(), 1 << 16));
  const std::string_view first = head.substr(0, head.find("\"image_id\"", head.find("\"image_id\"") + 1));
  return first.find("\"segmentation\"") != first.npos;
}
}  // namespace boxscore
