// COCO's "segmentation": polygons, compressed or plain run lengths.
#include "records.hpp"

namespace boxscore {
namespace {
// [[x, y, ...], ...], at least three points a part; [] and [[]] hold nothing.
SegmentationKind read_polygons(JsonCursor& c, SegmentationColumn& out) {
  c.expect('[');
  if (c.accept(']')) return SegmentationKind::empty;
  bool empty_part = false;
  size_t parts = 0;
  do {
    if (c.peek() != '[') throw OddRecord();
    ++c.p;
    ++parts;
    if (c.accept(']')) { empty_part = true; continue; }
    const size_t before = out.coordinates.size();
    do out.coordinates.push_back(c.number()); while (c.more(']'));
    const size_t n = out.coordinates.size() - before;
    if (n < 6 || n % 2) throw OddRecord();
    out.part_ends.push_back(int64_t(out.coordinates.size()));
  } while (c.more(']'));
  if (!empty_part) return SegmentationKind::polygons;
  if (parts != 1) throw OddRecord();
  return SegmentationKind::empty;
}

std::array<int64_t, 2> read_size(JsonCursor& c) {
  std::array<int64_t, 2> size;
  if (c.peek() != '[') throw OddRecord();
  ++c.p;
  size[0] = c.integer();
  if (!c.more(']')) throw OddRecord();
  size[1] = c.integer();
  if (c.more(']')) throw OddRecord();
  return size;
}

SegmentationKind read_counts(JsonCursor& c, SegmentationColumn& out, std::string& store) {
  if (c.peek() == '"') {
    const std::string_view text = c.text(store);
    for (char ch : text) if (ch & 0x80) throw OddRecord();
    out.compressed.insert(out.compressed.end(), text.begin(), text.end());
    return SegmentationKind::compressed;
  }
  if (c.peek() != '[') throw OddRecord();
  ++c.p;
  if (c.accept(']')) return SegmentationKind::counts;
  do out.counts.push_back(c.integer()); while (c.more(']'));
  return SegmentationKind::counts;
}

SegmentationValue read_runs(JsonCursor& c, SegmentationColumn& out, std::string& store) {
  SegmentationValue value;
  bool sized = false, counted = false;
  c.expect('{');
  if (c.accept('}')) throw OddRecord();
  do {
    if (c.peek() != '"') throw OddRecord();
    const std::string key(c.text(store));
    c.expect(':');
    if (key == "size") {
      if (sized) c.fail("key \"size\" occurs twice in one object", "E-JSON-DUPLICATE-KEY");
      value.size = read_size(c);
      sized = true;
    } else if (key == "counts") {
      if (counted) c.fail("key \"counts\" occurs twice in one object", "E-JSON-DUPLICATE-KEY");
      value.kind = read_counts(c, out, store);
      counted = true;
    } else {
      c.skip();
    }
  } while (c.more('}'));
  if (!sized || !counted) throw OddRecord();
  return value;
}
}  // namespace

SegmentationMark mark_of(const SegmentationColumn& s) {
  return {s.coordinates.size(), s.part_ends.size(), s.compressed.size(), s.counts.size()};
}

void cut_back(SegmentationColumn& s, const SegmentationMark& mark) {
  s.coordinates.resize(mark.coordinates);
  s.part_ends.resize(mark.parts);
  s.compressed.resize(mark.compressed);
  s.counts.resize(mark.counts);
}

SegmentationValue read_segmentation(JsonCursor& c, SegmentationColumn& out, std::string& store) {
  const char first = c.peek();
  if (first == '[') return {read_polygons(c, out), {0, 0}};
  if (first == '{') return read_runs(c, out, store);
  throw OddRecord();
}

namespace {
template <class T> void extend(std::vector<T>& a, const std::vector<T>& b) { a.insert(a.end(), b.begin(), b.end()); }
void extend_ends(std::vector<int64_t>& a, const std::vector<int64_t>& b, size_t shift) {
  for (int64_t v : b) a.push_back(v + int64_t(shift));
}
}  // namespace

void SegmentationColumn::append(const SegmentationColumn& o) {
  extend_ends(object_ends, o.object_ends, part_ends.size());
  extend_ends(part_ends, o.part_ends, coordinates.size());
  extend_ends(compressed_ends, o.compressed_ends, compressed.size());
  extend_ends(counts_ends, o.counts_ends, counts.size());
  extend(kind, o.kind);
  extend(size, o.size);
  extend(coordinates, o.coordinates);
  extend(compressed, o.compressed);
  extend(counts, o.counts);
}
}  // namespace boxscore
