// Maps of one value per pixel -> one mask for each value.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "masks.hpp"

namespace boxscore {
struct LabelMasks {
  std::vector<uint32_t> values;  // that occur, ascending
  std::vector<Runs> masks;       // of each
  bool complete = true;          // false: more than `most` values, and nothing else
};
// The map in row order; usable_size() must hold.
template <class Value> LabelMasks masks_of_map(const Value* map, int64_t height, int64_t width, size_t most);
}  // namespace boxscore
