// NumPy arrays in and out of the bindings.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <optional>
#include <string>
#include <vector>

#include "slice.hpp"

namespace boxscore {
template <class T>
using Array = nanobind::ndarray<const T, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;

template <class T> Slice<const T> whole(const Array<T>& a) { return {a.data(), a.size()}; }

template <class T> Slice<const T> slice(const Array<T>& a, size_t n, const char* name) {
  if (a.size() != n)
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(a.size()) + " values for " +
                                std::to_string(n) + " rows");
  return {a.data(), n};
}
template <class T> Slice<const T> slice(const std::optional<Array<T>>& a, size_t n, const char* name) {
  return a ? slice(*a, n, name) : Slice<const T>();
}

// A NumPy array that owns a vector, row by row when it has columns.
template <class T> nanobind::object owned(std::vector<T>&& values) {
  auto* kept = new std::vector<T>(std::move(values));
  nanobind::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nanobind::cast(nanobind::ndarray<nanobind::numpy, T>(kept->data(), {kept->size()}, owner));
}
template <class T> nanobind::object owned(std::vector<T>&& values, std::initializer_list<size_t> shape) {
  auto* kept = new std::vector<T>(std::move(values));
  nanobind::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nanobind::cast(nanobind::ndarray<nanobind::numpy, T>(kept->data(), shape, owner));
}
}  // namespace boxscore
