#include "score.hpp"

#include <stdexcept>

#include "coco_files.hpp"
#include "curves.hpp"
#include "mask_text.hpp"

namespace boxscore {
namespace {
void score(Score& out, const CocoFiles& files, const Text& truth, const Text& results, int threads) {
  const CocoTruth& t = files.truth;
  const CocoResults& r = files.results;
  const Protocol protocol = Protocol::coco();
  MaskOverlaps masks;
  if (out.task == "segm") {
    masks = overlaps_from_text({truth, t.image, t.klass, t.mask}, {results, r.image, r.klass, r.mask},
                               {t.crowd, t.height, t.width, protocol.iou[0]}, threads);
    need(masks.status == MaskStatus::fine);
  }
  const Slice<const double> area = r.boxed ? Slice<const double>() : Slice<const double>(masks.area);
  const MatchTable table = match({t.image, t.klass, t.box, t.area, t.crowd}, {r.image, r.klass, r.box, area, r.confidence},
                                 t.images, t.classes, protocol, threads, masks.maker.get());
  out.stats = summarize(accumulate(table, protocol, threads, {false, false}), protocol);
  out.images = t.images;
  out.ground_truth = t.image.size();
  out.predictions = r.image.size();
}
}  // namespace

Score score_texts(const Text& truth, const Text& results, const std::string& task, int threads, Progress* progress) {
  if (task != "auto" && task != "bbox" && task != "segm") throw std::invalid_argument("task is auto, bbox or segm");
  const bool masks = task == "auto" ? first_has_mask(results) : task == "segm";
  if (progress) progress->total = (truth.size() + results.size()) * (masks ? 2 : 1);  // masks are read in a second pass
  Score out;
  out.task = masks ? "segm" : "bbox";
  try {
    score(out, read_coco(truth, results, masks, threads), truth, results, threads);
  } catch (const NeedsCare&) {
    out.odd = 1;
  }
  return out;
}
}  // namespace boxscore
