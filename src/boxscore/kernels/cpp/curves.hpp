// Precision and recall curves of all classes, and COCO's twelve numbers.
#pragma once
#include <memory>

#include "matching.hpp"

namespace boxscore {
// A fixed-size array that is not cleared first: accumulate() writes every cell.
class DoubleArray {
 public:
  DoubleArray() = default;
  explicit DoubleArray(size_t n) : data_(new double[n]), size_(n) {}
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  double* data() const { return data_.get(); }

 private:
  std::unique_ptr<double[]> data_;
  size_t size_ = 0;
};
// Class-major, so that each class writes one block: [C][A][M][T][R] and [C][A][M][T]. Python sees
// pycocotools' axis order through strides. -1 where a class has no ground truth, as there.
struct Curves {
  size_t classes, areas, limits, thresholds, points;
  DoubleArray precision, scores, recall;
};
struct Wanted {
  bool scores = true, every_limit = true;  // every_limit = false: precision at the last max_dets only
};
Curves accumulate(const MatchTable&, const Protocol&, int threads, Wanted);
// Curves of further classes behind those of the first ones; all of one protocol.
Curves join(const std::vector<const Curves*>& parts);
// Means of what is defined; NaN when nothing is. Precision at the last of max_dets.
double average_precision(const Curves&, size_t area, const std::vector<size_t>& thresholds,
                         const std::vector<size_t>& classes);
double average_recall(const Curves&, size_t area, size_t limit, const std::vector<size_t>& thresholds);
// COCO's twelve. NaN is undefined.
std::array<double, 12> summarize(const Curves&, const Protocol&);
}  // namespace boxscore
