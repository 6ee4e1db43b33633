#include "boundary.hpp"

#include <cmath>

namespace boxscore {
namespace {
using Edges = std::vector<uint32_t>;

// Columns are eroded one by one: a run within a column loses `distance` pixels at both ends.
void erode_columns(const Runs& mask, uint32_t distance, Edges& out) {
  out.clear();
  for (size_t k = 0; k + 1 < mask.edges.size(); k += 2)
    for (uint32_t from = mask.edges[k]; from < mask.edges[k + 1];) {
      const uint32_t column_end = (from / mask.height + 1) * mask.height;
      const uint32_t to = std::min(mask.edges[k + 1], column_end);
      if (uint64_t(to - from) > 2 * uint64_t(distance)) out.insert(out.end(), {from + distance, to - distance});
      from = to;
    }
}

// Pixels that are set here and also `shift` pixels further on.
void meet_shifted(Edges& edges, uint64_t shift, Edges& out) {
  out.clear();
  for (size_t i = 0, j = 0; i < edges.size() && j < edges.size();) {
    const uint64_t from = std::max<uint64_t>(edges[i] + shift, edges[j]);
    const uint64_t to = std::min<uint64_t>(edges[i + 1] + shift, edges[j + 1]);
    if (from < to) out.insert(out.end(), {uint32_t(from - shift), uint32_t(to - shift)});
    if (edges[i + 1] + shift < edges[j + 1]) i += 2; else j += 2;
  }
  edges.swap(out);
}

// `inner` lies within `outer`.
void subtract(const Edges& outer, const Edges& inner, Edges& out) {
  out.clear();
  size_t j = 0;
  for (size_t i = 0; i + 1 < outer.size(); i += 2) {
    uint32_t from = outer[i];
    for (; j + 1 < inner.size() && inner[j] < outer[i + 1]; j += 2) {
      if (from < inner[j]) out.insert(out.end(), {from, inner[j]});
      from = inner[j + 1];
    }
    if (from < outer[i + 1]) out.insert(out.end(), {from, outer[i + 1]});
  }
}
}  // namespace

uint32_t boundary_width(uint32_t height, uint32_t width, double ratio) {
  const double diagonal = std::sqrt(double(height) * height + double(width) * width);
  return uint32_t(std::max(1.0, std::nearbyint(ratio * diagonal)));
}

void boundary_of(const Runs& mask, uint32_t distance, Runs& out, std::vector<uint32_t>& spare) {
  out.height = mask.height;
  out.width = mask.width;
  Edges kept;
  erode_columns(mask, distance, kept);
  // Then 2 d + 1 neighbouring columns must all be set. Windows of 1, 2, 4, ... columns, each of two
  // halves, lead there; a window stands at its first column.
  const uint64_t whole = 2 * uint64_t(distance) + 1;
  for (uint64_t window = 1; window < whole && !kept.empty();) {
    const uint64_t step = std::min(window, whole - window);
    meet_shifted(kept, step * mask.height, spare);
    window += step;
  }
  for (uint32_t& edge : kept) edge += distance * mask.height;
  subtract(mask.edges, kept, out.edges);
}
}  // namespace boxscore
