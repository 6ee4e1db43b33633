// A pointer and a length. Indexing is checked only in BOXSCORE_CHECKED builds.
#pragma once
#include <cstddef>
#include <stdexcept>
#include <vector>
namespace boxscore {
template <class T> class Slice {
  T* data_ = nullptr;
  size_t size_ = 0;
public:
  Slice() = default;
  Slice(T* data, size_t size) : data_(data), size_(size) {}
  template <class U> Slice(std::vector<U>& v) : data_(v.data()), size_(v.size()) {}
  template <class U> Slice(const std::vector<U>& v) : data_(v.data()), size_(v.size()) {}
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() const { return data_; }
  T& operator[](size_t i) const {
#ifdef BOXSCORE_CHECKED
    if (i >= size_) throw std::out_of_range("boxscore: index outside its array");
#endif
    return data_[i];
  }
};
}  // namespace boxscore
