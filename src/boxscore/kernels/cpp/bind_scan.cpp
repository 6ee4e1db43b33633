// Python bindings of the scan kernels.
#include <nanobind/nanobind.h>

namespace boxscore {
void bind_scan(nanobind::module_&) {}
}  // namespace boxscore
