// Ids of a file to dense indexes in ascending order.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace boxscore {
// A table when ids lie close together, else binary search.
class IdIndex {
 public:
  explicit IdIndex(std::vector<int64_t> ids) : sorted_(std::move(ids)) {
    std::sort(sorted_.begin(), sorted_.end());
    distinct_ = std::adjacent_find(sorted_.begin(), sorted_.end()) == sorted_.end();
    if (sorted_.empty()) return;
    low_ = sorted_.front();
    const uint64_t range = uint64_t(sorted_.back()) - uint64_t(low_);
    if (range > 8 * sorted_.size() + 4096) return;
    table_.assign(range + 1, -1);
    for (size_t i = 0; i < sorted_.size(); ++i) table_[size_t(sorted_[i] - low_)] = int32_t(i);
  }
  // -1 for an unknown id.
  int32_t operator[](int64_t id) const {
    if (!table_.empty()) {
      const uint64_t k = uint64_t(id) - uint64_t(low_);
      return k < table_.size() ? table_[k] : -1;
    }
    const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), id);
    return at != sorted_.end() && *at == id ? int32_t(at - sorted_.begin()) : -1;
  }
  size_t size() const { return sorted_.size(); }
  bool distinct() const { return distinct_; }

 private:
  std::vector<int64_t> sorted_;
  std::vector<int32_t> table_;
  int64_t low_ = 0;
  bool distinct_ = true;
};
}  // namespace boxscore
