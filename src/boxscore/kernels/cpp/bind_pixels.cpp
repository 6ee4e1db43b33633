// Python binding of the statistics of pixels.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "pixel_statistics.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
using Rgb = nb::ndarray<const uint8_t, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;

nb::object grey_of(const std::array<int64_t, 256>& counts) {
  auto* kept = new std::array<int64_t, 256>(counts);
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::array<int64_t, 256>*>(p); });
  return nb::cast(nb::ndarray<nb::numpy, int64_t>(kept->data(), {kept->size()}, owner));
}

nb::dict statistics(const Rgb& rgb) {
  PixelStatistics s;
  {
    nb::gil_scoped_release free;
    s = pixel_statistics(rgb.data(), rgb.shape(0), rgb.shape(1));
  }
  nb::dict out;
  out["grey"] = grey_of(s.grey);
  out["sum"] = nb::make_tuple(s.sum[0], s.sum[1], s.sum[2]);
  out["squares"] = nb::make_tuple(s.squares[0], s.squares[1], s.squares[2]);
  out["laplace_sum"] = s.laplace_sum;
  out["laplace_squares"] = s.laplace_squares;
  out["red"] = s.red;
  out["green"] = s.green;
  out["blue"] = s.blue;
  out["rg_sum"] = s.rg_sum;
  out["rg_squares"] = s.rg_squares;
  out["yb_sum"] = s.yb_sum;
  out["yb_squares"] = s.yb_squares;
  out["noise"] = s.noise;
  out["text_blocks"] = s.text_blocks;
  out["text_written"] = s.text_written;
  return out;
}
}  // namespace

void bind_pixels(nb::module_& m) { m.def("pixel_statistics", &statistics, "rgb"_a.noconvert()); }
}  // namespace boxscore
