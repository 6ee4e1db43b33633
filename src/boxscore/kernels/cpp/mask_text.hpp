// Overlaps of masks straight from the text of COCO files, image by image, never all in memory.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "mapped_file.hpp"
#include "masks.hpp"
#include "matching.hpp"

namespace boxscore {
// The annotations of one file: dense image and class, and where each "segmentation" stands.
struct MaskTexts {
  const Text& text;
  Slice<const int32_t> image, klass;
  Slice<const std::array<int64_t, 2>> span;
};
struct MaskRules {
  Slice<const uint8_t> crowd;           // of the ground truth
  Slice<const int32_t> height, width;   // of the images
  double floor;                         // overlaps below are left out
};
struct MaskOverlaps {
  MaskStatus status = MaskStatus::fine;  // of the worst mask of either side; if not fine there is nothing else
  std::vector<double> area;              // of every prediction, in pixels
  std::unique_ptr<OverlapMaker> maker;   // answers for groups of one class and image
};
MaskOverlaps overlaps_from_text(const MaskTexts& truth, const MaskTexts& found, const MaskRules& rules, int threads);
}  // namespace boxscore
