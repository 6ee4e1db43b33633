// Python bindings of weighted images: slices, bootstrap replicates, weighted sums.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <optional>

#include "bind_arrays.hpp"
#include "matches.hpp"
#include "resample.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
using Weights = nb::ndarray<const uint16_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

Slice<const uint16_t> flat(const Weights& w, size_t images) {
  if (w.shape(1) != images)
    throw std::invalid_argument(std::to_string(w.shape(1)) + " weights for " + std::to_string(images) + " images");
  return {w.data(), w.size()};
}
}  // namespace

void bind_resample(nb::module_& m) {
  nb::class_<Resampling>(m, "Resampling")
      .def("__init__",
           [](Resampling* self, const Matches& matches, Array<int32_t> truth_item, Array<int32_t> truth_class,
              Array<double> truth_area, const Protocol& protocol, size_t items, size_t copies, int threads) {
             const size_t g = truth_item.size();
             const CountedTruth truth{slice(truth_item, g, "truth_item"), slice(truth_class, g, "truth_class"),
                                      slice(truth_area, g, "truth_area")};
             if (protocol.iou.size() != matches.thresholds || protocol.area.size() != matches.areas)
               throw std::invalid_argument("the matches were made with another protocol");
             nb::gil_scoped_release free;
             new (self) Resampling(matches.table, truth, protocol, items, copies, threads);
           },
           "matches"_a, "truth_item"_a, "truth_class"_a, "truth_area"_a, "protocol"_a, "items"_a, "copies"_a = 1,
           "threads"_a = 0)
      .def_prop_ro("copies", &Resampling::copies)
      .def("curves",
           [](const Resampling& self, Array<uint16_t> weights, int threads) {
             const auto given = slice(weights, self.images(), "weights");
             nb::gil_scoped_release free;
             return self.curves(given, threads);
           },
           "weights"_a, "threads"_a = 0)
      .def("replicate",
           [](const Resampling& self, Weights weights, int threads) {
             const size_t n = weights.shape(0), C = self.classes();
             const auto given = flat(weights, self.images());
             std::vector<double> overall(n * Resampling::kNumbers), per_class(n * C * Resampling::kClassNumbers);
             {
               nb::gil_scoped_release free;
               self.replicate(given, overall, per_class, threads);
             }
             return nb::make_tuple(owned(std::move(overall), {n, Resampling::kNumbers}),
                                   owned(std::move(per_class), {n, C, Resampling::kClassNumbers}));
           },
           "weights"_a, "threads"_a = 0);
  m.def("weigh",
        [](Weights weights, Array<int32_t> item, Array<int32_t> cell, size_t cells, std::optional<Array<double>> amount,
           int threads) {
          const size_t rows = item.size(), n = weights.shape(0), items = weights.shape(1);
          const auto given = flat(weights, items);
          const auto where = slice(cell, rows, "cell");
          const auto much = amount ? slice(*amount, rows, "amount") : Slice<const double>();
          std::vector<double> out(n * cells);
          {
            nb::gil_scoped_release free;
            weigh(given, n, items, {item.data(), rows}, where, much, cells, out, threads);
          }
          return owned(std::move(out), {n, cells});
        },
        "weights"_a, "item"_a, "cell"_a, "cells"_a, "amount"_a = nb::none(), "threads"_a = 0);
}
}  // namespace boxscore
