// Box geometry in pycocotools' order of operations: x, y, width, height, plain IEEE doubles.
#pragma once
#include <algorithm>
#include <array>

namespace boxscore {
using Box = std::array<double, 4>;

// Overlap of a prediction with a ground truth; for a crowd region the union is the prediction.
inline double box_iou(const Box& found, const Box& truth, bool crowd) {
  const double w = std::min(found[2] + found[0], truth[2] + truth[0]) - std::max(found[0], truth[0]);
  if (w <= 0) return 0;
  const double h = std::min(found[3] + found[1], truth[3] + truth[1]) - std::max(found[1], truth[1]);
  if (h <= 0) return 0;
  const double shared = w * h, own = found[2] * found[3];
  return shared / (crowd ? own : own + truth[2] * truth[3] - shared);
}
}  // namespace boxscore
