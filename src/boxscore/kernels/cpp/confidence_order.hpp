// Stable order by falling confidence, by radix.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace boxscore {
struct ConfidenceKey {
  uint64_t key;
  uint32_t row;
  uint16_t rank;
  uint8_t in_area, matched;
};

// Ascending integer order is descending confidence; -0.0 and 0.0 are equal.
inline uint64_t descending_key(double confidence) {
  const double v = -confidence + 0.0;
  uint64_t u;
  std::memcpy(&u, &v, 8);
  return u >> 63 ? ~u : u | 1ull << 63;
}

// Radix on the top 33 bits, then repair of the few runs that still differ below.
inline void sort_keys(std::vector<ConfidenceKey>& keys, std::vector<ConfidenceKey>& spare) {
  const auto less = [](const ConfidenceKey& a, const ConfidenceKey& b) { return a.key < b.key; };
  const size_t n = keys.size();
  if (n < 400) {
    std::stable_sort(keys.begin(), keys.end(), less);
    return;
  }
  spare.resize(n);
  for (unsigned shift : {31u, 42u, 53u}) {
    uint32_t count[2049] = {};
    for (const auto& k : keys) ++count[(k.key >> shift & 2047) + 1];
    if (count[(keys[0].key >> shift & 2047) + 1] == n) continue;
    for (int i = 0; i < 2048; ++i) count[i + 1] += count[i];
    for (const auto& k : keys) spare[count[k.key >> shift & 2047]++] = k;
    keys.swap(spare);
  }
  for (size_t lo = 0; lo < n;) {
    size_t hi = lo + 1;
    bool sorted = true;
    for (; hi < n && keys[hi].key >> 31 == keys[lo].key >> 31; ++hi) sorted &= keys[hi - 1].key <= keys[hi].key;
    if (!sorted) std::stable_sort(keys.begin() + long(lo), keys.begin() + long(hi), less);
    lo = hi;
  }
}
}  // namespace boxscore
