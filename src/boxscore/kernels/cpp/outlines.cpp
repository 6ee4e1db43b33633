// Outlines of a mask: the edges between foreground and background pixels, linked into closed loops.

#include "masks.hpp"

namespace boxscore {
namespace {
// Directions of a step along pixel edges; the foreground lies on the right.
enum Step : uint8_t { kRight = 1, kDown = 2, kLeft = 4, kUp = 8 };

class Tracer {
 public:
  explicit Tracer(const Runs& runs) : box_(runs.box()), left_(int(box_[0])), top_(int(box_[1])),
        w_(int(box_[2])), h_(int(box_[3])), inside_(size_t(w_) * size_t(h_)) {
    for (size_t k = 0; k + 1 < runs.edges.size(); k += 2)
      for (uint32_t p = runs.edges[k]; p < runs.edges[k + 1]; ++p)
        inside_[size_t(int(p / runs.height) - left_) * size_t(h_) + size_t(int(p % runs.height) - top_)] = 1;
    mark_steps();
  }

  std::vector<std::vector<double>> loops() {
    std::vector<std::vector<double>> out;
    for (int y = 0; y <= h_; ++y)
      for (int x = 0; x <= w_; ++x)
        while (steps_[at(x, y)] & kRight) out.push_back(loop(x, y));
    return out;
  }

 private:
  size_t at(int x, int y) const { return size_t(y) * size_t(w_ + 1) + size_t(x); }
  bool in(int x, int y) const {
    return x >= 0 && y >= 0 && x < w_ && y < h_ && inside_[size_t(x) * size_t(h_) + size_t(y)];
  }
  void mark_steps() {
    steps_.assign(size_t(w_ + 1) * size_t(h_ + 1), 0);
    for (int y = 0; y <= h_; ++y)
      for (int x = 0; x <= w_; ++x) {
        if (in(x, y) && !in(x, y - 1)) steps_[at(x, y)] |= kRight;
        if (in(x - 1, y - 1) && !in(x - 1, y)) steps_[at(x, y)] |= kLeft;
        if (in(x - 1, y) && !in(x, y)) steps_[at(x, y)] |= kDown;
        if (in(x, y - 1) && !in(x - 1, y - 1)) steps_[at(x, y)] |= kUp;
      }
  }
  // Where two loops touch at a corner, turning right keeps them apart.
  static Step next(uint8_t open, Step came) {
    static constexpr Step order[4] = {kRight, kDown, kLeft, kUp};
    int d = 0;
    while (order[d] != came) ++d;
    for (int turn : {1, 0, 3})
      if (open & order[(d + turn) % 4]) return order[(d + turn) % 4];
    return came;
  }
  std::vector<double> loop(int x, int y) {
    std::vector<double> out;
    const int x0 = x, y0 = y;
    Step step = kRight, last = Step(0);
    do {
      steps_[at(x, y)] &= uint8_t(~step);
      if (step != last) out.insert(out.end(), {double(left_ + x), double(top_ + y)});
      last = step;
      x += step == kRight ? 1 : step == kLeft ? -1 : 0;
      y += step == kDown ? 1 : step == kUp ? -1 : 0;
      step = next(steps_[at(x, y)], step);
    } while (x != x0 || y != y0 || (steps_[at(x, y)] & step && step != kRight));
    return out;
  }

  Box box_;
  int left_, top_, w_, h_;
  std::vector<uint8_t> inside_, steps_;
};
}  // namespace

std::vector<std::vector<double>> outlines(const Runs& runs) {
  return runs.edges.empty() ? std::vector<std::vector<double>>() : Tracer(runs).loops();
}
}  // namespace boxscore
