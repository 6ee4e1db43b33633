// Python bindings of the masks kernels.
#include <nanobind/nanobind.h>

namespace boxscore {
void bind_masks(nanobind::module_&) {}
}  // namespace boxscore
