// An overlap as Python holds it: made once from arrays that it keeps, used by matching and pairs.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "matching.hpp"

namespace boxscore {
using BoxArray = nanobind::ndarray<const double, nanobind::shape<-1, 4>, nanobind::c_contig, nanobind::device::cpu>;
Slice<const Box> boxes(const BoxArray& a, size_t n);

struct BoundOverlap {
  std::unique_ptr<OverlapMaker> maker;
  size_t truths, found;
  std::shared_ptr<const void> arrays;
};
// None (boxes) stays none; throws when it was made for other rows.
const OverlapMaker* maker_of(const BoundOverlap* overlap, size_t truths, size_t found);
}  // namespace boxscore
