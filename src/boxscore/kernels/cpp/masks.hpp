// Masks as run lengths: COCO's column order, first run background, over the whole image.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "boxes.hpp"
#include "slice.hpp"

namespace boxscore {
// Why a mask cannot be used; Python has the same numbers.
enum class MaskStatus : uint8_t {
  fine = 0,
  bad_size = 1,       // not positive, or more than 2^28 pixels
  bad_text = 2,       // a character that cannot stand in run lengths
  truncated = 3,      // the text ends inside a number, or is empty
  too_long = 4,       // a number without end
  negative = 5,       // a run below zero
  wrong_total = 6,    // runs do not add up to height times width
  not_finite = 7,     // NaN or infinite coordinate
  out_of_range = 8,   // coordinate beyond a million pixels and ten times the image
  too_few_points = 9, // a part with fewer than three points
  too_complex = 10,   // more than 100,000 points, or crossings beyond memory
};

// Many masks as compressed text, one after the other.
struct MaskColumn {
  Slice<const uint8_t> counts;
  Slice<const int64_t> offsets;  // N + 1
  Slice<const int32_t> height, width;
};

// One mask: foreground runs k are pixels [edges[2k], edges[2k + 1]).
struct Runs {
  std::vector<uint32_t> edges;
  uint32_t height = 0, width = 0;
  uint64_t area() const;
  Box box() const;  // of the foreground; zeros when there is none
};

bool usable_size(int64_t height, int64_t width);
// Compressed text to runs. `scratch` spares allocations over many calls.
MaskStatus decode_text(const uint8_t* text, size_t n, int64_t height, int64_t width, Runs& out);
MaskStatus from_counts(const int64_t* counts, size_t n, int64_t height, int64_t width, Runs& out);
void encode_text(const Runs& runs, std::string& out);  // appends
// One polygon part, rasterised as pycocotools does it.
MaskStatus rasterise(const double* xy, size_t points, int64_t height, int64_t width, Runs& out);
// What rasterise() would say of the part, mostly without drawing it.
MaskStatus check_polygon(const double* xy, size_t points, int64_t height, int64_t width);
Runs united(const Runs& a, const Runs& b);
uint64_t shared_area(const Runs& a, const Runs& b);
// Closed outlines in pixel corners, x then y; holes run the other way round.
std::vector<std::vector<double>> outlines(const Runs& runs);

inline void decode_runs(const MaskColumn& column, size_t i, Runs& out) {
  const size_t from = size_t(column.offsets[i]), to = size_t(column.offsets[i + 1]);
  if (decode_text(column.counts.data() + from, to - from, column.height[i], column.width[i], out) != MaskStatus::fine)
    out.edges.clear();
}
inline double run_iou(const Runs& found, uint64_t found_area, const Runs& truth, uint64_t truth_area, bool crowd) {
  const uint64_t shared = shared_area(found, truth);
  if (!shared) return 0;
  return double(shared) / double(crowd ? found_area : found_area + truth_area - shared);
}
}  // namespace boxscore
