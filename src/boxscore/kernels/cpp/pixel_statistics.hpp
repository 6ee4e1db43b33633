// Sums over the pixels of one picture from which its quality metrics are made, in one pass.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace boxscore {
// Whole numbers, so that no order of summation shows in them.
struct PixelStatistics {
  std::array<int64_t, 256> grey{};  // pixels of each luma, ITU-R 601, rounded
  std::array<int64_t, 3> sum{}, squares{};  // of red, green, blue
  int64_t laplace_sum = 0, laplace_squares = 0;  // 4-neighbour Laplacian of all channels, edges mirrored
  int64_t red = 0, green = 0, blue = 0;  // strongly coloured pixels of those hues
  int64_t rg_sum = 0, rg_squares = 0;  // red - green
  int64_t yb_sum = 0, yb_squares = 0;  // red + green - 2 blue
  int64_t noise = 0;  // absolute responses of Immerkaer's mask on the luma, without the border
  int64_t text_blocks = 0, text_written = 0;  // blocks of 16 x 8, and those that look like lines of text
};

// Interleaved 8-bit red, green, blue in row order.
PixelStatistics pixel_statistics(const uint8_t* rgb, size_t height, size_t width);
}  // namespace boxscore
