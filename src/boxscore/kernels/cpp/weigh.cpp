// Sums of weighted rows for many replicates, eight at a time.
#include <atomic>
#include <stdexcept>

#include "parallel.hpp"
#include "resample.hpp"

namespace boxscore {
namespace {
constexpr size_t kBatch = 8;
}

void weigh(Slice<const uint16_t> weights, size_t n, size_t images, Slice<const int32_t> image,
           Slice<const int32_t> cell, Slice<const double> amount, size_t cells, Slice<double> out, int threads) {
  for (size_t i = 0; i < image.size(); ++i)
    if (uint32_t(image[i]) >= images || uint32_t(cell[i]) >= cells)
      throw std::invalid_argument("an image or cell index is out of range");
  if (weights.size() != n * images || out.size() != n * cells)
    throw std::invalid_argument("the results do not fit the weights");
  const size_t batches = (n + kBatch - 1) / kBatch;
  parallel_for(batches, resolve_threads(threads), [&](size_t k) {
    const size_t first = k * kBatch, count = std::min(kBatch, n - first);
    std::vector<double> weight(images * kBatch), sum(cells * kBatch);
    for (size_t b = 0; b < count; ++b)
      for (size_t i = 0; i < images; ++i) weight[i * kBatch + b] = weights[(first + b) * images + i];
    for (size_t i = 0; i < image.size(); ++i) {
      const double *w = &weight[size_t(image[i]) * kBatch], x = amount.empty() ? 1 : amount[i];
      double* to = &sum[size_t(cell[i]) * kBatch];
      for (size_t b = 0; b < kBatch; ++b) to[b] += w[b] * x;
    }
    for (size_t b = 0; b < count; ++b)
      for (size_t c = 0; c < cells; ++c) out[(first + b) * cells + c] = sum[c * kBatch + b];
  });
}
}  // namespace boxscore
