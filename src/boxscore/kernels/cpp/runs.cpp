// Run lengths to and from text, areas, boxes, unions and intersections.
#include <algorithm>
#include <limits>

#include "masks.hpp"

namespace boxscore {
namespace {
constexpr int64_t kMostPixels = int64_t(1) << 28;

// Collects counts, merging across runs of zero length.
class EdgeBuilder {
 public:
  EdgeBuilder(Runs& out, int64_t height, int64_t width, size_t most) : out_(out), total_(height * width) {
    if (out.edges.size() < most + 1) out.edges.resize(most + 1);  // cut to size at the end
    out.height = uint32_t(height);
    out.width = uint32_t(width);
    next_ = out.edges.data();
  }
  // False when the runs exceed the image.
  bool add(int64_t count) {
    if (count > total_ - at_) return false;
    if (count) {
      const bool inside = run_ & 1, open = (next_ - out_.edges.data()) & 1;
      *next_ = uint32_t(at_);
      next_ += inside != open;
      at_ += count;
    }
    ++run_;
    return true;
  }
  bool finish() {
    if (at_ != total_) return false;
    if ((next_ - out_.edges.data()) & 1) *next_++ = uint32_t(total_);
    out_.edges.resize(size_t(next_ - out_.edges.data()));
    return true;
  }

 private:
  Runs& out_;
  uint32_t* next_;
  int64_t total_, at_ = 0;
  size_t run_ = 0;
};

// One number of the text: five bits a character, lowest first, the sign in the last one.
MaskStatus read_number(const uint8_t* text, size_t n, size_t& at, int64_t& value) {
  value = 0;
  for (unsigned shift = 0;; shift += 5) {
    if (at == n) return MaskStatus::truncated;
    if (shift > 30) return MaskStatus::too_long;
    const int c = int(text[at]) - 48;
    if (c < 0 || c > 63) return MaskStatus::bad_text;
    ++at;
    value |= int64_t(c & 31) << shift;
    if (c & 32) continue;
    if (c & 16) value -= int64_t(1) << (shift + 5);
    return MaskStatus::fine;
  }
}
}  // namespace

bool usable_size(int64_t height, int64_t width) {
  return height > 0 && width > 0 && height <= kMostPixels && width <= kMostPixels / height;
}

MaskStatus decode_text(const uint8_t* text, size_t n, int64_t height, int64_t width, Runs& out) {
  if (!usable_size(height, width)) return MaskStatus::bad_size;
  if (n == 0) return MaskStatus::truncated;
  EdgeBuilder edges(out, height, width, n);
  int64_t before[2] = {0, 0};  // from the fourth number on, each is relative to the one two before
  size_t at = 0;
  for (size_t k = 0; at < n; ++k) {
    int64_t count;
    const unsigned c = unsigned(text[at]) - 48;
    if (c < 32) {  // most numbers are one character
      count = int64_t(c ^ 16) - 16;
      ++at;
    } else {
      const MaskStatus status = read_number(text, n, at, count);
      if (status != MaskStatus::fine) return status;
    }
    if (k > 2) count += before[k & 1];
    before[k & 1] = count;
    if (count < 0) return MaskStatus::negative;
    if (!edges.add(count)) return MaskStatus::wrong_total;
  }
  return edges.finish() ? MaskStatus::fine : MaskStatus::wrong_total;
}

MaskStatus from_counts(const int64_t* counts, size_t n, int64_t height, int64_t width, Runs& out) {
  if (!usable_size(height, width)) return MaskStatus::bad_size;
  if (n == 0) return MaskStatus::truncated;
  EdgeBuilder edges(out, height, width, n);
  for (size_t k = 0; k < n; ++k) {
    if (counts[k] < 0) return MaskStatus::negative;
    if (!edges.add(counts[k])) return MaskStatus::wrong_total;
  }
  return edges.finish() ? MaskStatus::fine : MaskStatus::wrong_total;
}

void encode_text(const Runs& runs, std::string& out) {
  int64_t counts[3] = {0, 0, 0};  // the last ones, by position modulo 3
  size_t k = 0;
  const auto put = [&](int64_t count) {
    int64_t x = k > 2 ? count - counts[(k - 2) % 3] : count;
    counts[k % 3] = count;
    ++k;
    for (bool more = true; more;) {
      int64_t c = x & 31;
      x >>= 5;
      more = c & 16 ? x != -1 : x != 0;
      out += char((more ? c | 32 : c) + 48);
    }
  };
  int64_t at = 0;
  for (uint32_t edge : runs.edges) {
    put(int64_t(edge) - at);
    at = edge;
  }
  const int64_t total = int64_t(runs.height) * runs.width;
  if (at != total || runs.edges.empty()) put(total - at);
}

uint64_t Runs::area() const {
  uint64_t sum = 0;
  for (size_t k = 0; k + 1 < edges.size(); k += 2) sum += edges[k + 1] - edges[k];
  return sum;
}

Box Runs::box() const {
  if (edges.empty()) return {0, 0, 0, 0};
  uint32_t top = height, bottom = 0;
  for (size_t k = 0; k + 1 < edges.size(); k += 2) {
    const uint32_t first = edges[k], last = edges[k + 1] - 1;
    const bool one_column = first / height == last / height;
    top = std::min(top, one_column ? first % height : 0);
    bottom = std::max(bottom, one_column ? last % height : height - 1);
  }
  const uint32_t left = edges.front() / height, right = (edges.back() - 1) / height;
  return {double(left), double(top), double(right - left + 1), double(bottom - top + 1)};
}

Runs united(const Runs& a, const Runs& b) {
  Runs out;
  out.height = a.height;
  out.width = a.width;
  size_t i = 0, j = 0;
  while (i < a.edges.size() || j < b.edges.size()) {
    const bool from_a = j == b.edges.size() || (i < a.edges.size() && a.edges[i] <= b.edges[j]);
    const Runs& next = from_a ? a : b;
    size_t& k = from_a ? i : j;
    if (!out.edges.empty() && next.edges[k] <= out.edges.back())
      out.edges.back() = std::max(out.edges.back(), next.edges[k + 1]);
    else
      out.edges.insert(out.edges.end(), {next.edges[k], next.edges[k + 1]});
    k += 2;
  }
  return out;
}

uint64_t shared_area(const Runs& a, const Runs& b) {
  uint64_t sum = 0;
  const uint32_t* p = a.edges.data();
  const uint32_t* q = b.edges.data();
  const uint32_t* const p_end = p + a.edges.size();
  const uint32_t* const q_end = q + b.edges.size();
  while (p < p_end && q < q_end) {
    const uint32_t from = std::max(p[0], q[0]), to = std::min(p[1], q[1]);
    if (from < to) sum += to - from;
    if (p[1] < q[1]) p += 2; else q += 2;
  }
  return sum;
}
}  // namespace boxscore
