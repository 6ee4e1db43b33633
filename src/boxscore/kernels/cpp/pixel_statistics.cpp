#include "pixel_statistics.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

// The same code for processors with and without wide integers; the one that fits is chosen when the
// module is loaded.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#if __GNUC__ >= 12
#define BOXSCORE_WIDE __attribute__((flatten, target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define BOXSCORE_WIDE __attribute__((flatten, target_clones("avx2", "default")))
#endif
#else
#define BOXSCORE_WIDE
#endif

namespace boxscore {
namespace {
constexpr size_t kChunk = 2048;  // squares of 11-bit numbers: their sum fits into 32 bits

// Blocks that may be part of a line of text drawn over the picture; see `text`.
constexpr size_t kTextWidth = 16, kTextHeight = 8, kTextRun = 4;
constexpr int16_t kStep = 64;
constexpr int kSteps = 10, kContrast = 96, kLight = 205, kEndsPercent = 55;

// All bits set where a < b, none elsewhere; their difference must fit into 16 bits.
inline int16_t below(int16_t a, int16_t b) { return int16_t(int16_t(a - b) >> 15); }

// The row above the first and below the last is mirrored without repeating the edge.
size_t mirrored(ptrdiff_t k, size_t size) {
  const ptrdiff_t last = ptrdiff_t(size) - 1;
  if (last == 0) return 0;
  return size_t(k < 0 ? -k : k > last ? 2 * last - k : k);
}

void add_moments(const int16_t* v, size_t n, int64_t& sum, int64_t& squares) {
  for (size_t lo = 0; lo < n; lo += kChunk) {
    const size_t hi = std::min(n, lo + kChunk);
    int32_t s = 0, q = 0;
    for (size_t i = lo; i < hi; ++i) {
      s += v[i];
      q += int32_t(v[i]) * int32_t(v[i]);
    }
    sum += s;
    squares += q;
  }
}

class Pass {
 public:
  Pass(const uint8_t* rgb, size_t height, size_t width)
      : rgb_(rgb), height_(height), width_(width), r_(width), g_(width), b_(width), difference_(width), laplace_(3 * width), rises_(width), falls_(width), least_(width), most_(width) {
    for (auto& row : luma_) row.resize(width + 2);
  }

  PixelStatistics run() {
    for (size_t y = 0; y < height_; ++y) {
      split(y);
      colours();
      hues();
      luma(luma_[y % kTextHeight]);
      if (y >= 2) noise(luma_[(y - 2) % kTextHeight], luma_[(y - 1) % kTextHeight], luma_[y % kTextHeight]);
      laplacian(y);
      if (y % kTextHeight == kTextHeight - 1) text();
    }
    for (const auto& bins : grey_)
      for (size_t k = 0; k < 256; ++k) out_.grey[k] += bins[k];
    return out_;
  }

 private:
  const uint8_t* row(size_t y) const { return rgb_ + 3 * width_ * y; }

  void split(size_t y) {
    const uint8_t* p = row(y);
    for (size_t x = 0; x < width_; ++x) {
      r_[x] = p[3 * x];
      g_[x] = p[3 * x + 1];
      b_[x] = p[3 * x + 2];
    }
  }

  // The opponent colours' sums follow from those of the channels and of their products.
  void colours() {
    for (size_t lo = 0; lo < width_; lo += kChunk) {
      const size_t hi = std::min(width_, lo + kChunk);
      int32_t r1 = 0, g1 = 0, b1 = 0, rr = 0, gg = 0, bb = 0, rg = 0, rb = 0, gb = 0;
      for (size_t x = lo; x < hi; ++x) {
        const int32_t r = r_[x], g = g_[x], b = b_[x];
        r1 += r;
        g1 += g;
        b1 += b;
        rr += r * r;
        gg += g * g;
        bb += b * b;
        rg += r * g;
        rb += r * b;
        gb += g * b;
      }
      out_.sum[0] += r1;
      out_.sum[1] += g1;
      out_.sum[2] += b1;
      out_.squares[0] += rr;
      out_.squares[1] += gg;
      out_.squares[2] += bb;
      out_.rg_sum += int64_t(r1) - g1;
      out_.rg_squares += int64_t(rr) + gg - 2 * int64_t(rg);
      out_.yb_sum += int64_t(r1) + g1 - 2 * int64_t(b1);
      out_.yb_squares += int64_t(rr) + gg + 4 * int64_t(bb) + 2 * int64_t(rg) - 4 * int64_t(rb) - 4 * int64_t(gb);
    }
  }

  // Hue in half degrees, rounded, 0..179: red 170..10, green 35..75, blue 90..130; saturation from
  // 50 and value from 40 of 255. The comparisons are multiplied out, so that nothing is divided, and
  // all of it fits into 16 bits.
  void hues() {
    for (size_t lo = 0; lo < width_; lo += kChunk) {
      const size_t hi = std::min(width_, lo + kChunk);
      int16_t red = 0, green = 0, blue = 0;
      for (size_t x = lo; x < hi; ++x) {
        const int16_t r = r_[x], g = g_[x], b = b_[x];
        const int16_t most = std::max(r, std::max(g, b)), d = int16_t(most - std::min(r, std::min(g, b)));
        // 170 d >= 33 most, halved: 85 d >= 16 most + most / 2, rounded up.
        const int16_t strong = int16_t(~(below(most, 40) | below(int16_t(85 * d), int16_t(16 * most + ((most + 1) >> 1)))));
        const int16_t not_r = below(r, most), not_g = below(g, most);
        const int16_t is_r = int16_t(strong & ~not_r), is_g = int16_t(strong & not_r & ~not_g), is_b = int16_t(strong & not_r & not_g);
        const int16_t from_red = int16_t(20 * (g - b)), from_green = int16_t(60 * (b - r)), from_blue = int16_t(20 * (r - g));
        const int16_t d7 = int16_t(7 * d);
        red = int16_t(red - (is_r & below(from_red, d7) & ~below(from_red, int16_t(-d7))));
        green = int16_t(green - (is_g & below(from_green, int16_t(31 * d)) & ~below(from_green, int16_t(-51 * d))));
        blue = int16_t(blue - ((is_g & ~below(from_green, int16_t(59 * d))) | (is_b & below(from_blue, d7))));
      }
      out_.red += red;
      out_.green += green;
      out_.blue += blue;
    }
  }

  void luma(std::vector<int16_t>& to) {
    for (size_t x = 0; x < width_; ++x)
      to[x] = int16_t((19595 * int32_t(r_[x]) + 38470 * int32_t(g_[x]) + 7471 * int32_t(b_[x]) + 32768) >> 16);
    size_t x = 0;  // four histograms: neighbours are often equal, and one counter would wait for itself
    for (; x + 4 <= width_; x += 4)
      for (size_t k = 0; k < 4; ++k) ++grey_[k][size_t(to[x + k])];
    for (; x < width_; ++x) ++grey_[0][size_t(to[x])];
    to[width_] = to[width_ + 1] = to[width_ - 1];
  }

  void noise(const std::vector<int16_t>& above, const std::vector<int16_t>& here, const std::vector<int16_t>& below) {
    for (size_t x = 0; x < width_; ++x) difference_[x] = int16_t(above[x] - 2 * here[x] + below[x]);
    for (size_t lo = 1; lo + 1 < width_; lo += kChunk) {
      const size_t hi = std::min(width_ - 1, lo + kChunk);
      int32_t sum = 0;
      for (size_t x = lo; x < hi; ++x)
        sum += std::abs(int32_t(difference_[x - 1]) - 2 * difference_[x] + difference_[x + 1]);
      out_.noise += sum;
    }
  }

  void laplacian(size_t y) {
    const uint8_t* up = row(mirrored(ptrdiff_t(y) - 1, height_));
    const uint8_t* mid = row(y);
    const uint8_t* down = row(mirrored(ptrdiff_t(y) + 1, height_));
    const size_t n = 3 * width_;
    for (size_t i = 3; i + 3 < n; ++i)
      laplace_[i] = int16_t(up[i] + down[i] + mid[i - 3] + mid[i + 3] - 4 * mid[i]);
    for (const size_t x : {size_t(0), width_ - 1})
      for (size_t c = 0; c < 3; ++c) {
        const size_t left = 3 * mirrored(ptrdiff_t(x) - 1, width_) + c, right = 3 * mirrored(ptrdiff_t(x) + 1, width_) + c;
        const size_t i = 3 * x + c;
        laplace_[i] = int16_t(up[i] + down[i] + mid[left] + mid[right] - 4 * mid[i]);
      }
    add_moments(laplace_.data(), n, out_.laplace_sum, out_.laplace_squares);
  }

  // A line of text: at least four blocks side by side, each with many steps from dark to light and
  // as many back within two pixels, and most of its pixels near its darkest or its lightest.
  void text() {
    std::fill(rises_.begin(), rises_.end(), int16_t(0));
    std::fill(falls_.begin(), falls_.end(), int16_t(0));
    std::copy_n(luma_[0].begin(), width_, least_.begin());
    std::copy_n(luma_[0].begin(), width_, most_.begin());
    for (const auto& row : luma_) {
      const int16_t* v = row.data();  // the two columns past the end repeat the last
      for (size_t x = 0; x < width_; ++x) {
        const int16_t step = int16_t(v[x + 2] - v[x]);
        rises_[x] = int16_t(rises_[x] + int16_t(step > kStep));
        falls_[x] = int16_t(falls_[x] + int16_t(step < int16_t(-kStep)));
        least_[x] = std::min(least_[x], v[x]);
        most_[x] = std::max(most_[x], v[x]);
      }
    }
    size_t run = 0;
    const size_t blocks = width_ / kTextWidth;
    out_.text_blocks += int64_t(blocks);
    for (size_t k = 0; k <= blocks; ++k) {
      if (k < blocks && looks_written(k * kTextWidth)) {
        ++run;
      } else {
        if (run >= kTextRun) out_.text_written += int64_t(run);
        run = 0;
      }
    }
  }

  bool looks_written(size_t from) const {
    int rises = 0, falls = 0;
    for (size_t x = from; x < from + kTextWidth; ++x) {
      rises += rises_[x];
      falls += falls_[x];
    }
    if (rises < kSteps || falls < kSteps || 2 * std::abs(rises - falls) > rises + falls) return false;
    const int16_t least = *std::min_element(&least_[from], &least_[from] + kTextWidth);
    const int16_t most = *std::max_element(&most_[from], &most_[from] + kTextWidth);
    if (most < kLight || most - least < kContrast) return false;
    const int16_t margin = int16_t((most - least) / 4), low = int16_t(least + margin), high = int16_t(most - margin);
    int ends = 0;
    for (const auto& row : luma_)
      for (size_t x = from; x < from + kTextWidth; ++x) ends += int(row[x] <= low || row[x] >= high);
    return 100 * ends >= kEndsPercent * int(kTextWidth * kTextHeight);
  }

  const uint8_t* rgb_;
  size_t height_, width_;
  std::vector<int16_t> r_, g_, b_, difference_, laplace_, rises_, falls_, least_, most_;
  std::array<std::vector<int16_t>, kTextHeight> luma_;
  std::array<std::array<int64_t, 256>, 4> grey_{};
  PixelStatistics out_;
};
}  // namespace

BOXSCORE_WIDE PixelStatistics pixel_statistics(const uint8_t* rgb, size_t height, size_t width) {
  if (!height || !width) return {};
  return Pass(rgb, height, width).run();
}
}  // namespace boxscore
