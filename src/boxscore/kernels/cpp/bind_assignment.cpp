// Python binding of linear assignment.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "assignment.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
using Matrix = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

nb::object column(const Assigned& pairs, bool second) {
  auto* kept = new std::vector<int64_t>();
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<int64_t>*>(p); });
  for (const auto& [row, column] : pairs) kept->push_back(second ? column : row);
  return nb::cast(nb::ndarray<nb::numpy, int64_t>(kept->data(), {kept->size()}, owner));
}

nb::object assigned(const Matrix& cost) {
  Assigned pairs;
  {
    nb::gil_scoped_release free;
    pairs = assign(cost.data(), cost.shape(0), cost.shape(1));
  }
  return nb::make_tuple(column(pairs, false), column(pairs, true));
}
}  // namespace

void bind_assignment(nb::module_& m) { m.def("assign", &assigned, "cost"_a); }
}  // namespace boxscore
