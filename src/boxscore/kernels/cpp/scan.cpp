// Documents: one list of records, possibly split over threads, or an object with such lists.
#include <algorithm>

#include "parallel.hpp"
#include "records.hpp"

namespace boxscore {
namespace {
constexpr size_t kPassed = size_t(1) << 20, kLongestPiece = size_t(4) << 20;

const char* without_bom(const char* begin, const char* end) {
  return end - begin >= 3 && std::memcmp(begin, "\xEF\xBB\xBF", 3) == 0 ? begin + 3 : begin;
}
const char* past_space(const char* p, const char* end) {
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) ++p;
  return p;
}
// A likely start of a record; whether it is one is found out where the piece before it ends.
const char* guess_record(const char* from, const char* end) {
  for (const char* p = from; p + 2 < end; ++p) {
    p = static_cast<const char*>(std::memchr(p, '}', size_t(end - p)));
    if (!p) return end;
    const char* q = past_space(p + 1, end);
    if (q == end || *q != ',') continue;
    q = past_space(q + 1, end);
    if (q < end && *q == '{') return q;
  }
  return end;
}

struct Piece {
  const char* start;
  Records records;
  bool met_next = false, failed = false;
  const char* rest = nullptr;  // the first record beyond the window, where it ended there
  ScanError error{"", "", 0};
};

// Reads records from a piece's start to the next piece's start, to the window's end or the list's.
void run_piece(Piece& piece, const char* stop, const char* window_end, const Text& text, const Fields& fields,
               const Records* id_kinds) {
  JsonCursor c(text.begin, piece.start, text.end);
  RecordReader reader(fields, piece.records);
  if (id_kinds) reader.adopt_id_kinds(*id_kinds);
  reader.reserve(size_t((stop ? stop : window_end) - piece.start));
  const char* seen = c.p;
  try {
    for (;;) {
      c.peek();
      if (c.p == stop) { piece.met_next = true; break; }
      if (stop && c.p > stop) stop = nullptr;  // the guess was inside a value: carry on to the end
      if (!stop && c.p >= window_end) { piece.rest = c.p; break; }
      reader.read(c);
      if (!c.more(']')) break;
      if (size_t(c.p - seen) > kPassed) {
        text.passed(seen, c.p);
        seen = c.p;
      }
    }
    if (!piece.met_next && !piece.rest) c.only_space_left();
  } catch (const ScanError& bad) {  // only real if this piece turns out to be reached
    piece.failed = true;
    piece.error = bad;
  }
  text.passed(seen, c.p);
}

template <class T> void move_on(std::vector<T>& a, std::vector<T>& b) {
  if (a.empty()) a = std::move(b);
  else a.insert(a.end(), b.begin(), b.end());
  b = std::vector<T>();
}

void append_column(Column& a, Column& b, FieldKind kind, int64_t count) {
  move_on(a.present, b.present);
  if (kind == FieldKind::id && b.is_text && b.kind_known) {
    std::vector<int64_t> code;
    for (const std::string& t : b.interned.texts) code.push_back(a.interned.intern(t));
    for (int64_t& v : b.integers) v = v < 0 ? v : code[size_t(v)];
  }
  if (kind == FieldKind::text) {
    for (int64_t& v : b.integers) v += int64_t(a.texts.size());
    a.texts += b.texts;
    b.texts = std::string();
  }
  if (!a.kind_known) {
    a.kind_known = b.kind_known;
    a.is_text = b.is_text;
  }
  move_on(a.flags, b.flags);
  move_on(a.integers, b.integers);
  move_on(a.numbers, b.numbers);
  move_on(a.boxes, b.boxes);
  for (auto& span : b.spans) span[0] += count;
  move_on(a.spans, b.spans);
  a.segmentation.append(b.segmentation);
  b.segmentation = SegmentationColumn();
}

void append(Records& a, Records& b) {
  const int64_t shift = int64_t(a.total());
  if (!a.odd.empty() || !b.odd.empty()) {
    const auto filled = [](Records& r) {
      if (r.odd.empty()) for (size_t i = 0; i < r.count; ++i) r.ordinal.push_back(int64_t(i));
    };
    filled(a);
    filled(b);
    for (int64_t v : b.ordinal) a.ordinal.push_back(v + shift);
    for (const OddSpan& s : b.odd) a.odd.push_back({s.ordinal + shift, s.begin, s.end});
  }
  for (size_t k = 0; k < a.columns.size(); ++k) append_column(a.columns[k], b.columns[k], (*a.fields)[k].kind, int64_t(a.count));
  a.count += b.count;
}

// The records of a list behind its opening bracket.
void read_member(JsonCursor& c, Member& member, const Text& text) {
  RecordReader reader(member.fields, member.records);
  if (c.accept(']')) return;
  reader.reserve(size_t(text.end - c.p));
  const char* seen = c.p;
  do {
    c.peek();
    reader.read(c);
    if (size_t(c.p - seen) > kPassed) {
      text.passed(seen, c.p);
      seen = c.p;
    }
  } while (c.more(']'));
  text.passed(seen, c.p);
}

bool same_id_kinds(const Records& a, const Records& b) {
  for (size_t k = 0; k < a.columns.size(); ++k)
    if (a.columns[k].kind_known && b.columns[k].kind_known && a.columns[k].is_text != b.columns[k].is_text) return false;
  return true;
}

// The kinds of ids that earlier pieces settled.
void learn_id_kinds(Records& known, const Records& piece) {
  known.columns.resize(piece.columns.size());
  for (size_t k = 0; k < piece.columns.size(); ++k) {
    Column& column = known.columns[k];
    if (column.kind_known) continue;
    column.kind_known = piece.columns[k].kind_known;
    column.is_text = piece.columns[k].is_text;
  }
}

// Pieces of about the same length, each from a likely start of a record on.
std::vector<Piece> cut(const char* first, const char* window_end, int threads) {
  std::vector<Piece> pieces(1);
  pieces[0].start = first;
  const size_t share = size_t(window_end - first) / size_t(threads * 4) + 1;
  const size_t step = threads == 1 ? kLongestPiece : std::min(kLongestPiece, std::max<size_t>(1 << 20, share));
  for (const char* at = first; size_t(window_end - at) > step + step / 2;) {
    at = guess_record(at + step, window_end);
    if (at == window_end) break;
    pieces.emplace_back();
    pieces.back().start = at;
  }
  return pieces;
}
}  // namespace

ListScan::ListScan(const Text& text, const Fields& fields, int threads)
    : text_(text), fields_(fields), threads_(resolve_threads(threads)) {
  JsonCursor c(text.begin, without_bom(text.begin, text.end), text.end);
  if (c.peek() != '[') c.fail("expected a list of records");
  ++c.p;
  if (c.accept(']')) {
    c.only_space_left();
    return;
  }
  c.peek();
  at_ = c.p;
}

std::vector<Records> ListScan::pieces(size_t bytes) {
  std::vector<Records> done;
  if (!at_) return done;
  const char* const window_end = size_t(text_.end - at_) / 3 * 2 > bytes ? at_ + bytes : text_.end;
  std::vector<Piece> pieces = cut(at_, window_end, threads_);
  const auto run = [&](Piece& piece, size_t i, const Records* id_kinds) {
    run_piece(piece, i + 1 < pieces.size() ? pieces[i + 1].start : nullptr, window_end, text_, fields_, id_kinds);
  };
  parallel_for(pieces.size(), threads_, [&](size_t i) { run(pieces[i], i, nullptr); });
  for (size_t i = 0;; ++i) {
    Piece& piece = pieces[i];
    if (!same_id_kinds(known_, piece.records)) {  // its own first record decided otherwise
      Piece again;
      again.start = piece.start;
      run(again, i, &known_);
      piece = std::move(again);
    }
    if (piece.failed) throw piece.error;
    learn_id_kinds(known_, piece.records);
    done.push_back(std::move(piece.records));
    if (piece.met_next) continue;
    at_ = piece.rest;  // none: this piece ran to the end of the list
    return done;
  }
}

std::optional<Records> ListScan::next(size_t bytes) {
  std::vector<Records> found = pieces(bytes);
  if (found.empty()) return std::nullopt;
  for (size_t i = 1; i < found.size(); ++i) append(found[0], found[i]);
  return std::move(found[0]);
}

std::vector<Records> scan_pieces(const Text& text, const Fields& fields, int threads) {
  std::vector<Records> pieces = ListScan(text, fields, threads).pieces(text.size());
  if (pieces.empty()) {
    pieces.resize(1);
    RecordReader(fields, pieces[0]);
  }
  return pieces;
}

Records scan_list(const Text& text, const Fields& fields, int threads) {
  std::vector<Records> pieces = scan_pieces(text, fields, threads);
  for (size_t i = 1; i < pieces.size(); ++i) append(pieces[0], pieces[i]);
  return std::move(pieces[0]);
}

void scan_members(const Text& text, std::vector<Member>& members) {
  JsonCursor c(text.begin, without_bom(text.begin, text.end), text.end);
  if (c.peek() != '{') c.fail("expected an object");
  ++c.p;
  std::string store;
  std::vector<std::string> keys;
  if (c.accept('}')) return c.only_space_left();
  do {
    if (c.peek() != '"') c.fail("expected a key");
    std::string key;
    try { key = c.text(store); } catch (const OddRecord&) { c.fail("a key with half of a surrogate pair"); }
    c.expect(':');
    if (std::find(keys.begin(), keys.end(), key) != keys.end())
      c.fail("key \"" + key.substr(0, 100) + "\" occurs twice in one object", "E-JSON-DUPLICATE-KEY");
    if (keys.size() < 10000) keys.push_back(key);
    const auto member = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.key == key; });
    if (member == members.end()) { c.validate(); continue; }
    if (c.peek() != '[') c.fail("\"" + key + "\" must be a list", "E-JSON-MEMBER");
    ++c.p;
    member->found = true;
    read_member(c, *member, text);
  } while (c.more('}'));
  c.only_space_left();
}
}  // namespace boxscore
