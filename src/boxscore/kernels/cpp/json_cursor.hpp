// A strict forward-only JSON reader. Never reads at or past `end`; no recursion on the input.
#pragma once
#include <charconv>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace boxscore {
// The file as a whole cannot be trusted.
struct ScanError : std::runtime_error {
  size_t offset;
  std::string code;
  ScanError(const std::string& code_, const std::string& problem, size_t at)
      : std::runtime_error(problem), offset(at), code(code_) {}
};
// One record is not what the schema expects; its text decides whether that is also bad JSON.
struct OddRecord {};

class JsonCursor {
 public:
  static constexpr size_t kLongestText = size_t(1) << 20, kLongestNumber = 4300, kDeepest = 512;
  const char *base, *p, *end;
  JsonCursor(const char* file, const char* at, const char* stop) : base(file), p(at), end(stop) {}
  size_t offset() const { return size_t(p - base); }
  [[noreturn]] void fail(const std::string& problem, const char* code = "E-JSON-SYNTAX") const {
    throw ScanError(code, problem, offset());
  }

  void space() { while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) ++p; }
  char peek() {
    space();
    if (p == end) fail("the file ends too early");
    return *p;
  }
  bool accept(char c) {
    if (p < end && *p == c) { ++p; return true; }  // the usual case: no white space
    if (peek() != c) return false;
    ++p;
    return true;
  }
  void expect(char c) { if (!accept(c)) fail(std::string("expected '") + c + "'"); }
  // After a member: true if another follows, false at the closing bracket.
  bool more(char close) {
    if (accept(',')) return true;
    if (accept(close)) return false;
    fail(std::string("expected ',' or '") + close + "'");
  }

  // The characters between the quotes, escapes resolved into `store` when there are any.
  std::string_view text(std::string& store) {
    expect('"');
    const char* const start = p;
    unsigned char high = 0;
    plain_text(high);
    if (p == end) fail("a text without end");
    if (*p == '"') {
      if (high & 0x80) check_utf8(start, p);
      check_length(start);
      return {start, size_t(p++ - start)};
    }
    store.assign(start, p);
    resume_text(store, start);
    return store;
  }

  // A whole number without fraction or exponent.
  int64_t integer() {
    peek();
    const char* const start = p;
    const bool negative = *p == '-';
    if (negative) ++p;
    const char* const digits = p;
    uint64_t v = 0;
    digits_into(v);
    const size_t n = size_t(p - digits);
    if (n == 0 || (n > 1 && *digits == '0') || (p < end && (*p == '.' || *p == 'e' || *p == 'E'))) throw OddRecord();
    if (n <= 18) return negative ? -int64_t(v) : int64_t(v);
    int64_t value = 0;
    const auto r = std::from_chars(start, p, value);
    if (r.ec != std::errc() || r.ptr != p) throw OddRecord();
    return value;
  }

  // A finite number.
  double number() {
    peek();
    const char* const start = p;
    const bool negative = *p == '-';
    if (negative) ++p;
    const char* const whole = p;
    uint64_t m = 0;
    digits_into(m);
    ptrdiff_t digits = p - whole, decimals = 0;
    if (digits == 0 || (digits > 1 && *whole == '0')) throw OddRecord();
    if (p < end && *p == '.') {
      const char* const fraction = ++p;
      digits_into(m);
      decimals = p - fraction;
      if (decimals == 0) throw OddRecord();
    }
    bool plain = true;
    if (p < end && (*p == 'e' || *p == 'E')) {
      plain = false;
      skip_exponent();
    }
    // m and 10^decimals are both exact doubles here, so one IEEE division rounds correctly.
    if (plain && digits + decimals <= 19 && m <= (1ull << 53) && decimals <= 22) {
      const double v = double(m) / power_of_ten(decimals);
      return negative ? -v : v;
    }
    return far_number(start);
  }

  // Step over any value. Texts and brackets are checked, numbers inside are not looked at.
  void skip() {
    const char c = peek();
    if (c == '"') skip_text();
    else if (c == '[' || c == '{') skip_nested();
    else if (c == 't') word("true");
    else if (c == 'f') word("false");
    else if (c == 'n') word("null");
    else skip_number();
  }
  bool accept_null() {
    if (peek() != 'n') return false;
    word("null");
    return true;
  }
  // 0, 1, true or false.
  bool flag() {
    const char c = peek();
    if (c == 't') { word("true"); return true; }
    if (c == 'f') { word("false"); return false; }
    const int64_t v = integer();
    if (v != 0 && v != 1) throw OddRecord();
    return v == 1;
  }
  // Step over one value and check all of it; NaN and Infinity pass, as in Python's json.
  void validate();
  void only_space_left() {
    space();
    if (p != end) fail("text after the end of the JSON value");
  }

 private:
  // On to the next quote, backslash or control character; `high` collects the upper bits.
  void plain_text(unsigned char& high) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), last = _mm_set1_epi8(0x1F);
    for (; end - p >= 16; p += 16) {
      const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, last), v);  // unsigned v <= 0x1F
      const unsigned stop = unsigned(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)), low)));
      const unsigned upper = unsigned(_mm_movemask_epi8(v));
      if (stop) {
        const unsigned n = unsigned(__builtin_ctz(stop));
        if (upper & ((1u << n) - 1)) high |= 0x80;
        p += n;
        return;
      }
      if (upper) high |= 0x80;
    }
#endif
    for (; p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; ++p) high |= (unsigned char)*p;
  }
  void resume_text(std::string& store, const char* start);
  void skip_text();
  void resume_after_surrogate();
  void skip_nested();
  void skip_number();
  void skip_exponent();
  double far_number(const char* start);
  void escape(std::string& out);
  unsigned hex4();
  void check_utf8(const char* from, const char* to) const;
  void check_length(const char* start) const {
    if (size_t(p - start) > kLongestText) fail("a text of more than 1 MiB", "E-JSON-TEXT");
  }
  void word(const char* w) {
    const size_t n = std::strlen(w);
    if (size_t(end - p) < n || std::memcmp(p, w, n)) fail("expected a JSON value");
    p += n;
  }
  // v = v * 10^n + the n digits at p. Up to 7 digits at once, without a branch per digit: their
  // count depends on the data, so such branches mispredict.
  void digits_into(uint64_t& v) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (end - p >= 8) {
      static constexpr uint32_t scale[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
      uint64_t t;
      std::memcpy(&t, p, 8);
      t ^= 0x3030303030303030ull;  // a digit becomes 0..9
      const uint64_t other = ((t + 0x7676767676767676ull) | t) & 0x8080808080808080ull;
      if (other) {
        const unsigned n = unsigned(__builtin_ctzll(other)) >> 3;
        if (n == 0) return;
        t <<= 64 - 8 * n;                                   // leading zeros
        t = (t * 10 + (t >> 8)) & 0x00FF00FF00FF00FFull;    // pairs
        t = (t * 100 + (t >> 16)) & 0x0000FFFF0000FFFFull;  // fours
        t = (t * 10000 + (t >> 32)) & 0xFFFFFFFFull;        // eight
        v = v * scale[n] + t;
        p += n;
        return;
      }
    }
#endif
    while (p < end && unsigned(*p - '0') < 10u) v = v * 10 + unsigned(*p++ - '0');
  }
  static double power_of_ten(ptrdiff_t n) {
    static constexpr double table[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return table[n];
  }
};
}  // namespace boxscore
