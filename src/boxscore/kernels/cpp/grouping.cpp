// Annotations into groups of one class and image, and the order within a group.
#include <algorithm>
#include <stdexcept>

#include "matching.hpp"

namespace boxscore {
namespace {
// Positions in order of image; empty when they are in that order already.
std::vector<uint32_t> image_order(Slice<const int32_t> image, size_t images) {
  std::vector<uint32_t> at(images + 1), order(image.size());
  for (size_t i = 0; i < image.size(); ++i) ++at[size_t(image[i]) + 1];
  for (size_t k = 0; k < images; ++k) at[k + 1] += at[k];
  for (size_t i = 0; i < image.size(); ++i) order[at[size_t(image[i])]++] = uint32_t(i);
  return order;
}
}  // namespace

Grouped group(Slice<const int32_t> image, Slice<const int32_t> klass, Slice<const double> confidence,
              size_t images, size_t classes) {
  const size_t n = image.size();
  if (n > UINT32_MAX) throw std::invalid_argument("more than 2^32 annotations");
  Grouped out{std::vector<Row>(n), std::vector<int64_t>(classes + 1)};
  bool by_image = true;
  for (size_t i = 0; i < n; ++i) {
    if (uint32_t(image[i]) >= images || uint32_t(klass[i]) >= classes)
      throw std::invalid_argument("an image or class index is out of range");
    by_image &= i == 0 || image[i - 1] <= image[i];
    ++out.start[size_t(klass[i]) + 1];
  }
  for (size_t c = 0; c < classes; ++c) out.start[c + 1] += out.start[c];
  const std::vector<uint32_t> order = by_image ? std::vector<uint32_t>() : image_order(image, images);
  std::vector<int64_t> at(out.start);
  for (size_t j = 0; j < n; ++j) {
    const size_t i = by_image ? j : order[j];
    out.rows[size_t(at[size_t(klass[i])]++)] = {confidence.empty() ? 0 : confidence[i], uint32_t(i),
                                                uint32_t(image[i])};
  }
  return out;
}

void sort_by_confidence(Slice<Row> rows, size_t lo, size_t hi) {
  if (hi - lo > 40) {
    std::stable_sort(&rows[lo], &rows[lo] + (hi - lo),
                     [](const Row& a, const Row& b) { return a.confidence > b.confidence; });
    return;
  }
  for (size_t i = lo + 1; i < hi; ++i) {  // insertion sort: groups are small, and it is stable
    const Row row = rows[i];
    size_t j = i;
    for (; j > lo && rows[j - 1].confidence < row.confidence; --j) rows[j] = rows[j - 1];
    rows[j] = row;
  }
}
}  // namespace boxscore
