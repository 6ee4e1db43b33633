// Python bindings of the mask kernels: many masks at a time, flat arrays with offsets.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "label_maps.hpp"
#include "masks.hpp"
#include "parallel.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
template <class T> using Array = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <class T> nb::object owned(std::vector<T>&& values) {
  auto* kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::cast(nb::ndarray<nb::numpy, T>(kept->data(), {kept->size()}, owner));
}
// Offsets that start at or after 0, ascend and end within `size`.
void check_offsets(const Array<int64_t>& offsets, size_t rows, size_t size, const char* name) {
  if (offsets.size() != rows + 1)
    throw std::invalid_argument(std::string(name) + " must have one value more than there are rows");
  int64_t before = 0;
  for (size_t i = 0; i <= rows; ++i) {
    if (offsets.data()[i] < before || size_t(offsets.data()[i]) > size)
      throw std::invalid_argument(std::string(name) + " must ascend within the data");
    before = offsets.data()[i];
  }
}
void check_sizes(const Array<int32_t>& height, const Array<int32_t>& width) {
  if (height.size() != width.size()) throw std::invalid_argument("height and width differ in length");
}

// Makes N masks in parallel and hands them to Python as (counts, offsets, status).
constexpr size_t kStep = 512;
template <class Make> nb::object build(size_t n, int threads, Make make) {
  std::vector<std::string> texts((n + kStep - 1) / kStep);
  std::vector<int64_t> offsets(n + 1);
  std::vector<uint8_t> status(n), counts;
  {
    nb::gil_scoped_release free;
    parallel_for(texts.size(), resolve_threads(threads), [&](size_t block) {
      Runs runs;
      for (size_t i = block * kStep; i < std::min(n, (block + 1) * kStep); ++i) {
        const size_t before = texts[block].size();
        const MaskStatus result = make(i, runs);
        status[i] = uint8_t(result);
        if (result == MaskStatus::fine) encode_text(runs, texts[block]);
        offsets[i + 1] = int64_t(texts[block].size() - before);
      }
    });
    for (size_t i = 0; i < n; ++i) offsets[i + 1] += offsets[i];
    counts.reserve(size_t(offsets[n]));
    for (const std::string& t : texts) counts.insert(counts.end(), t.begin(), t.end());
  }
  return nb::make_tuple(owned(std::move(counts)), owned(std::move(offsets)), owned(std::move(status)));
}

nb::object from_polygons(Array<double> xy, Array<int64_t> parts, Array<int64_t> objects, Array<int32_t> height,
                         Array<int32_t> width, int threads) {
  check_sizes(height, width);
  if (parts.size() == 0) throw std::invalid_argument("part_offsets is empty");
  check_offsets(parts, parts.size() - 1, xy.size(), "part_offsets");
  check_offsets(objects, height.size(), parts.size() - 1, "object_offsets");
  return build(height.size(), threads, [&](size_t i, Runs& out) {
    const int64_t h = height.data()[i], w = width.data()[i];
    if (!usable_size(h, w)) return MaskStatus::bad_size;
    out = Runs{{}, uint32_t(h), uint32_t(w)};
    if (objects.data()[i] == objects.data()[i + 1]) return MaskStatus::too_few_points;
    for (int64_t p = objects.data()[i]; p < objects.data()[i + 1]; ++p) {
      const int64_t from = parts.data()[p], to = parts.data()[p + 1];
      Runs part;
      const MaskStatus status = rasterise(xy.data() + from, size_t(to - from) / 2, h, w, part);
      if (status != MaskStatus::fine) return status;
      out = p == objects.data()[i] ? std::move(part) : united(out, part);
    }
    return MaskStatus::fine;
  });
}

nb::object from_compressed(Array<uint8_t> counts, Array<int64_t> offsets, Array<int32_t> height, Array<int32_t> width, int threads) {
  check_sizes(height, width);
  check_offsets(offsets, height.size(), counts.size(), "offsets");
  return build(height.size(), threads, [&](size_t i, Runs& out) {
    const size_t from = size_t(offsets.data()[i]), to = size_t(offsets.data()[i + 1]);
    return decode_text(counts.data() + from, to - from, height.data()[i], width.data()[i], out);
  });
}

nb::object from_runs(Array<int64_t> runs, Array<int64_t> offsets, Array<int32_t> height, Array<int32_t> width, int threads) {
  check_sizes(height, width);
  check_offsets(offsets, height.size(), runs.size(), "run_offsets");
  return build(height.size(), threads, [&](size_t i, Runs& out) {
    const size_t from = size_t(offsets.data()[i]), to = size_t(offsets.data()[i + 1]);
    return from_counts(runs.data() + from, to - from, height.data()[i], width.data()[i], out);
  });
}

nb::object area_box(Array<uint8_t> counts, Array<int64_t> offsets, Array<int32_t> height, Array<int32_t> width, int threads) {
  check_sizes(height, width);
  const size_t n = height.size();
  check_offsets(offsets, n, counts.size(), "offsets");
  const MaskColumn column{{counts.data(), counts.size()}, {offsets.data(), n + 1}, {height.data(), n}, {width.data(), n}};
  std::vector<double> area(n);
  auto* box = new std::vector<double>(n * 4);
  nb::capsule owner(box, [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
  {
    nb::gil_scoped_release free;
    parallel_for((n + kStep - 1) / kStep, resolve_threads(threads), [&](size_t block) {
      Runs runs;
      for (size_t i = block * kStep; i < std::min(n, (block + 1) * kStep); ++i) {
        decode_runs(column, i, runs);
        area[i] = double(runs.area());
        const Box found = runs.box();
        std::copy(found.begin(), found.end(), box->begin() + long(4 * i));
      }
    });
  }
  return nb::make_tuple(owned(std::move(area)), nb::ndarray<nb::numpy, double>(box->data(), {n, 4}, owner));
}

Runs one(nb::bytes text, int64_t height, int64_t width) {
  Runs runs;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.c_str());
  const MaskStatus status = decode_text(bytes, text.size(), height, width, runs);
  if (status != MaskStatus::fine) throw std::invalid_argument("these run lengths are not usable, status " + std::to_string(int(status)));
  return runs;
}

nb::object iou_matrix(std::vector<nb::bytes> found, std::vector<nb::bytes> truth, Array<uint8_t> crowd, int64_t height, int64_t width) {
  if (crowd.size() != truth.size()) throw std::invalid_argument("crowd needs one value per ground truth");
  std::vector<Runs> a, b;
  for (auto& text : found) a.push_back(one(text, height, width));
  for (auto& text : truth) b.push_back(one(text, height, width));
  auto* out = new std::vector<double>(a.size() * b.size());
  nb::capsule owner(out, [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < b.size(); ++j)
      (*out)[i * b.size() + j] = run_iou(a[i], a[i].area(), b[j], b[j].area(), crowd.data()[j] != 0);
  return nb::cast(nb::ndarray<nb::numpy, double>(out->data(), {a.size(), b.size()}, owner));
}

nb::object decode(nb::bytes text, int64_t height, int64_t width) {
  const Runs runs = one(text, height, width);
  auto* out = new std::vector<uint8_t>(size_t(height * width));
  nb::capsule owner(out, [](void* p) noexcept { delete static_cast<std::vector<uint8_t>*>(p); });
  for (size_t k = 0; k + 1 < runs.edges.size(); k += 2)
    std::fill(out->begin() + runs.edges[k], out->begin() + runs.edges[k + 1], uint8_t(1));
  const size_t shape[] = {size_t(height), size_t(width)};
  const int64_t strides[] = {1, height};
  return nb::cast(nb::ndarray<nb::numpy, uint8_t>(out->data(), 2, shape, owner, strides));
}

nb::bytes from_bitmap(nb::ndarray<const uint8_t, nb::ndim<2>, nb::device::cpu> bitmap) {
  const int64_t height = int64_t(bitmap.shape(0)), width = int64_t(bitmap.shape(1));
  if (!usable_size(height, width)) throw std::invalid_argument("a mask has 1 to 2^28 pixels");
  Runs runs{{}, uint32_t(height), uint32_t(width)};
  bool inside = false;
  for (int64_t x = 0, p = 0; x < width; ++x)
    for (int64_t y = 0; y < height; ++y, ++p) {
      const bool now = bitmap.data()[y * bitmap.stride(0) + x * bitmap.stride(1)] != 0;
      if (now != inside) runs.edges.push_back(uint32_t(p));
      inside = now;
    }
  if (inside) runs.edges.push_back(uint32_t(height * width));
  std::string text;
  encode_text(runs, text);
  return nb::bytes(text.data(), text.size());
}

// (values, counts, offsets) of a map with one value per pixel; None for more than `most` values.
template <class Value> using Map = nb::ndarray<const Value, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class Value> nb::object from_map(Map<Value> map, size_t most) {
  const int64_t height = int64_t(map.shape(0)), width = int64_t(map.shape(1));
  if (!usable_size(height, width)) throw std::invalid_argument("a map has 1 to 2^28 pixels");
  LabelMasks found;
  std::vector<int64_t> offsets{0};
  std::string text;
  {
    nb::gil_scoped_release free;
    found = masks_of_map(map.data(), height, width, most);
    for (const Runs& runs : found.masks) {
      encode_text(runs, text);
      offsets.push_back(int64_t(text.size()));
    }
  }
  if (!found.complete) return nb::none();
  return nb::make_tuple(owned(std::move(found.values)), nb::bytes(text.data(), text.size()), owned(std::move(offsets)));
}
}  // namespace

void bind_masks(nb::module_& m) {
  m.def("masks_from_polygons", &from_polygons, "xy"_a, "part_offsets"_a, "object_offsets"_a, "height"_a, "width"_a, "threads"_a = 0);
  m.def("masks_from_compressed", &from_compressed, "counts"_a, "offsets"_a, "height"_a, "width"_a, "threads"_a = 0);
  m.def("masks_from_counts", &from_runs, "runs"_a, "run_offsets"_a, "height"_a, "width"_a, "threads"_a = 0);
  m.def("mask_area_box", &area_box, "counts"_a, "offsets"_a, "height"_a, "width"_a, "threads"_a = 0);
  m.def("mask_iou", &iou_matrix, "found"_a, "truth"_a, "crowd"_a, "height"_a, "width"_a);
  m.def("mask_decode", &decode, "counts"_a, "height"_a, "width"_a);
  m.def("mask_from_bitmap", &from_bitmap, "bitmap"_a);
  m.def("masks_from_map", &from_map<uint8_t>, "values"_a.noconvert(), "most"_a);
  m.def("masks_from_map", &from_map<uint16_t>, "values"_a.noconvert(), "most"_a);
  m.def("masks_from_map", &from_map<uint32_t>, "values"_a.noconvert(), "most"_a);
  m.def("to_polygons", [](nb::bytes counts, int64_t height, int64_t width) { return outlines(one(counts, height, width)); },
        "counts"_a, "height"_a, "width"_a);
}
}  // namespace boxscore
