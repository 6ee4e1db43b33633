#include "label_maps.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace boxscore {
namespace {
constexpr int64_t kStrip = 64;  // columns turned at a time: a line of cache and more of each row
constexpr uint32_t kDense = 1u << 16;

// The place of each value among those met.
class Places {
 public:
  Places() : dense_(kDense, -1) {}
  int32_t& of(uint32_t value) { return value < kDense ? dense_[value] : sparse_.try_emplace(value, -1).first->second; }

 private:
  std::vector<int32_t> dense_;
  std::unordered_map<uint32_t, int32_t> sparse_;
};

LabelMasks sorted(LabelMasks&& met) {
  std::vector<size_t> order(met.values.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return met.values[a] < met.values[b]; });
  LabelMasks out;
  for (size_t k : order) {
    out.values.push_back(met.values[k]);
    out.masks.push_back(std::move(met.masks[k]));
  }
  return out;
}
}  // namespace

template <class Value> LabelMasks masks_of_map(const Value* map, int64_t height, int64_t width, size_t most) {
  LabelMasks met;
  Places places;
  std::vector<Value> strip(size_t(height * std::min(kStrip, width)));
  uint32_t at = 0;
  Runs* open = nullptr;
  Value current{};
  for (int64_t left = 0; left < width; left += kStrip) {
    const int64_t columns = std::min(kStrip, width - left);
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < columns; ++x) strip[size_t(x * height + y)] = map[y * width + left + x];
    for (size_t k = 0; k < size_t(columns * height); ++k, ++at) {
      const Value value = strip[k];
      if (open && value == current) continue;
      if (open) open->edges.push_back(at);
      int32_t& place = places.of(uint32_t(value));
      if (place < 0) {
        if (met.values.size() == most) return {{}, {}, false};
        place = int32_t(met.values.size());
        met.values.push_back(uint32_t(value));
        met.masks.push_back(Runs{{}, uint32_t(height), uint32_t(width)});
      }
      open = &met.masks[size_t(place)];
      open->edges.push_back(at);
      current = value;
    }
  }
  if (open) open->edges.push_back(at);
  return sorted(std::move(met));
}

template LabelMasks masks_of_map(const uint8_t*, int64_t, int64_t, size_t);
template LabelMasks masks_of_map(const uint16_t*, int64_t, int64_t, size_t);
template LabelMasks masks_of_map(const uint32_t*, int64_t, int64_t, size_t);
}  // namespace boxscore
