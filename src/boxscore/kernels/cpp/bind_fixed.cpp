// Python bindings of what AP would be with some errors fixed.
#include "bind_arrays.hpp"
#include "fixed.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
Members members(const Array<int64_t>& start, const Array<int64_t>& member) { return {whole(start), whole(member)}; }
}  // namespace

void bind_fixed(nb::module_& m) {
  nb::class_<FixedRankings>(m, "FixedRankings")
      .def("__init__",
           [](FixedRankings* self, Array<int64_t> rows, Array<int32_t> class_id, Array<uint8_t> code,
              Array<int32_t> fixed_class, Array<int64_t> objects, Array<double> recall) {
             const size_t n = rows.size();
             const Coded coded{whole(rows), slice(class_id, n, "class_id"), slice(code, n, "code")};
             if (recall.size() == 0) throw std::invalid_argument("there is at least one recall point");
             nb::gil_scoped_release free;
             new (self) FixedRankings(coded, whole(fixed_class), whole(objects), whole(recall));
           },
           "rows"_a, "class_id"_a, "code"_a, "fixed_class"_a, "objects"_a, "recall"_a)
      .def("class_ap", [](const FixedRankings& self) { return owned(self.class_ap()); })
      .def("mean_ap",
           [](const FixedRankings& self, Array<int64_t> start, Array<int64_t> rows, Array<int64_t> lost_start,
              Array<int64_t> lost_class, int threads) {
             std::vector<double> out;
             {
               nb::gil_scoped_release free;
               out = self.mean_ap(members(start, rows), members(lost_start, lost_class), threads);
             }
             return owned(std::move(out));
           },
           "start"_a, "rows"_a, "lost_start"_a, "lost_class"_a, "threads"_a = 0);
  m.def("effort",
        [](Array<int64_t> start, Array<int64_t> rows, Array<int64_t> lost_start, Array<int64_t> lost,
           Array<uint8_t> shown, Array<int32_t> item, Array<int32_t> lost_item, size_t items) {
          const auto seen = slice(shown, item.size(), "shown");
          Effort out;
          {
            nb::gil_scoped_release free;
            out = effort(members(start, rows), members(lost_start, lost), seen, whole(item), whole(lost_item), items);
          }
          return nb::make_tuple(owned(std::move(out.errors)), owned(std::move(out.images)));
        },
        "start"_a, "rows"_a, "lost_start"_a, "lost"_a, "shown"_a, "item"_a, "lost_item"_a, "items"_a);
}
}  // namespace boxscore
