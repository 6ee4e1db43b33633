#include "records.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace boxscore {
FieldKind field_kind(const std::string& name) {
  static const std::pair<const char*, FieldKind> kinds[] = {
      {"int", FieldKind::integer}, {"number", FieldKind::number}, {"box", FieldKind::box},
      {"id", FieldKind::id}, {"text", FieldKind::text}, {"flag", FieldKind::flag},
      {"span", FieldKind::span}, {"segmentation", FieldKind::segmentation}};
  for (const auto& [text, kind] : kinds)
    if (name == text) return kind;
  throw std::invalid_argument("unknown kind of field: " + name);
}

int64_t Interned::intern(std::string_view text) {
  const auto [it, fresh] = lookup_.try_emplace(std::string(text), int64_t(texts.size()));
  if (fresh) texts.emplace_back(text);
  return it->second;
}

RecordReader::RecordReader(const Fields& fields, Records& out) : fields_(fields), out_(out), cells_(fields.size()) {
  out.fields = &fields;
  out.columns.resize(fields.size());
}

void RecordReader::adopt_id_kinds(const Records& other) {
  for (size_t k = 0; k < fields_.size(); ++k) {
    out_.columns[k].is_text = other.columns[k].is_text;
    out_.columns[k].kind_known = other.columns[k].kind_known;
  }
}

void RecordReader::reserve(size_t bytes) {
  const size_t n = bytes / 64 + 16;
  for (size_t k = 0; k < fields_.size(); ++k) {
    Column& column = out_.columns[k];
    if (!fields_[k].required) column.present.reserve(n);
    switch (fields_[k].kind) {
      case FieldKind::integer:
      case FieldKind::id: column.integers.reserve(n); break;
      case FieldKind::number: column.numbers.reserve(n); break;
      case FieldKind::box: column.boxes.reserve(n); break;
      case FieldKind::flag: column.flags.reserve(n); break;
      case FieldKind::span: column.spans.reserve(n); break;
      case FieldKind::text:
      case FieldKind::segmentation: break;  // as long as what is in them
    }
  }
}

void RecordReader::read(JsonCursor& c) {
  const char* const start = c.p;
  std::vector<std::pair<size_t, SegmentationMark>> marks;
  for (size_t k = 0; k < fields_.size(); ++k) {
    cells_[k].present = false;
    if (fields_[k].kind == FieldKind::segmentation) marks.emplace_back(k, mark_of(out_.columns[k].segmentation));
  }
  bool regular = false;
  try {
    read_object(c);
    regular = true;
    for (size_t k = 0; k < fields_.size(); ++k) regular &= cells_[k].present || !fields_[k].required;
  } catch (const OddRecord&) {
  } catch (const ScanError& bad) {
    if (bad.code != "E-JSON-SYNTAX") throw;
  }
  if (regular) return commit();
  for (const auto& [k, mark] : marks) cut_back(out_.columns[k].segmentation, mark);
  note_odd(c, start);
}

// The text of an odd record must still be JSON; if it is not, the whole file is refused.
void RecordReader::note_odd(JsonCursor& c, const char* start) {
  c.p = start;
  c.validate();
  if (out_.ordinal.empty() && out_.odd.empty())
    for (size_t i = 0; i < out_.count; ++i) out_.ordinal.push_back(int64_t(i));
  out_.odd.push_back({int64_t(out_.total()), start - c.base, c.p - c.base});
}

void RecordReader::read_object(JsonCursor& c) {
  if (c.peek() != '{') throw OddRecord();
  ++c.p;
  at_ = 0;
  strayed_ = false;
  if (c.accept('}')) return;
  do {
    const int field = next_key(c);
    if (field < 0) c.skip();
    else read_value(c, size_t(field));
  } while (c.more('}'));
}

// Files repeat one order of keys, so the key at this place in the record before is tried first.
int RecordReader::next_key(JsonCursor& c) {
  if (c.peek() != '"') throw OddRecord();
  if (at_ < order_.size()) {
    const Key& key = order_[at_];
    const size_t n = key.quoted.size();
    if (n && size_t(c.end - c.p) > n && std::memcmp(c.p, key.quoted.data(), n) == 0) {
      c.p += n;
      c.expect(':');
      ++at_;
      return key.field;
    }
  }
  if (!strayed_) stray();
  const std::string_view text = c.text(store_);
  int found = -1;
  for (size_t i = 0; i < fields_.size(); ++i)
    if (text == fields_[i].key) found = int(i);
  if (found < 0) note_key(c, text);
  c.expect(':');
  const bool plain = text.data() != store_.data();
  order_.push_back({found, plain ? '"' + std::string(text) + '"' : std::string()});
  ++at_;
  return found;
}

// While keys come as in the record before, none occurs twice; from here on they are compared.
void RecordReader::stray() {
  strayed_ = true;
  unknown_.clear();
  order_.resize(at_);
  for (size_t i = 0; i < at_; ++i)
    if (order_[i].field < 0) unknown_.push_back(order_[i].quoted.substr(1, order_[i].quoted.size() - 2));
}

void RecordReader::note_key(JsonCursor& c, std::string_view key) {
  if (unknown_.size() < 64 && std::find(unknown_.begin(), unknown_.end(), key) != unknown_.end())
    c.fail("key \"" + std::string(key.substr(0, 100)) + "\" occurs twice in one object", "E-JSON-DUPLICATE-KEY");
  if (unknown_.size() < 64) unknown_.emplace_back(key);
}

void RecordReader::read_value(JsonCursor& c, size_t field) {
  Cell& cell = cells_[field];
  const char* const start = (c.peek(), c.p);
  if (cell.present) {
    const Field& f = fields_[field];
    const auto shown = [&](const char* from) {
      c.p = from;
      c.skip();
      return std::string(from, std::min<size_t>(size_t(c.p - from), 60));
    };
    const std::string first = shown(cell.start), second = shown(start);
    c.fail("key \"" + f.key + "\" occurs twice in one object, with " + first + " and with " + second, "E-JSON-DUPLICATE-KEY");
  }
  if (*c.p == 'n' && c.accept_null()) return;
  cell.start = start;
  switch (fields_[field].kind) {
    case FieldKind::integer: cell.integer = c.integer(); break;
    case FieldKind::number: cell.number = c.number(); break;
    case FieldKind::box:
      if (*c.p != '[') throw OddRecord();
      ++c.p;
      for (size_t i = 0; i < 4; ++i) {
        cell.box[i] = c.number();
        if (c.more(']') != (i < 3)) throw OddRecord();
      }
      break;
    case FieldKind::id: read_id(c, field); break;
    case FieldKind::text:
      if (*c.p != '"') throw OddRecord();
      cell.text = c.text(store_);
      break;
    case FieldKind::flag: cell.integer = c.flag(); break;
    case FieldKind::span:
      c.skip();
      cell.span = {start - c.base, c.p - c.base};
      break;
    case FieldKind::segmentation: {
      const SegmentationValue value = read_segmentation(c, out_.columns[field].segmentation, store_);
      cell.integer = int64_t(value.kind);
      cell.span = value.size;
      break;
    }
  }
  cell.present = true;
}

// An id column holds numbers or texts; the first record decides.
void RecordReader::read_id(JsonCursor& c, size_t field) {
  Column& column = out_.columns[field];
  const bool text = *c.p == '"';
  if (column.kind_known && text != column.is_text) throw OddRecord();
  if (text) cells_[field].text = c.text(store_);
  else cells_[field].integer = c.integer();
  if (!column.kind_known) column.is_text = text;
}

void RecordReader::commit() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (size_t k = 0; k < fields_.size(); ++k) {
    Column& column = out_.columns[k];
    const Cell& cell = cells_[k];
    const bool here = cell.present;
    if (!fields_[k].required && fields_[k].kind != FieldKind::span) column.present.push_back(here);
    switch (fields_[k].kind) {
      case FieldKind::integer: column.integers.push_back(here ? cell.integer : 0); break;
      case FieldKind::number: column.numbers.push_back(here ? cell.number : nan); break;
      case FieldKind::box: column.boxes.push_back(here ? cell.box : Box{nan, nan, nan, nan}); break;
      case FieldKind::id:
        column.kind_known |= here;
        column.integers.push_back(!here ? (column.is_text ? -1 : 0) : column.is_text ? column.interned.intern(cell.text) : cell.integer);
        break;
      case FieldKind::text:
        if (here) column.texts += cell.text;
        column.integers.push_back(int64_t(column.texts.size()));
        break;
      case FieldKind::flag: column.flags.push_back(here && cell.integer); break;
      case FieldKind::span:
        if (here) column.spans.push_back({int64_t(out_.count), cell.span[0], cell.span[1]});
        break;
      case FieldKind::segmentation: {
        SegmentationColumn& s = column.segmentation;
        s.kind.push_back(here ? uint8_t(cell.integer) : 0);
        s.size.insert(s.size.end(), {here ? cell.span[0] : 0, here ? cell.span[1] : 0});
        s.object_ends.push_back(int64_t(s.part_ends.size()));
        s.compressed_ends.push_back(int64_t(s.compressed.size()));
        s.counts_ends.push_back(int64_t(s.counts.size()));
        break;
      }
    }
  }
  if (!out_.odd.empty()) out_.ordinal.push_back(int64_t(out_.total()));
  ++out_.count;
}
}  // namespace boxscore
