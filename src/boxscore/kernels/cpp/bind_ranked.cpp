// Python bindings of what goes through all predictions once: curves of classes, kinds of errors.
#include "bind_arrays.hpp"
#include "ranked.hpp"
#include "reasons.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
using Table = nb::ndarray<const uint8_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Totals = nb::ndarray<const int64_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

Ranked ranked(const Array<int32_t>& klass, const Array<double>& confidence, const Array<uint8_t>& verdict) {
  const size_t n = klass.size();
  return {whole(klass), slice(confidence, n, "confidence"), slice(verdict, n, "verdict")};
}

Candidates candidates(const Array<int32_t>& prediction, const Array<int32_t>& truth, const Array<double>& iou) {
  const size_t k = iou.size();
  return {slice(prediction, k, "pair_prediction"), slice(truth, k, "pair_truth"), whole(iou)};
}

nb::tuple sweep(Array<int32_t> klass, Array<double> confidence, Array<uint8_t> verdict, Array<int64_t> objects,
                Array<double> grid) {
  const Ranked given = ranked(klass, confidence, verdict);
  if (grid.size() == 0) throw std::invalid_argument("a grid has at least one threshold");
  ClassSweep out;
  {
    nb::gil_scoped_release free;
    out = sweep_classes(given, whole(objects), whole(grid));
  }
  const size_t C = objects.size(), K = grid.size();
  return nb::make_tuple(owned(std::move(out.right), {C, K}), owned(std::move(out.wrong), {C, K}),
                        owned(std::move(out.confidence)), owned(std::move(out.f1)),
                        nb::make_tuple(out.pooled[0], out.pooled[1]), nb::make_tuple(out.mean[0], out.mean[1]));
}

nb::tuple lrp(Array<int32_t> klass, Array<double> confidence, Array<uint8_t> verdict, Array<int64_t> rows,
              Array<double> overlap, Array<int64_t> objects, double iou) {
  const Ranked given = ranked(klass, confidence, verdict);
  const Slice<const int64_t> from = slice(rows, klass.size(), "rows");
  LrpSums out;
  {
    nb::gil_scoped_release free;
    out = lrp_sums(given, from, whole(overlap), whole(objects), iou);
  }
  return nb::make_tuple(owned(std::move(out.shown)), owned(std::move(out.right)), owned(std::move(out.poor)),
                        owned(std::move(out.confidence)));
}

nb::tuple read(Array<int32_t> klass, Array<uint8_t> code, Table verdict, Totals objects, Array<double> recall,
               int threads) {
  const size_t lanes = objects.shape(0), C = objects.shape(1), M = verdict.shape(1), R = recall.size();
  if (verdict.shape(0) != lanes) throw std::invalid_argument("there must be one verdict and one total for each lane");
  if (M > 256 || R == 0) throw std::invalid_argument("there are at most 256 codes and at least one recall point");
  const Slice<const uint8_t> codes = slice(code, klass.size(), "code");
  Readings out;
  {
    nb::gil_scoped_release free;
    out = read_ranking(whole(klass), codes, {verdict.data(), verdict.size()}, M, {objects.data(), objects.size()}, lanes,
                       whole(recall), threads);
  }
  return nb::make_tuple(owned(std::move(out.precision), {lanes, C, R}), owned(std::move(out.count), {C, M}));
}

nb::tuple best(Array<int32_t> pair_prediction, Array<int32_t> pair_truth, Array<double> pair_iou,
               Array<int32_t> class_id, Array<int32_t> truth_class, Array<uint8_t> counted) {
  const Candidates given = candidates(pair_prediction, pair_truth, pair_iou);
  const Slice<const uint8_t> counts = slice(counted, truth_class.size(), "counted");
  Best out;
  {
    nb::gil_scoped_release free;
    out = best_overlaps(given, whole(class_id), whole(truth_class), counts);
  }
  return nb::make_tuple(owned(std::move(out.same_iou)), owned(std::move(out.same)), owned(std::move(out.other_iou)),
                        owned(std::move(out.other)));
}

nb::object kinds(Array<uint8_t> wrong, Array<double> same_iou, Array<int32_t> same, Array<double> other_iou,
                 Array<int32_t> taker, double iou, double background, int threads) {
  const size_t n = wrong.size();
  const Nearest nearest{slice(same_iou, n, "same_iou"), slice(other_iou, n, "other_iou"), slice(same, n, "same")};
  std::vector<uint8_t> out;
  {
    nb::gil_scoped_release free;
    out = error_kinds(whole(wrong), nearest, whole(taker), iou, background, threads);
  }
  return owned(std::move(out));
}

nb::tuple mend(Array<uint8_t> kind, Array<int32_t> same, Array<int32_t> other, Array<double> confidence,
               Array<uint8_t> unfound) {
  const size_t n = kind.size();
  const auto near = slice(same, n, "same"), elsewhere = slice(other, n, "other");
  const auto sure = slice(confidence, n, "confidence");
  std::vector<uint8_t> out, left(unfound.data(), unfound.data() + unfound.size());
  {
    nb::gil_scoped_release free;
    out = mending(whole(kind), near, elsewhere, sure, left);
  }
  return nb::make_tuple(owned(std::move(out)), owned(std::move(left)));
}

nb::object overlaps(Array<int32_t> pair_prediction, Array<int32_t> pair_truth, Array<double> pair_iou,
                    Array<int32_t> matched) {
  const Candidates given = candidates(pair_prediction, pair_truth, pair_iou);
  std::vector<double> out;
  {
    nb::gil_scoped_release free;
    out = match_overlaps(given, whole(matched));
  }
  return owned(std::move(out));
}

nb::object firsts(Array<int64_t> rows, Array<int32_t> group, size_t groups, int64_t most) {
  std::vector<uint8_t> out;
  {
    nb::gil_scoped_release free;
    out = first_of_groups(whole(rows), whole(group), groups, most);
  }
  return owned(std::move(out));
}
}  // namespace

void bind_ranked(nb::module_& m) {
  m.def("sweep_classes", &sweep, "class_id"_a, "confidence"_a, "verdict"_a, "objects"_a, "grid"_a);
  m.def("lrp_sums", &lrp, "class_id"_a, "confidence"_a, "verdict"_a, "rows"_a, "overlap"_a, "objects"_a,
        "iou"_a);
  m.def("read_ranking", &read, "class_id"_a, "code"_a, "verdict"_a, "objects"_a, "recall"_a, "threads"_a = 0);
  m.def("best_overlaps", &best, "pair_prediction"_a, "pair_truth"_a, "pair_iou"_a, "class_id"_a, "truth_class"_a,
        "counted"_a);
  m.def("error_kinds", &kinds, "wrong"_a, "same_iou"_a, "same"_a, "other_iou"_a, "taker"_a, "iou"_a, "background"_a,
        "threads"_a = 0);
  m.def("mending", &mend, "kind"_a, "same"_a, "other"_a, "confidence"_a, "unfound"_a);
  m.def("match_overlaps", &overlaps, "pair_prediction"_a, "pair_truth"_a, "pair_iou"_a, "matched"_a);
  m.def("first_of_groups", &firsts, "rows"_a, "group"_a, "groups"_a, "most"_a);
}
}  // namespace boxscore
