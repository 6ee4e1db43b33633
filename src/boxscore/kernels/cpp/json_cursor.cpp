#include "json_cursor.hpp"

#include <cmath>

namespace boxscore {
void JsonCursor::skip_exponent() {
  ++p;
  if (p < end && (*p == '+' || *p == '-')) ++p;
  const char* const exponent = p;
  while (p < end && unsigned(*p - '0') < 10u) ++p;
  if (p == exponent) throw OddRecord();
}

double JsonCursor::far_number(const char* start) {
  if (size_t(p - start) > kLongestNumber) fail("a number of more than 4300 characters", "E-JSON-NUMBER");
  double v = 0;
  const auto r = std::from_chars(start, p, v);
  if (r.ptr != p) throw OddRecord();
  // Too small for a double is 0, as everywhere; too large is not finite.
  if (r.ec == std::errc::result_out_of_range) {
    v = std::strtod(std::string(start, p).c_str(), nullptr);
    if (!std::isfinite(v)) throw OddRecord();
  }
  return v;
}

void JsonCursor::resume_text(std::string& store, const char* start) {
  const char* plain = p;
  for (;;) {
    if (p == end) fail("a text without end");
    const unsigned char c = (unsigned char)*p;
    if (c == '"' || c == '\\') store.append(plain, p);
    if (c == '"') break;
    if (c < 0x20) fail("a control character in a text");
    ++p;
    if (c != '\\') continue;
    escape(store);
    plain = p;
  }
  check_utf8(start, p);
  check_length(start);
  ++p;
}

void JsonCursor::skip_text() {
  const char* const start = ++p;
  unsigned char high = 0;
  for (;;) {
    plain_text(high);
    if (p == end) fail("a text without end");
    if (*p == '"') break;
    if (*p != '\\') fail("a control character in a text");
    if (++p == end) fail("a text without end");
    high |= (unsigned char)*p++;
  }
  if (high & 0x80) check_utf8(start, p);
  check_length(start);
  ++p;
}

void JsonCursor::skip_number() {
  const char* const start = p;
  if (p < end && *p == '-') ++p;
  const char* const whole = p;
  while (p < end && unsigned(*p - '0') < 10u) ++p;
  if (p == whole || (p - whole > 1 && *whole == '0')) fail("expected a JSON value");
  if (p < end && *p == '.') {
    const char* const fraction = ++p;
    while (p < end && unsigned(*p - '0') < 10u) ++p;
    if (p == fraction) fail("expected a digit after '.'");
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p < end && (*p == '+' || *p == '-')) ++p;
    const char* const exponent = p;
    while (p < end && unsigned(*p - '0') < 10u) ++p;
    if (p == exponent) fail("expected a digit in the exponent");
  }
  if (size_t(p - start) > kLongestNumber) fail("a number of more than 4300 characters", "E-JSON-NUMBER");
}

void JsonCursor::skip_nested() {
  std::string open;  // a small string: no allocation up to depth 15
  do {
#if defined(__SSE2__)
    const __m128i bit = _mm_set1_epi8(0x20), opening = _mm_set1_epi8('{'), closing = _mm_set1_epi8('}'), quote = _mm_set1_epi8('"');
    while (end - p >= 16) {
      const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)), low = _mm_or_si128(v, bit);
      const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(low, opening), _mm_cmpeq_epi8(low, closing)), _mm_cmpeq_epi8(v, quote));
      const int mask = _mm_movemask_epi8(hit);
      if (mask) { p += __builtin_ctz(unsigned(mask)); break; }
      p += 16;
    }
#endif
    while (p < end && *p != '"' && *p != '[' && *p != ']' && *p != '{' && *p != '}') ++p;
    if (p == end) fail("a bracket without end");
    const char c = *p;
    if (c == '"') { skip_text(); continue; }
    if (c == '[' || c == '{') {
      open += c;
      if (open.size() > kDeepest) fail("more than 512 levels of brackets", "E-JSON-DEPTH");
    } else {
      if (open.back() != (c == ']' ? '[' : '{')) fail("a bracket of the wrong kind");
      open.pop_back();
    }
    ++p;
  } while (!open.empty());
}

void JsonCursor::validate() {
  std::string open, store;
  for (;;) {  // one value, or the start of one, in each round
    const char c = peek();
    bool value_done = true;
    if (c == '[' || c == '{') {
      open += c;
      if (open.size() > kDeepest) fail("more than 512 levels of brackets", "E-JSON-DEPTH");
      ++p;
      if (accept(c == '[' ? ']' : '}')) open.pop_back();
      else value_done = false;
    } else if (c == 'N') word("NaN");
    else if (c == 'I') word("Infinity");
    else if (c == '-' && end - p > 1 && p[1] == 'I') word("-Infinity");
    else if (c == '"') {
      try { text(store); } catch (const OddRecord&) { resume_after_surrogate(); }
    } else skip();
    while (value_done) {
      if (open.empty()) return;
      value_done = !more(open.back() == '[' ? ']' : '}');
      if (value_done) open.pop_back();
    }
    if (open.back() == '{') {
      if (peek() != '"') fail("expected a key");
      try { text(store); } catch (const OddRecord&) { resume_after_surrogate(); }
      expect(':');
    }
  }
}

// Behind half of a surrogate pair the text goes on; only its end matters now.
void JsonCursor::resume_after_surrogate() {
  --p;
  skip_text();
}

unsigned JsonCursor::hex4() {
  if (end - p < 4) fail("a short \\u escape");
  unsigned v = 0;
  const auto r = std::from_chars(p, p + 4, v, 16);
  if (r.ptr != p + 4) fail("a bad \\u escape");
  p += 4;
  return v;
}

void JsonCursor::escape(std::string& out) {
  if (p == end) fail("a text without end");
  static constexpr char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char c = *p++;
  if (const char* at = c ? std::strchr(from, c) : nullptr) { out += to[at - from]; return; }
  if (c != 'u') { --p; fail("an unknown escape"); }
  unsigned u = hex4();
  if (u >= 0xDC00 && u < 0xE000) throw OddRecord();  // half of a surrogate pair
  if (u >= 0xD800 && u < 0xDC00) {
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u') throw OddRecord();
    p += 2;
    const unsigned low = hex4();
    if (low < 0xDC00 || low >= 0xE000) throw OddRecord();
    u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
  }
  if (u < 0x80) { out += char(u); return; }
  if (u < 0x800) out += char(0xC0 | u >> 6);
  else if (u < 0x10000) out += char(0xE0 | u >> 12);
  else { out += char(0xF0 | u >> 18); out += char(0x80 | (u >> 12 & 63)); }
  if (u >= 0x800) out += char(0x80 | (u >> 6 & 63));
  out += char(0x80 | (u & 63));
}

void JsonCursor::check_utf8(const char* from, const char* to) const {
  const auto* s = reinterpret_cast<const unsigned char*>(from);
  const auto* const stop = reinterpret_cast<const unsigned char*>(to);
  while (s < stop) {
    if (*s < 0x80) { ++s; continue; }
    const int tail = *s >= 0xF0 ? 3 : *s >= 0xE0 ? 2 : 1;
    bool good = *s >= 0xC2 && *s <= 0xF4 && stop - s > tail;
    for (int k = 1; good && k <= tail; ++k) good = (s[k] & 0xC0) == 0x80;
    if (good && tail == 2) good = !(*s == 0xE0 && s[1] < 0xA0) && !(*s == 0xED && s[1] > 0x9F);
    if (good && tail == 3) good = !(*s == 0xF0 && s[1] < 0x90) && !(*s == 0xF4 && s[1] > 0x8F);
    if (!good) throw ScanError("E-JSON-UTF8", "a byte that is not UTF-8", size_t(reinterpret_cast<const char*>(s) - base));
    s += tail + 1;
  }
}
}  // namespace boxscore
