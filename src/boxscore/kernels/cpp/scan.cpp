// Documents: one list of records, possibly split over threads, or an object with such lists.
#include <algorithm>

#include "parallel.hpp"
#include "records.hpp"

namespace boxscore {
namespace {
constexpr size_t kForget = size_t(4) << 20;

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
  ScanError error{"", "", 0};
};
struct Forget {
  void (*forget)(void*, const char*, const char*);
  void* file;
};

// Reads records from a piece's start to the next piece's start, or to the end of the list.
void run_piece(Piece& piece, const char* stop, const char* base, const char* end, const Fields& fields,
               const Records* id_kinds, Forget forget) {
  JsonCursor c(base, piece.start, end);
  RecordReader reader(fields, piece.records);
  if (id_kinds) reader.adopt_id_kinds(*id_kinds);
  const char* seen = c.p;
  try {
    for (;;) {
      c.peek();
      if (c.p == stop) { piece.met_next = true; return; }
      if (stop && c.p > stop) stop = nullptr;  // the guess was inside a value: carry on to the end
      reader.read(c);
      if (!c.more(']')) break;
      if (forget.forget && size_t(c.p - seen) > kForget) {
        forget.forget(forget.file, seen, c.p);
        seen = c.p;
      }
    }
    c.only_space_left();
  } catch (const ScanError& bad) {  // only real if this piece turns out to be reached
    piece.failed = true;
    piece.error = bad;
  }
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

bool same_id_kinds(const Records& a, const Records& b) {
  for (size_t k = 0; k < a.columns.size(); ++k)
    if (a.columns[k].kind_known && b.columns[k].kind_known && a.columns[k].is_text != b.columns[k].is_text) return false;
  return true;
}
}  // namespace

Records scan_list(const char* begin, const char* end, const Fields& fields, int threads,
                  void (*forget)(void*, const char*, const char*), void* file) {
  threads = resolve_threads(threads);
  JsonCursor c(begin, without_bom(begin, end), end);
  if (c.peek() != '[') c.fail("expected a list of records");
  ++c.p;
  std::vector<Piece> pieces(1);
  if (c.accept(']')) {
    c.only_space_left();
    RecordReader(fields, pieces[0].records);
    return std::move(pieces[0].records);
  }
  c.peek();
  pieces[0].start = c.p;
  const size_t bytes = size_t(end - begin);
  const size_t step = threads == 1 ? bytes + 1 : std::max<size_t>(1 << 20, bytes / size_t(threads * 4) + 1);
  for (const char* at = c.p; size_t(end - at) > step + step / 2;) {
    at = guess_record(at + step, end);
    if (at == end) break;
    pieces.emplace_back();
    pieces.back().start = at;
  }
  const Forget forgetting{forget, file};
  parallel_for(pieces.size(), threads, [&](size_t i) {
    run_piece(pieces[i], i + 1 < pieces.size() ? pieces[i + 1].start : nullptr, begin, end, fields, nullptr, forgetting);
  });
  Records& all = pieces[0].records;
  for (size_t i = 0;; ++i) {
    Piece& piece = pieces[i];
    if (i && !same_id_kinds(all, piece.records)) {  // its own first record decided otherwise
      Piece again;
      again.start = piece.start;
      run_piece(again, i + 1 < pieces.size() ? pieces[i + 1].start : nullptr, begin, end, fields, &all, forgetting);
      piece = std::move(again);
    }
    if (piece.failed) throw piece.error;
    if (i) append(all, piece.records);
    if (!piece.met_next) return std::move(all);  // this piece ran to the end of the list
  }
}

void scan_members(const char* begin, const char* end, std::vector<Member>& members) {
  JsonCursor c(begin, without_bom(begin, end), end);
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
    RecordReader reader(member->fields, member->records);
    if (c.accept(']')) continue;
    do {
      c.peek();
      reader.read(c);
    } while (c.more(']'));
  } while (c.more('}'));
  c.only_space_left();
}
}  // namespace boxscore
