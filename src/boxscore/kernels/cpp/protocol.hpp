// The parameters of COCO matching and averaging. A "lane" is one (area range, IoU threshold) pair.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace boxscore {
struct Protocol {
  std::vector<double> iou;                  // ascending
  std::vector<std::array<double, 2>> area;  // inclusive ranges; the first one is "all"
  std::vector<int32_t> max_dets;            // ascending
  std::vector<double> recall;               // sampling points, ascending
  static Protocol coco();
  size_t lanes() const { return iou.size() * area.size(); }
  void check() const;  // throws std::invalid_argument
};
}  // namespace boxscore
