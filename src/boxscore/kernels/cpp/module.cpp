// The Python module: one binding file per family of kernels.
#include <nanobind/nanobind.h>

namespace boxscore {
void bind_scan(nanobind::module_&);
void bind_masks(nanobind::module_&);
void bind_overlaps(nanobind::module_&);
void bind_matching(nanobind::module_&);
void bind_resample(nanobind::module_&);
void bind_assignment(nanobind::module_&);
void bind_fuse(nanobind::module_&);
void bind_pixels(nanobind::module_&);
void bind_ranked(nanobind::module_&);
void bind_fixed(nanobind::module_&);
}  // namespace boxscore

NB_MODULE(_core, m) {
  m.doc() = "Kernels of boxscore: scanning, masks, matching, resampling, assignment, fusion, pixels, rankings.";
  boxscore::bind_scan(m);
  boxscore::bind_masks(m);
  boxscore::bind_overlaps(m);
  boxscore::bind_matching(m);
  boxscore::bind_resample(m);
  boxscore::bind_assignment(m);
  boxscore::bind_fuse(m);
  boxscore::bind_pixels(m);
  boxscore::bind_ranked(m);
  boxscore::bind_fixed(m);
}
