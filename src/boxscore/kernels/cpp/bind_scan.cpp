// Python bindings of the JSON scanner.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <optional>

#include "mapped_file.hpp"
#include "records.hpp"
#include "score.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace boxscore {
namespace {
using FieldSpec = std::vector<std::tuple<std::string, std::string, bool>>;

Fields fields_of(const FieldSpec& spec) {
  Fields fields;
  for (const auto& [key, kind, required] : spec) fields.push_back({key, field_kind(kind), required});
  return fields;
}
// A NumPy array that owns a vector of T, seen as rows of `columns` numbers U.
template <class U, class T> nb::object owned(std::vector<T>&& values, size_t columns = 0) {
  auto* kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  const size_t numbers = kept->size() * sizeof(T) / sizeof(U);
  const size_t shape[] = {columns ? numbers / columns : numbers, columns};
  return nb::cast(nb::ndarray<nb::numpy, U>(reinterpret_cast<U*>(kept->data()), columns ? 2 : 1, shape, owner));
}
std::vector<int64_t> offsets(const std::vector<int64_t>& ends) {
  std::vector<int64_t> out{0};
  out.insert(out.end(), ends.begin(), ends.end());
  return out;
}

// The records of one list; each column is handed over once and remembered as an array.
struct PyRecords {
  std::unique_ptr<Fields> fields;
  Records records;
  nb::dict arrays;

  size_t field(const std::string& key) const {
    for (size_t k = 0; k < fields->size(); ++k)
      if ((*fields)[k].key == key) return k;
    throw nb::key_error(key.c_str());
  }
  nb::object column(const std::string& key) {
    if (arrays.contains(key.c_str())) return arrays[key.c_str()];
    Column& c = records.columns[field(key)];
    nb::object out;
    switch ((*fields)[field(key)].kind) {
      case FieldKind::integer:
      case FieldKind::id: out = owned<int64_t>(std::move(c.integers)); break;
      case FieldKind::number: out = owned<double>(std::move(c.numbers)); break;
      case FieldKind::box: out = owned<double>(std::move(c.boxes), 4); break;
      case FieldKind::flag: out = owned<uint8_t>(std::move(c.flags)); break;
      case FieldKind::span: out = owned<int64_t>(std::move(c.spans), 3); break;
      default: throw std::invalid_argument("this field has its own accessor: " + key);
    }
    arrays[key.c_str()] = out;
    return out;
  }
  nb::object present(const std::string& key) {
    const std::string name = key + " is present";
    const size_t k = field(key);
    if (!arrays.contains(name.c_str()))
      arrays[name.c_str()] = owned<uint8_t>((*fields)[k].required ? std::vector<uint8_t>(records.count, 1)
                                                                  : std::move(records.columns[k].present));
    return arrays[name.c_str()];
  }
  nb::list texts(const std::string& key) const {
    const size_t k = field(key);
    const Column& c = records.columns[k];
    nb::list out;
    if ((*fields)[k].kind == FieldKind::id) {
      for (const std::string& t : c.interned.texts) out.append(nb::str(t.data(), t.size()));
    } else {
      int64_t from = 0;
      for (int64_t to : c.integers) {
        out.append(nb::str(c.texts.data() + from, size_t(to - from)));
        from = to;
      }
    }
    return out;
  }
  nb::object index() const {
    std::vector<int64_t> out = records.ordinal;
    if (records.odd.empty())
      for (size_t i = 0; i < records.count; ++i) out.push_back(int64_t(i));
    return owned<int64_t>(std::move(out));
  }
  nb::object odd() const { return owned<int64_t>(std::vector<OddSpan>(records.odd), 3); }
  SegmentationColumn segmentation() {
    for (size_t k = 0; k < fields->size(); ++k)
      if ((*fields)[k].kind == FieldKind::segmentation) return std::move(records.columns[k].segmentation);
    throw std::invalid_argument("no field of these records is a segmentation");
  }
};

// A source: a file by its path, or a bytes object.
struct Source {
  std::optional<MappedFile> file;
  Text text;
  explicit Source(nb::handle source) {
    if (nb::isinstance<nb::bytes>(source)) {
      const auto bytes = nb::cast<nb::bytes>(source);
      text = Text(bytes.c_str(), bytes.c_str() + bytes.size());
    } else {
      file.emplace(nb::cast<std::string>(source));
      text = Text(*file);
    }
  }
};

PyRecords list_records(nb::handle source, const FieldSpec& spec, int threads) {
  PyRecords out{std::make_unique<Fields>(fields_of(spec)), {}, {}};
  const Source bytes(source);
  nb::gil_scoped_release free;
  out.records = scan_list(bytes.text, *out.fields, threads);
  return out;
}

// A list that Python reads window by window.
struct PyListScan {
  Source source;
  Fields fields;
  ListScan scan;
  PyListScan(nb::handle from, const FieldSpec& spec, int threads)
      : source(from), fields(fields_of(spec)), scan(source.text, fields, threads) {}
  std::optional<PyRecords> next(size_t bytes) {
    PyRecords out{std::make_unique<Fields>(fields), {}, {}};
    {
      nb::gil_scoped_release free;
      std::optional<Records> found = scan.next(bytes);
      if (!found) return std::nullopt;
      out.records = std::move(*found);
    }
    out.records.fields = out.fields.get();
    return out;
  }
};

nb::dict member_records(nb::handle source, nb::dict specs) {
  std::vector<Member> members;
  for (auto [key, spec] : specs) {
    members.emplace_back();
    members.back().key = nb::cast<std::string>(key);
    members.back().fields = fields_of(nb::cast<FieldSpec>(spec));
  }
  const Source bytes(source);
  {
    nb::gil_scoped_release free;
    scan_members(bytes.text, members);
  }
  nb::dict out;
  for (Member& m : members) {
    if (!m.found) { out[m.key.c_str()] = nb::none(); continue; }
    PyRecords records{std::make_unique<Fields>(std::move(m.fields)), std::move(m.records), {}};
    records.records.fields = records.fields.get();
    out[m.key.c_str()] = nb::cast(std::move(records));
  }
  return out;
}

Score score_sources(nb::handle truth, nb::handle results, const std::string& task, int threads, Progress* progress) {
  Source a(truth), b(results);
  if (progress) a.text.read = b.text.read = &progress->done;
  nb::gil_scoped_release free;
  return score_texts(a.text, b.text, task, threads, progress);
}

// A memoryview that owns a vector: what needs no NumPy does not import it.
template <class T> nb::object viewed(std::vector<T>&& values) {
  auto* kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  const size_t shape[] = {kept->size()};
  return nb::cast(nb::ndarray<nb::memview, T>(kept->data(), 1, shape, owner));
}

nb::object match_sources(nb::handle truth, nb::handle results, const std::string& task, int threads) {
  const Source a(truth), b(results);
  FileMatches found;
  {
    nb::gil_scoped_release free;
    found = match_texts(a.text, b.text, task, threads);
  }
  if (found.odd) return nb::none();
  return nb::make_tuple(found.task, viewed(std::move(found.matched)), viewed(std::move(found.ignored)),
                        viewed(std::move(found.rank)));
}

void bind_segmentation(nb::module_& m) {
  using S = SegmentationColumn;
  nb::class_<S>(m, "SegmentationColumn")
      .def_prop_ro("kind", [](const S& s) { return owned<uint8_t>(std::vector<uint8_t>(s.kind)); })
      .def_prop_ro("size", [](const S& s) { return owned<int64_t>(std::vector<int64_t>(s.size), 2); })
      .def_prop_ro("coordinates", [](S& s) { return owned<double>(std::vector<double>(s.coordinates)); })
      .def_prop_ro("part_offsets", [](const S& s) { return owned<int64_t>(offsets(s.part_ends)); })
      .def_prop_ro("object_offsets", [](const S& s) { return owned<int64_t>(offsets(s.object_ends)); })
      .def_prop_ro("compressed", [](const S& s) { return owned<uint8_t>(std::vector<uint8_t>(s.compressed)); })
      .def_prop_ro("compressed_offsets", [](const S& s) { return owned<int64_t>(offsets(s.compressed_ends)); })
      .def_prop_ro("counts", [](const S& s) { return owned<int64_t>(std::vector<int64_t>(s.counts)); })
      .def_prop_ro("counts_offsets", [](const S& s) { return owned<int64_t>(offsets(s.counts_ends)); });
}

void bind_errors(nb::module_& m) {
  static PyObject* scan_error = nullptr;
  const std::string name = nb::cast<std::string>(m.attr("__name__")) + ".ScanError";
  scan_error = PyErr_NewException(name.c_str(), PyExc_ValueError, nullptr);
  m.attr("ScanError") = nb::borrow(scan_error);
  nb::register_exception_translator([](const std::exception_ptr& p, void*) {
    try {
      std::rethrow_exception(p);
    } catch (const ScanError& bad) {
      nb::object error = nb::borrow(scan_error)(nb::str((std::string(bad.what()) + " at byte " + std::to_string(bad.offset)).c_str()));
      error.attr("offset") = bad.offset;
      error.attr("code") = bad.code;
      const std::string problem = bad.what();
      error.attr("problem") = nb::steal(PyUnicode_DecodeUTF8(problem.data(), Py_ssize_t(problem.size()), "replace"));
      PyErr_SetObject(scan_error, error.ptr());
    } catch (const std::system_error& bad) {
      PyErr_SetObject(PyExc_OSError, nb::make_tuple(bad.code().value(), bad.what()).ptr());
    }
  });
}
}  // namespace

void bind_scan(nb::module_& m) {
  bind_errors(m);
  bind_segmentation(m);
  nb::class_<PyRecords>(m, "Records")
      .def_prop_ro("count", [](const PyRecords& r) { return r.records.count; })
      .def_prop_ro("index", &PyRecords::index)
      .def_prop_ro("odd", &PyRecords::odd)
      .def("column", &PyRecords::column, "key"_a)
      .def("present", &PyRecords::present, "key"_a)
      .def("texts", &PyRecords::texts, "key"_a)
      .def("is_text", [](const PyRecords& r, const std::string& key) { return r.records.columns[r.field(key)].is_text; }, "key"_a)
      .def("segmentation", &PyRecords::segmentation);
  m.def("scan_list", &list_records, "source"_a, "fields"_a, "threads"_a = 0);
  nb::class_<PyListScan>(m, "ListScan")
      .def(nb::init<nb::handle, const FieldSpec&, int>(), "source"_a, "fields"_a, "threads"_a = 0, nb::keep_alive<1, 2>())
      .def("next", [](PyListScan& self, size_t bytes) -> nb::object {
        std::optional<PyRecords> found = self.next(bytes);
        return found ? nb::cast(std::move(*found)) : nb::none();
      }, "size"_a);
  m.def("scan_members", &member_records, "source"_a, "members"_a);
  nb::class_<Score>(m, "ScoreResult")
      .def_ro("task", &Score::task)
      .def_ro("stats", &Score::stats)
      .def_ro("images", &Score::images)
      .def_ro("ground_truth", &Score::ground_truth)
      .def_ro("predictions", &Score::predictions)
      .def_ro("odd", &Score::odd);
  nb::class_<Progress>(m, "Progress")
      .def(nb::init<>())
      .def_prop_ro("done", [](const Progress& p) { return p.done.load(); })
      .def_prop_ro("total", [](const Progress& p) { return p.total.load(); });
  m.def("score_files", &score_sources, "truth"_a, "results"_a, "task"_a = "auto", "threads"_a = 0,
        "progress"_a.none() = nb::none());
  m.def("match_files", &match_sources, "truth"_a, "results"_a, "task"_a = "auto", "threads"_a = 0);
}
}  // namespace boxscore
