// Rotated boxes: one is brought into the frame of the other and clipped against its four sides.
#include <cmath>

#include "overlaps.hpp"

namespace boxscore {
namespace {
using Point = std::array<double, 2>;
struct Polygon {
  // Each side adds at most half as many points as there are, whatever the rounding: 4, 6, 9, 13, 19.
  std::array<Point, 20> point;
  size_t size = 0;
  void add(const Point& p) { point[size++] = p; }
};

struct Turn {
  double cos, sin;
};
// Cosine and sine of degrees, exact at multiples of 90.
Turn turn_of(double degrees) {
  constexpr double radians = 0.017453292519943295;
  int quarters = 0;
  const double rest = std::remquo(degrees, 90.0, &quarters) * radians;
  const double c = std::cos(rest), s = std::sin(rest);
  switch (unsigned(quarters) & 3) {
    case 0: return {c, s};
    case 1: return {-s, c};
    case 2: return {-c, -s};
    default: return {s, -c};
  }
}
Point turned(const Point& p, const Turn& t) { return {p[0] * t.cos - p[1] * t.sin, p[0] * t.sin + p[1] * t.cos}; }

// What lies on the inner side of one edge: side * p[axis] <= limit.
Polygon clipped(const Polygon& in, size_t axis, double side, double limit) {
  Polygon out;
  for (size_t k = 0; k < in.size; ++k) {
    const Point &a = in.point[k], &b = in.point[k + 1 < in.size ? k + 1 : 0];
    const double from = side * a[axis], to = side * b[axis];
    if (from <= limit) out.add(a);
    if ((from < limit && to > limit) || (from > limit && to < limit)) {
      const double share = (limit - from) / (to - from);
      Point crossing;
      crossing[axis] = side * limit;
      crossing[1 - axis] = a[1 - axis] + share * (b[1 - axis] - a[1 - axis]);
      out.add(crossing);
    }
  }
  return out;
}

double area_of(const Polygon& p) {
  double twice = 0;
  for (size_t k = 1; k + 1 < p.size; ++k) {
    const Point &o = p.point[0], &a = p.point[k], &b = p.point[k + 1];
    twice += (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  }
  return std::abs(twice) / 2;
}

struct Placed {
  double x, y, half_width, half_height, theta, reach;
  bool upright;
};
Placed placed(const Box& b, double theta) {
  return {b[0] + b[2] / 2, b[1] + b[3] / 2, b[2] / 2, b[3] / 2, theta, std::hypot(b[2], b[3]) / 2,
          std::fmod(theta, 180) == 0};
}

double shared_area(const Placed& found, const Placed& truth) {
  const Turn back = turn_of(-truth.theta), relative = turn_of(found.theta - truth.theta);
  const Point centre = turned({found.x - truth.x, found.y - truth.y}, back);
  const double w = found.half_width, h = found.half_height;
  Polygon shape;
  for (const Point& corner : {Point{-w, -h}, Point{w, -h}, Point{w, h}, Point{-w, h}}) {
    const Point p = turned(corner, relative);
    shape.add({centre[0] + p[0], centre[1] + p[1]});
  }
  shape = clipped(clipped(shape, 0, 1, truth.half_width), 0, -1, truth.half_width);
  return area_of(clipped(clipped(shape, 1, 1, truth.half_height), 1, -1, truth.half_height));
}

double rotated_iou(const Box& found_box, const Placed& found, const Box& truth_box, const Placed& truth, bool crowd) {
  if (found.upright && truth.upright) return box_iou(found_box, truth_box, crowd);
  const double x = found.x - truth.x, y = found.y - truth.y, reach = found.reach + truth.reach;
  if (x * x + y * y > reach * reach * (1 + 1e-9)) return 0;
  const double own = found_box[2] * found_box[3], other = truth_box[2] * truth_box[3];
  const double shared = std::min({shared_area(found, truth), own, other});
  return shared > 0 ? shared / (crowd ? own : own + other - shared) : 0;
}

class RotatedOverlap : public Overlap {
 public:
  RotatedOverlap(const RotatedBoxes& truth, const RotatedBoxes& found, Slice<const uint8_t> crowd)
      : truth_(truth), found_(found), crowd_(crowd) {}

  void fill(Slice<const Row> found, Slice<const Row> truths, std::vector<double>& out) override {
    out.resize(found.size() * truths.size());
    targets_.clear();
    for (size_t g = 0; g < truths.size(); ++g)
      targets_.push_back(placed(truth_.box[truths[g].index], truth_.theta[truths[g].index]));
    for (size_t p = 0; p < found.size(); ++p) {
      const size_t i = found[p].index;
      const Placed own = placed(found_.box[i], found_.theta[i]);
      for (size_t g = 0; g < truths.size(); ++g) {
        const size_t j = truths[g].index;
        out[p * truths.size() + g] = rotated_iou(found_.box[i], own, truth_.box[j], targets_[g], crowd_[j] != 0);
      }
    }
  }

 private:
  const RotatedBoxes truth_, found_;
  const Slice<const uint8_t> crowd_;
  std::vector<Placed> targets_;
};

class RotatedOverlapMaker : public OverlapMaker {
 public:
  RotatedOverlapMaker(RotatedBoxes truth, RotatedBoxes found, Slice<const uint8_t> crowd)
      : truth_(truth), found_(found), crowd_(crowd) {}
  std::unique_ptr<Overlap> make() const override { return std::make_unique<RotatedOverlap>(truth_, found_, crowd_); }

 private:
  const RotatedBoxes truth_, found_;
  const Slice<const uint8_t> crowd_;
};
}  // namespace

std::unique_ptr<OverlapMaker> rotated_overlap(RotatedBoxes truth, RotatedBoxes found, Slice<const uint8_t> crowd) {
  return std::make_unique<RotatedOverlapMaker>(truth, found, crowd);
}
}  // namespace boxscore
