// Python bindings of the matching kernels.
#include <nanobind/nanobind.h>

namespace boxscore {
void bind_matching(nanobind::module_&) {}
}  // namespace boxscore
