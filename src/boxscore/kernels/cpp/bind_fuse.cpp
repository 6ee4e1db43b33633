// Python binding of box fusion.
#include <nanobind/stl/tuple.h>

#include "bind_arrays.hpp"
#include "bind_overlaps.hpp"
#include "fuse.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
nb::tuple fuse(const Array<int64_t>& start, const BoxArray& box, const Array<double>& confidence, double iou) {
  const size_t n = box.shape(0);
  for (size_t g = 0; g < start.size(); ++g)
    if (start.data()[g] < (g ? start.data()[g - 1] : 0) || size_t(start.data()[g]) > n)
      throw std::invalid_argument("group starts must ascend within the rows");
  if (start.size() == 0 || start.data()[0] != 0 || size_t(start.data()[start.size() - 1]) != n)
    throw std::invalid_argument("groups must hold every row");
  const Slice<const double> given = slice(confidence, n, "confidence");
  Fused out;
  {
    nb::gil_scoped_release free;
    out = fuse_boxes({start.data(), start.size()}, boxes(box, n), given, iou);
  }
  const size_t clusters = out.members.size();
  return nb::make_tuple(owned(std::move(out.cluster)), owned(std::move(out.box), {clusters, 4}),
                        owned(std::move(out.confidence)), owned(std::move(out.members)));
}
}  // namespace

void bind_fuse(nb::module_& m) { m.def("fuse_boxes", &fuse, "start"_a, "box"_a, "confidence"_a, "iou"_a); }
}  // namespace boxscore
