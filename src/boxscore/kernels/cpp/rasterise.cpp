// Polygons to run lengths on COCO's grid: corners rounded to fifths of a pixel, edges walked in
// such steps, a crossing kept where a step passes the middle of a pixel column.
//
// pycocotools walks every step of every edge; only crossings of column middles can matter, so they
// are computed directly, in the same arithmetic. Equality is tested bit by bit.
#include <algorithm>
#include <cmath>

#include "masks.hpp"

namespace boxscore {
namespace {
constexpr int64_t kScale = 5, kMiddle = 2;  // fifths; a column's middle lies between 2 and 3
constexpr size_t kMostPoints = 100000, kMostCrossings = size_t(1) << 25;
constexpr double kFar = 1e6;

struct Corner {
  int64_t x, y;
};
struct Crossing {
  uint32_t column, pixel;
};

class Crossings {
 public:
  Crossings(int64_t height, int64_t width, std::vector<Crossing>& out) : height_(height), width_(width), out_(out) {}

  bool edge(Corner a, Corner b) {
    const int64_t dx = std::abs(b.x - a.x), dy = std::abs(b.y - a.y);
    if (dx >= dy ? a.x > b.x : a.y > b.y) std::swap(a, b);
    if (dx >= dy) flat(a, b, dx); else steep(a, b, dy);
    return out_.size() <= kMostCrossings;
  }

 private:
  // Steps in x: column c is passed between x = 5c + 2 and 5c + 3.
  void flat(Corner a, Corner b, int64_t dx) {
    if (dx == 0) return;
    const double slope = double(b.y - a.y) / double(dx);
    const auto y_at = [&](int64_t x) { return int64_t(double(a.y) + slope * double(x - a.x) + .5); };
    for (int64_t c = first_column(a.x); c < width_ && kScale * c + kMiddle < b.x; ++c) {
      const int64_t x = kScale * c + kMiddle;
      keep(c, std::min(y_at(x), y_at(x + 1)));
    }
  }

  // Steps in y: x follows, and passes each column's middle at one step.
  void steep(Corner a, Corner b, int64_t dy) {
    if (a.x == b.x) return;
    const double slope = double(b.x - a.x) / double(dy), inverse = 1 / slope;
    const auto x_at = [&](int64_t t) { return int64_t(double(a.x) + slope * double(t) + .5); };
    const int64_t low = std::min(x_at(0), x_at(dy)), high = std::max(x_at(0), x_at(dy));
    for (int64_t c = first_column(low); c < width_ && kScale * c + kMiddle < high; ++c) {
      const int64_t x = kScale * c + kMiddle;
      const int64_t guess = int64_t((double(x) + .5 - double(a.x)) * inverse);
      keep(c, a.y + last_before(x, slope > 0, std::max<int64_t>(0, std::min(guess, dy - 1)), dy, x_at));
    }
  }

  // The last step t on the near side of the middle after x; step t + 1 is beyond it. `t` is a guess.
  template <class X> static int64_t last_before(int64_t x, bool rising, int64_t t, int64_t dy, X x_at) {
    const auto beyond = [&](int64_t step) { return rising ? x_at(step) > x : x_at(step) <= x; };
    while (t > 0 && beyond(t)) --t;
    while (t < dy - 1 && !beyond(t + 1)) ++t;
    return t;
  }

  static int64_t first_column(int64_t x) {
    return x <= kMiddle ? 0 : (x - kMiddle + kScale - 1) / kScale;
  }

  // The first pixel whose middle lies at or below y: ceil((y + .5) / 5 - .5), without rounding.
  void keep(int64_t column, int64_t y) {
    const int64_t row = y <= kMiddle ? 0 : std::min((y + kMiddle) / kScale, height_);
    out_.push_back({uint32_t(column), uint32_t(column * height_ + row)});
  }

  int64_t height_, width_;
  std::vector<Crossing>& out_;
};

double far_from(int64_t height, int64_t width) { return std::max(kFar, 10.0 * double(std::max(height, width))); }

MaskStatus corners_of(const double* xy, size_t points, double far, std::vector<Corner>& out) {
  out.reserve(points);
  for (size_t k = 0; k < points; ++k) {
    const double x = xy[2 * k], y = xy[2 * k + 1];
    if (!std::isfinite(x) || !std::isfinite(y)) return MaskStatus::not_finite;
    if (std::abs(x) > far || std::abs(y) > far) return MaskStatus::out_of_range;
    out.push_back({int64_t(double(kScale) * x + .5), int64_t(double(kScale) * y + .5)});
  }
  return MaskStatus::fine;
}

// By pixel. Columns are many and hold two crossings each as a rule, so: by column first.
void sort_crossings(const std::vector<Crossing>& crossings, std::vector<uint32_t>& out) {
  if (crossings.empty()) return;
  const auto by_column = [](const Crossing& a, const Crossing& b) { return a.column < b.column; };
  const auto [low, high] = std::minmax_element(crossings.begin(), crossings.end(), by_column);
  const uint32_t first = low->column;
  std::vector<uint32_t> at(high->column - first + 2);
  for (const Crossing& c : crossings) ++at[c.column - first + 1];
  for (size_t k = 1; k < at.size(); ++k) at[k] += at[k - 1];
  const std::vector<uint32_t> start(at);
  out.resize(crossings.size());
  for (const Crossing& c : crossings) out[at[c.column - first]++] = c.pixel;
  for (size_t k = 0; k + 1 < start.size(); ++k) {
    const auto begin = out.begin() + start[k], end = out.begin() + start[k + 1];
    if (end - begin == 2) {
      if (begin[1] < begin[0]) std::iter_swap(begin, begin + 1);
    } else {
      std::sort(begin, end);
    }
  }
}
}  // namespace

MaskStatus check_polygon(const double* xy, size_t points, int64_t height, int64_t width) {
  // An edge crosses each column at most once.
  if (!usable_size(height, width) || points < 3 || points > kMostPoints || points * size_t(width) > kMostCrossings) {
    Runs drawn;
    return rasterise(xy, points, height, width, drawn);
  }
  std::vector<Corner> corners;
  return corners_of(xy, points, far_from(height, width), corners);
}

MaskStatus rasterise(const double* xy, size_t points, int64_t height, int64_t width, Runs& out) {
  if (!usable_size(height, width)) return MaskStatus::bad_size;
  if (points < 3) return MaskStatus::too_few_points;
  if (points > kMostPoints) return MaskStatus::too_complex;
  std::vector<Corner> corners;
  const MaskStatus status = corners_of(xy, points, far_from(height, width), corners);
  if (status != MaskStatus::fine) return status;
  out.edges.clear();
  out.height = uint32_t(height);
  out.width = uint32_t(width);
  std::vector<Crossing> found;
  Crossings crossings(height, width, found);
  for (size_t k = 0; k < points; ++k)
    if (!crossings.edge(corners[k], corners[(k + 1) % points])) return MaskStatus::too_complex;
  std::vector<uint32_t> toggles;
  sort_crossings(found, toggles);
  for (uint32_t toggle : toggles) {  // two crossings at one pixel undo each other
    if (!out.edges.empty() && out.edges.back() == toggle) out.edges.pop_back();
    else out.edges.push_back(toggle);
  }
  const uint32_t total = uint32_t(height * width);
  if (out.edges.size() % 2) {  // open at the end: the last run reaches the image's end
    if (out.edges.back() == total) out.edges.pop_back();
    else out.edges.push_back(total);
  }
  return MaskStatus::fine;
}
}  // namespace boxscore
