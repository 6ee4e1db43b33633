// Python bindings of overlaps.
#include "bind_overlaps.hpp"

#include <nanobind/stl/tuple.h>

#include "bind_arrays.hpp"
#include "boundary.hpp"
#include "overlaps.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
using MaskArrays = std::tuple<Array<uint8_t>, Array<int64_t>, Array<int32_t>, Array<int32_t>>;
using PointArray = nb::ndarray<const double, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;
using TableArray = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

MaskColumn column(const MaskArrays& masks) {
  const auto& [counts, offsets, height, width] = masks;
  const size_t n = height.size();
  MaskColumn out{{counts.data(), counts.size()}, slice(offsets, n + 1, "offsets"), {height.data(), n}, slice(width, n, "width")};
  for (size_t i = 0; i <= n; ++i)
    if (out.offsets[i] < (i ? out.offsets[i - 1] : 0) || size_t(out.offsets[i]) > counts.size())
      throw std::invalid_argument("mask offsets must ascend within the counts");
  return out;
}

template <class... Arrays> std::shared_ptr<const void> kept(const Arrays&... arrays) {
  return std::make_shared<std::tuple<Arrays...>>(arrays...);
}

BoundOverlap of_masks(const MaskArrays& truth, const MaskArrays& found, const Array<uint8_t>& crowd) {
  const MaskColumn a = column(truth), b = column(found);
  return {mask_overlap(a, b, slice(crowd, a.height.size(), "crowd")), a.height.size(), b.height.size(),
          kept(truth, found, crowd)};
}

BoundOverlap of_boundaries(const MaskArrays& truth, const MaskArrays& found, const Array<uint8_t>& crowd, double ratio) {
  if (!(ratio > 0 && ratio <= 1)) throw std::invalid_argument("the width of boundaries lies in (0, 1]");
  const MaskColumn a = column(truth), b = column(found);
  return {boundary_overlap(a, b, slice(crowd, a.height.size(), "crowd"), ratio), a.height.size(), b.height.size(),
          kept(truth, found, crowd)};
}

BoundOverlap of_rotated(const BoxArray& truth_box, const Array<double>& truth_theta, const BoxArray& box,
                        const Array<double>& theta, const Array<uint8_t>& crowd) {
  const size_t g = truth_box.shape(0), n = box.shape(0);
  return {rotated_overlap({boxes(truth_box, g), slice(truth_theta, g, "truth_theta")},
                          {boxes(box, n), slice(theta, n, "theta")}, slice(crowd, g, "crowd")),
          g, n, kept(truth_box, truth_theta, box, theta, crowd)};
}

BoundOverlap of_keypoints(const Array<int32_t>& truth_class, const BoxArray& truth_box, const Array<double>& truth_area,
                          const PointArray& truth_points, const PointArray& points, const TableArray& sigmas) {
  const size_t g = truth_box.shape(0), n = points.shape(0), k = sigmas.shape(1);
  if (truth_points.shape(0) != g) throw std::invalid_argument("keypoints and boxes of the ground truth differ in number");
  if ((g && truth_points.shape(1) != k) || (n && points.shape(1) != k))
    throw std::invalid_argument("keypoints and sigmas differ in points per row");
  const KeypointTruth truth{slice(truth_class, g, "truth_class"), boxes(truth_box, g), slice(truth_area, g, "truth_area"),
                            {truth_points.data(), g * k * 3}};
  for (size_t i = 0; i < g; ++i)
    if (truth.klass[i] < 0 || size_t(truth.klass[i]) >= sigmas.shape(0))
      throw std::invalid_argument("a ground truth's class has no sigmas");
  return {keypoint_overlap(truth, {points.data(), n * k * 3}, {sigmas.data(), sigmas.size()}, k), g, n,
          kept(truth_class, truth_box, truth_area, truth_points, points, sigmas)};
}

nb::object matrix(const BoundOverlap& overlap) {
  const auto rows = [](size_t n) {
    std::vector<Row> out(n);
    for (size_t i = 0; i < n; ++i) out[i].index = uint32_t(i);
    return out;
  };
  const std::vector<Row> truths = rows(overlap.truths), found = rows(overlap.found);
  std::vector<double> out;
  {
    nb::gil_scoped_release free;
    overlap.maker->make()->fill(found, truths, out);
  }
  return owned(std::move(out), {overlap.found, overlap.truths});
}

nb::object boundary_text(nb::bytes text, size_t height, size_t width, double ratio) {
  Runs runs, boundary;
  std::vector<uint32_t> spare;
  if (decode_text(reinterpret_cast<const uint8_t*>(text.c_str()), text.size(), int64_t(height), int64_t(width), runs) !=
      MaskStatus::fine)
    throw std::invalid_argument("the run lengths do not fill the mask's size");
  boundary_of(runs, boundary_width(runs.height, runs.width, ratio), boundary, spare);
  std::string out;
  encode_text(boundary, out);
  return nb::bytes(out.data(), out.size());
}
}  // namespace

Slice<const Box> boxes(const BoxArray& a, size_t n) {
  if (a.shape(0) != n)
    throw std::invalid_argument(std::to_string(a.shape(0)) + " boxes for " + std::to_string(n) + " rows");
  return {reinterpret_cast<const Box*>(a.data()), n};
}

const OverlapMaker* maker_of(const BoundOverlap* overlap, size_t truths, size_t found) {
  if (!overlap) return nullptr;
  if (overlap->truths != truths || overlap->found != found)
    throw std::invalid_argument("the overlap was made for other rows");
  return overlap->maker.get();
}

void bind_overlaps(nb::module_& m) {
  nb::class_<BoundOverlap>(m, "Overlap").def("matrix", &matrix);
  m.def("mask_overlap", &of_masks, "truth"_a, "found"_a, "crowd"_a);
  m.def("boundary_overlap", &of_boundaries, "truth"_a, "found"_a, "crowd"_a, "ratio"_a = 0.02);
  m.def("rotated_overlap", &of_rotated, "truth_box"_a, "truth_theta"_a, "box"_a, "theta"_a, "crowd"_a);
  m.def("keypoint_overlap", &of_keypoints, "truth_class"_a, "truth_box"_a, "truth_area"_a, "truth_keypoints"_a,
        "keypoints"_a, "sigmas"_a);
  m.def("mask_boundary", &boundary_text, "counts"_a, "height"_a, "width"_a, "ratio"_a = 0.02);
}
}  // namespace boxscore
