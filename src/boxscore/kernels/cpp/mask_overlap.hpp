// Overlap of masks, group by group, for matching and candidate pairs.
#pragma once
#include "masks.hpp"
#include "matching.hpp"

namespace boxscore {
std::unique_ptr<OverlapMaker> mask_overlap(MaskColumn truth, MaskColumn found, Slice<const uint8_t> crowd);
}  // namespace boxscore
