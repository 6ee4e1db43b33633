// Python bindings of matching, curves, candidate pairs and the recount.
#include <nanobind/nanobind.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>

#include "bind_arrays.hpp"
#include "curves.hpp"
#include "mask_overlap.hpp"
#include "matches.hpp"
#include "parallel.hpp"
#include "recount.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
using BoxArray = nb::ndarray<const double, nb::shape<-1, 4>, nb::c_contig, nb::device::cpu>;

Slice<const Box> boxes(const BoxArray& a, size_t n) {
  if (a.shape(0) != n)
    throw std::invalid_argument(std::to_string(a.shape(0)) + " boxes for " + std::to_string(n) + " rows");
  return {reinterpret_cast<const Box*>(a.data()), n};
}

using MaskArrays = std::tuple<Array<uint8_t>, Array<int64_t>, Array<int32_t>, Array<int32_t>>;
MaskColumn mask_column(nb::handle masks, size_t n, std::optional<MaskArrays>& keep) {
  nb::tuple t = nb::cast<nb::tuple>(masks);
  if (t.size() != 4) throw std::invalid_argument("masks are (counts, offsets, height, width)");
  keep.emplace(nb::cast<Array<uint8_t>>(t[0]), nb::cast<Array<int64_t>>(t[1]), nb::cast<Array<int32_t>>(t[2]),
               nb::cast<Array<int32_t>>(t[3]));
  const auto& [counts, offsets, height, width] = *keep;
  MaskColumn out{{counts.data(), counts.size()}, slice(offsets, n + 1, "offsets"), slice(height, n, "height"), slice(width, n, "width")};
  for (size_t i = 0; i <= n; ++i)
    if (out.offsets[i] < (i ? out.offsets[i - 1] : 0) || size_t(out.offsets[i]) > counts.size())
      throw std::invalid_argument("mask offsets must ascend within the counts");
  return out;
}
// The overlap of masks when both sides have them, else none (boxes).
std::unique_ptr<OverlapMaker> overlap_of(nb::handle truth_masks, nb::handle masks, size_t truths, size_t found,
                                         Slice<const uint8_t> crowd, std::optional<MaskArrays>& keep_truth,
                                         std::optional<MaskArrays>& keep_found) {
  if (truth_masks.is_none() != masks.is_none()) throw std::invalid_argument("masks are needed on both sides or on none");
  if (masks.is_none()) return nullptr;
  return mask_overlap(mask_column(truth_masks, truths, keep_truth), mask_column(masks, found, keep_found), crowd);
}

template <class T, class Value> std::vector<T> in_file_order(const MatchTable& t, Value value) {
  std::vector<T> out(t.rows.size());
  for (size_t j = 0; j < t.rows.size(); ++j) out[t.rows[j].index] = T(value(j));
  return out;
}
uint64_t all_areas_mask(size_t thresholds) { return (1ull << thresholds) - 1; }

nb::object curve_view(nb::handle self, const Curves& c, const DoubleArray& v) {
  if (v.empty() && c.classes) return nb::none();
  const size_t M = c.classes ? v.size() / (c.classes * c.areas * c.thresholds * c.points) : c.limits;
  const int64_t T = int64_t(c.thresholds), R = int64_t(c.points), A = int64_t(c.areas), m = int64_t(M);
  const size_t shape[] = {c.thresholds, c.points, c.classes, c.areas, M};
  const int64_t strides[] = {R, 1, A * m * T * R, m * T * R, T * R};
  return nb::cast(nb::ndarray<nb::numpy, const double>(v.data(), 5, shape, self, strides));
}
nb::object recall_view(nb::handle self, const Curves& c) {
  const int64_t T = int64_t(c.thresholds), A = int64_t(c.areas), M = int64_t(c.limits);
  const size_t shape[] = {c.thresholds, c.classes, c.areas, c.limits};
  const int64_t strides[] = {1, A * M * T, M * T, T};
  return nb::cast(nb::ndarray<nb::numpy, const double>(c.recall.data(), 4, shape, self, strides));
}

void bind_protocol(nb::module_& m) {
  nb::class_<Protocol>(m, "Protocol")
      .def_static("coco", &Protocol::coco)
      .def_rw("iou", &Protocol::iou)
      .def_rw("area", &Protocol::area)
      .def_rw("max_dets", &Protocol::max_dets)
      .def_rw("recall", &Protocol::recall);
}

void bind_match(nb::module_& m) {
  nb::class_<Matches>(m, "Matches")
      .def_prop_ro("matched", [](const Matches& s) {
        const uint64_t all = all_areas_mask(s.thresholds);
        return owned(in_file_order<uint16_t>(s.table, [&](size_t j) { return s.table.matched[j] & all; }));
      })
      .def_prop_ro("ignored", [](const Matches& s) {
        const uint64_t all = all_areas_mask(s.thresholds);
        return owned(in_file_order<uint16_t>(s.table, [&](size_t j) { return s.table.ignored[j] & all; }));
      })
      .def_prop_ro("rank", [](const Matches& s) {
        return owned(in_file_order<int32_t>(s.table, [&](size_t j) { return s.table.rank[j]; }));
      })
      .def_prop_ro("positives", [](const Matches& s) {
        auto* kept = new std::vector<int64_t>(s.table.positives);
        nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<int64_t>*>(p); });
        return nb::cast(nb::ndarray<nb::numpy, int64_t>(kept->data(), {s.areas ? kept->size() / s.areas : 0, s.areas}, owner));
      });
  m.def("match",
        [](Array<int32_t> truth_item, Array<int32_t> truth_class, BoxArray truth_box, Array<double> truth_area,
           Array<uint8_t> truth_crowd, Array<int32_t> item, Array<int32_t> class_id, BoxArray box,
           std::optional<Array<double>> area, Array<double> confidence, size_t items, size_t classes,
           const Protocol& protocol, nb::object truth_masks, nb::object masks, int threads) {
          const size_t g = truth_item.size(), n = item.size();
          Truth truth{slice(truth_item, g, "truth_item"), slice(truth_class, g, "truth_class"), boxes(truth_box, g),
                      slice(truth_area, g, "truth_area"), slice(truth_crowd, g, "truth_crowd")};
          Predictions found{slice(item, n, "item"), slice(class_id, n, "class_id"), boxes(box, n),
                            area ? slice(*area, n, "area") : Slice<const double>(), slice(confidence, n, "confidence")};
          std::optional<MaskArrays> keep_truth, keep_found;
          auto overlap = overlap_of(truth_masks, masks, g, n, truth.crowd, keep_truth, keep_found);
          nb::gil_scoped_release free;
          return Matches{match(truth, found, items, classes, protocol, threads, overlap.get()), protocol.iou.size(),
                         protocol.area.size()};
        },
        "truth_item"_a, "truth_class"_a, "truth_box"_a, "truth_area"_a, "truth_crowd"_a, "item"_a, "class_id"_a, "box"_a,
        "area"_a.none(), "confidence"_a, "items"_a, "classes"_a, "protocol"_a, "truth_masks"_a = nb::none(),
        "masks"_a = nb::none(), "threads"_a = 0);
}

void bind_curves(nb::module_& m) {
  nb::class_<Curves>(m, "Curves")
      .def_prop_ro("precision", [](nb::handle_t<Curves> s) { auto& c = nb::cast<Curves&>(s); return curve_view(s, c, c.precision); })
      .def_prop_ro("scores", [](nb::handle_t<Curves> s) { auto& c = nb::cast<Curves&>(s); return curve_view(s, c, c.scores); })
      .def_prop_ro("recall", [](nb::handle_t<Curves> s) { return recall_view(s, nb::cast<Curves&>(s)); });
  m.def("accumulate",
        [](const Matches& matches, const Protocol& protocol, int threads, bool scores, bool every_limit) {
          if (protocol.iou.size() != matches.thresholds)
            throw std::invalid_argument("the matches were made with another protocol");
          nb::gil_scoped_release free;
          return accumulate(matches.table, protocol, threads, {scores, every_limit});
        },
        "matches"_a, "protocol"_a, "threads"_a = 0, "scores"_a = true, "every_limit"_a = true);
  m.def("summarize", [](const Curves& curves, const Protocol& protocol) { return summarize(curves, protocol); },
        "curves"_a, "protocol"_a);
}

void bind_pairs(nb::module_& m) {
  m.def("candidate_pairs",
        [](Array<int32_t> truth_item, BoxArray truth_box, Array<uint8_t> truth_crowd, Array<int32_t> item, BoxArray box,
           double floor, nb::object truth_masks, nb::object masks, int threads) {
          const size_t g = truth_item.size(), n = item.size();
          const auto crowd = slice(truth_crowd, g, "truth_crowd");
          const auto truth_boxes = boxes(truth_box, g), found_boxes = boxes(box, n);
          std::optional<MaskArrays> keep_truth, keep_found;
          auto overlap = overlap_of(truth_masks, masks, g, n, crowd, keep_truth, keep_found);
          Pairs pairs;
          {
            nb::gil_scoped_release free;
            pairs = candidate_pairs({truth_item.data(), g}, truth_boxes, crowd, {item.data(), n}, found_boxes, floor,
                                    threads, overlap.get());
          }
          return nb::make_tuple(owned(std::move(pairs.prediction)), owned(std::move(pairs.truth)), owned(std::move(pairs.iou)));
        },
        "truth_item"_a, "truth_box"_a, "truth_crowd"_a, "item"_a, "box"_a, "floor"_a = 0.1,
        "truth_masks"_a = nb::none(), "masks"_a = nb::none(), "threads"_a = 0);
  m.def("box_iou",
        [](BoxArray found, BoxArray truth, Array<uint8_t> crowd) {
          const size_t n = found.shape(0), g = truth.shape(0);
          const auto a = boxes(found, n), b = boxes(truth, g);
          const auto c = slice(crowd, g, "crowd");
          auto* out = new std::vector<double>(n * g);
          for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < g; ++j) (*out)[i * g + j] = box_iou(a[i], b[j], c[j] != 0);
          nb::capsule owner(out, [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
          return nb::cast(nb::ndarray<nb::numpy, double>(out->data(), {n, g}, owner));
        },
        "found"_a, "truth"_a, "crowd"_a);
}

void bind_recount(nb::module_& m) {
  nb::class_<Recount>(m, "Recount")
      .def("__init__",
           [](Recount* self, Array<int32_t> truth_class, Array<uint8_t> truth_ignored, Array<uint8_t> truth_crowd,
              Array<int32_t> item, Array<int32_t> class_id, Array<double> confidence, Array<int32_t> pair_prediction,
              Array<int32_t> pair_truth, Array<double> pair_iou, size_t max_detections) {
             const size_t g = truth_class.size(), n = item.size(), k = pair_iou.size();
             new (self) Recount(slice(truth_class, g, "truth_class"), slice(truth_ignored, g, "truth_ignored"),
                                slice(truth_crowd, g, "truth_crowd"), slice(item, n, "item"),
                                slice(class_id, n, "class_id"), slice(confidence, n, "confidence"),
                                slice(pair_prediction, k, "pair_prediction"), slice(pair_truth, k, "pair_truth"),
                                slice(pair_iou, k, "pair_iou"), max_detections);
           },
           "truth_class"_a, "truth_ignored"_a, "truth_crowd"_a, "item"_a, "class_id"_a, "confidence"_a,
           "pair_prediction"_a, "pair_truth"_a, "pair_iou"_a, "max_detections"_a = 100)
      .def_prop_ro("considered", [](const Recount& s) { return owned(std::vector<uint8_t>(s.considered())); })
      .def("at", [](const Recount& self, double iou) {
        Recount::Outcome out;
        {
          nb::gil_scoped_release free;
          out = self.at(iou);
        }
        return nb::make_tuple(owned(std::move(out.match)), owned(std::move(out.ignored)), owned(std::move(out.got_by)));
      }, "iou"_a);
}
}  // namespace

void bind_matching(nb::module_& m) {
  bind_protocol(m);
  bind_match(m);
  bind_curves(m);
  bind_pairs(m);
  bind_recount(m);
}
}  // namespace boxscore
