// The boundary region of a mask (Cheng et al. 2021, "Boundary IoU"), on run lengths.
#pragma once
#include "masks.hpp"

namespace boxscore {
// Width of boundaries in an image: the ratio of its diagonal, rounded half to even, at least 1.
uint32_t boundary_width(uint32_t height, uint32_t width, double ratio);
// Pixels of the mask that `distance` erosions by 3 x 3 remove, the image being surrounded by background.
// `spare` keeps scratch space over many calls.
void boundary_of(const Runs& mask, uint32_t distance, Runs& out, std::vector<uint32_t>& spare);
}  // namespace boxscore
