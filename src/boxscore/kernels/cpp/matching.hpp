// COCO matching: greedy by falling confidence within each (image, class), all lanes at once.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "boxes.hpp"
#include "protocol.hpp"
#include "slice.hpp"

namespace boxscore {
struct Truth {  // image and class are dense indexes
  Slice<const int32_t> image, klass;
  Slice<const Box> box;
  Slice<const double> area;
  Slice<const uint8_t> crowd;      // never counted, matched repeatedly
  Slice<const uint8_t> ignored{};  // never counted, matched once; empty: none
};
struct Predictions {
  Slice<const int32_t> image, klass;
  Slice<const Box> box;
  Slice<const double> area;  // empty: width * height
  Slice<const double> confidence;
  Slice<const uint8_t> excused{};  // not wrong when unmatched; empty: none
};
// One annotation in (class, image, confidence) order.
struct Row {
  double confidence;
  uint32_t index, image;
};
struct MatchTable {
  std::vector<Row> rows;                // sorted predictions; equal confidences keep their order
  std::vector<int64_t> class_start;     // C + 1 offsets into rows
  std::vector<uint64_t> matched, ignored;  // lanes, per row
  std::vector<int32_t> rank;            // place within its (image, class) group
  std::vector<uint8_t> in_area;         // bit a: unmatched, the prediction is wrong in area range a
  std::vector<int64_t> positives;       // C x A ground truths that count
};
// Another overlap than that of boxes. One instance serves one thread and may keep scratch space.
class Overlap {
 public:
  virtual ~Overlap() = default;
  // out[p * truths + g] for one group
  virtual void fill(Slice<const Row> found, Slice<const Row> truths, std::vector<double>& out) = 0;
};
class OverlapMaker {
 public:
  virtual ~OverlapMaker() = default;
  virtual std::unique_ptr<Overlap> make() const = 0;
};
MatchTable match(const Truth&, const Predictions&, size_t images, size_t classes, const Protocol&,
                 int threads, const OverlapMaker* overlap = nullptr);

// Annotations grouped by (class, image) by a stable counting sort.
struct Grouped {
  std::vector<Row> rows;
  std::vector<int64_t> start;  // C + 1
};
Grouped group(Slice<const int32_t> image, Slice<const int32_t> klass, Slice<const double> confidence,
              size_t images, size_t classes);
// Rows [lo, hi) of one group by falling confidence; stable.
void sort_by_confidence(Slice<Row> rows, size_t lo, size_t hi);
}  // namespace boxscore
