// A COCO ground truth and a results file as dense columns; whatever is not regular is declined.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "boxes.hpp"
#include "mapped_file.hpp"
#include "records.hpp"

namespace boxscore {
struct NeedsCare {};  // the files ask for the careful reader, which looks at every record

inline void need(bool fine) { if (!fine) throw NeedsCare(); }

using Span = std::array<int64_t, 2>;  // begin and end in the text

struct CocoTruth {
  size_t images = 0, classes = 0;
  std::vector<int32_t> height, width;  // of the images; only for masks
  std::vector<int32_t> image, klass;
  std::vector<Box> box;
  std::vector<double> area;
  std::vector<uint8_t> crowd;
  std::vector<Span> mask;  // only for masks
};
struct CocoResults {
  std::vector<int32_t> image, klass;
  bool boxed = true;  // false: no result has a box, which only masks can do without, and all are zeros
  std::vector<Box> box;
  std::vector<double> confidence;
  std::vector<Span> mask;
};
struct CocoFiles {
  CocoTruth truth;
  CocoResults results;
};
// Throws ScanError where a text is not JSON.
CocoFiles read_coco(const Text& truth, const Text& results, bool masks, int threads);
// Whether the first result has a segmentation: pycocotools' loadRes looks at the first one too.
bool first_has_mask(const Text& results);
}  // namespace boxscore
