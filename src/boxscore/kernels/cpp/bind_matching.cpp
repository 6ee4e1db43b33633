// Python bindings of matching, curves, candidate pairs and the recount.
#include <nanobind/nanobind.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>

#include "bind_arrays.hpp"
#include "bind_overlaps.hpp"
#include "curves.hpp"
#include "matches.hpp"
#include "parallel.hpp"
#include "recount.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
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

// A match table's columns in its own order: by class, image, then falling confidence.
nb::tuple table_columns(const Matches& s) {
  const MatchTable& t = s.table;
  std::vector<double> confidence;
  confidence.reserve(t.rows.size());
  for (const Row& row : t.rows) confidence.push_back(row.confidence);
  return nb::make_tuple(owned(std::vector<int64_t>(t.class_start)), owned(std::move(confidence)),
                        owned(std::vector<uint64_t>(t.matched)), owned(std::vector<uint64_t>(t.ignored)),
                        owned(std::vector<int32_t>(t.rank)), owned(std::vector<uint8_t>(t.in_area)));
}

// The same back, for curves; which prediction a row stood for is not known any more. Resampling
// wants to know the image of each row.
Matches from_columns(Array<int64_t> class_start, Array<double> confidence, Array<uint64_t> matched,
                     Array<uint64_t> ignored, Array<int32_t> rank, Array<uint8_t> in_area, Array<int64_t> positives,
                     const Protocol& protocol, std::optional<Array<int32_t>> item) {
  protocol.check();
  const size_t n = confidence.size(), classes = class_start.size() - 1;
  const auto starts = slice(class_start, classes + 1, "class_start");
  if (class_start.size() == 0 || starts[0] != 0 || size_t(starts[classes]) != n)
    throw std::invalid_argument("class_start does not span the rows");
  for (size_t c = 0; c < classes; ++c)
    if (starts[c] > starts[c + 1]) throw std::invalid_argument("class_start must not fall");
  const auto copied = [n](auto& array, const char* name) {
    const auto from = slice(array, n, name);
    return std::vector<std::decay_t<decltype(from[0])>>(from.data(), from.data() + n);
  };
  MatchTable t;
  t.rows.reserve(n);
  const auto images = slice(item, n, "item");
  for (size_t i = 0; i < n; ++i)
    t.rows.push_back({confidence.data()[i], uint32_t(i), images.empty() ? 0 : uint32_t(images[i])});
  t.class_start.assign(starts.data(), starts.data() + classes + 1);
  t.matched = copied(matched, "matched");
  t.ignored = copied(ignored, "ignored");
  t.rank = copied(rank, "rank");
  t.in_area = copied(in_area, "in_area");
  const auto counts = slice(positives, classes * protocol.area.size(), "positives");
  t.positives.assign(counts.data(), counts.data() + counts.size());
  return Matches{std::move(t), protocol.iou.size(), protocol.area.size()};
}

void bind_match(nb::module_& m) {
  nb::class_<Matches>(m, "Matches")
      .def("columns", &table_columns)
      .def_static("of", &from_columns, "class_start"_a, "confidence"_a, "matched"_a, "ignored"_a, "rank"_a,
                  "in_area"_a, "positives"_a, "protocol"_a, "item"_a = nb::none())
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
           const Protocol& protocol, const BoundOverlap* overlap, std::optional<Array<uint8_t>> truth_ignored,
           std::optional<Array<uint8_t>> excused, int threads) {
          const size_t g = truth_item.size(), n = item.size();
          Truth truth{slice(truth_item, g, "truth_item"), slice(truth_class, g, "truth_class"), boxes(truth_box, g),
                      slice(truth_area, g, "truth_area"), slice(truth_crowd, g, "truth_crowd"),
                      slice(truth_ignored, g, "truth_ignored")};
          Predictions found{slice(item, n, "item"), slice(class_id, n, "class_id"), boxes(box, n),
                            slice(area, n, "area"), slice(confidence, n, "confidence"), slice(excused, n, "excused")};
          const OverlapMaker* maker = maker_of(overlap, g, n);
          nb::gil_scoped_release free;
          return Matches{match(truth, found, items, classes, protocol, threads, maker), protocol.iou.size(),
                         protocol.area.size()};
        },
        "truth_item"_a, "truth_class"_a, "truth_box"_a, "truth_area"_a, "truth_crowd"_a, "item"_a, "class_id"_a, "box"_a,
        "area"_a.none(), "confidence"_a, "items"_a, "classes"_a, "protocol"_a, "overlap"_a = nb::none(),
        "truth_ignored"_a = nb::none(), "excused"_a = nb::none(), "threads"_a = 0);
}

void check_places(const std::vector<size_t>& places, size_t size, const char* what) {
  for (size_t place : places)
    if (place >= size) throw std::invalid_argument(std::string("the curves have no such ") + what);
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
  m.def("join_curves", [](const std::vector<const Curves*>& parts) { return join(parts); }, "parts"_a);
  m.def("summarize", [](const Curves& curves, const Protocol& protocol) { return summarize(curves, protocol); },
        "curves"_a, "protocol"_a);
  m.def("average_precision",
        [](const Curves& c, size_t area, const std::vector<size_t>& thresholds, const std::vector<size_t>& classes) {
          check_places({area}, c.areas, "area range");
          check_places(thresholds, c.thresholds, "IoU threshold");
          check_places(classes, c.classes, "class");
          return average_precision(c, area, thresholds, classes);
        },
        "curves"_a, "area"_a, "thresholds"_a, "classes"_a);
  m.def("average_recall",
        [](const Curves& c, size_t area, size_t limit, const std::vector<size_t>& thresholds) {
          check_places({area}, c.areas, "area range");
          check_places({limit}, c.limits, "limit");
          check_places(thresholds, c.thresholds, "IoU threshold");
          return average_recall(c, area, limit, thresholds);
        },
        "curves"_a, "area"_a, "limit"_a, "thresholds"_a);
}

void bind_pairs(nb::module_& m) {
  m.def("candidate_pairs",
        [](Array<int32_t> truth_item, BoxArray truth_box, Array<uint8_t> truth_crowd, Array<int32_t> item, BoxArray box,
           double floor, const BoundOverlap* overlap, int threads) {
          const size_t g = truth_item.size(), n = item.size();
          const auto crowd = slice(truth_crowd, g, "truth_crowd");
          const auto truth_boxes = boxes(truth_box, g), found_boxes = boxes(box, n);
          const OverlapMaker* maker = maker_of(overlap, g, n);
          Pairs pairs;
          {
            nb::gil_scoped_release free;
            pairs = candidate_pairs({truth_item.data(), g}, truth_boxes, crowd, {item.data(), n}, found_boxes, floor,
                                    threads, maker);
          }
          return nb::make_tuple(owned(std::move(pairs.prediction)), owned(std::move(pairs.truth)), owned(std::move(pairs.iou)));
        },
        "truth_item"_a, "truth_box"_a, "truth_crowd"_a, "item"_a, "box"_a, "floor"_a = 0.1,
        "overlap"_a = nb::none(), "threads"_a = 0);
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
             const auto truth_of = slice(truth_class, g, "truth_class"), of = slice(class_id, n, "class_id");
             const auto ignored = slice(truth_ignored, g, "truth_ignored"), crowd = slice(truth_crowd, g, "truth_crowd");
             const auto image = slice(item, n, "item"), found = slice(pair_prediction, k, "pair_prediction");
             const auto truth = slice(pair_truth, k, "pair_truth");
             const auto sure = slice(confidence, n, "confidence"), iou = slice(pair_iou, k, "pair_iou");
             nb::gil_scoped_release free;
             new (self) Recount(truth_of, ignored, crowd, image, of, sure, found, truth, iou, max_detections);
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
