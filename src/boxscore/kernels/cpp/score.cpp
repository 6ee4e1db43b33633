#include "score.hpp"

#include <stdexcept>

#include "coco_files.hpp"
#include "curves.hpp"
#include "mask_text.hpp"

namespace boxscore {
namespace {
bool wants_masks(const std::string& task, const Text& results) {
  if (task != "auto" && task != "bbox" && task != "segm") throw std::invalid_argument("task is auto, bbox or segm");
  return task == "auto" ? first_has_mask(results) : task == "segm";
}

MatchTable match_files(const CocoFiles& files, const Text& truth, const Text& results, bool by_mask, const Protocol& protocol,
                       int threads) {
  const CocoTruth& t = files.truth;
  const CocoResults& r = files.results;
  MaskOverlaps masks;
  if (by_mask) {
    masks = overlaps_from_text({truth, t.image, t.klass, t.mask}, {results, r.image, r.klass, r.mask},
                               {t.crowd, t.height, t.width, protocol.iou[0]}, threads);
    need(masks.status == MaskStatus::fine);
  }
  const Slice<const double> area = r.boxed ? Slice<const double>() : Slice<const double>(masks.area);
  return match({t.image, t.klass, t.box, t.area, t.crowd}, {r.image, r.klass, r.box, area, r.confidence}, t.images, t.classes,
               protocol, threads, masks.maker.get());
}
}  // namespace

Score score_texts(const Text& truth, const Text& results, const std::string& task, int threads, Progress* progress) {
  const bool by_mask = wants_masks(task, results);
  if (progress) progress->total = (truth.size() + results.size()) * (by_mask ? 2 : 1);  // masks are read in a second pass
  Score out;
  out.task = by_mask ? "segm" : "bbox";
  const Protocol protocol = Protocol::coco();
  try {
    const CocoFiles files = read_coco(truth, results, by_mask, threads);
    const MatchTable table = match_files(files, truth, results, by_mask, protocol, threads);
    out.stats = summarize(accumulate(table, protocol, threads, {false, false}), protocol);
    out.images = files.truth.images;
    out.ground_truth = files.truth.image.size();
    out.predictions = files.results.image.size();
  } catch (const NeedsCare&) {
    out.odd = 1;
  }
  return out;
}

FileMatches match_texts(const Text& truth, const Text& results, const std::string& task, int threads) {
  const bool by_mask = wants_masks(task, results);
  FileMatches out;
  out.task = by_mask ? "segm" : "bbox";
  const Protocol protocol = Protocol::coco();
  const uint64_t all_areas = (1ull << protocol.iou.size()) - 1;  // the lanes of the first area range
  try {
    const CocoFiles files = read_coco(truth, results, by_mask, threads);
    const MatchTable table = match_files(files, truth, results, by_mask, protocol, threads);
    out.matched.resize(table.rows.size());
    out.ignored.resize(table.rows.size());
    out.rank.resize(table.rows.size());
    for (size_t j = 0; j < table.rows.size(); ++j) {
      const uint32_t i = table.rows[j].index;
      out.matched[i] = uint16_t(table.matched[j] & all_areas);
      out.ignored[i] = uint16_t(table.ignored[j] & all_areas);
      out.rank[i] = table.rank[j];
    }
  } catch (const NeedsCare&) {
    out.odd = 1;
  }
  return out;
}
}  // namespace boxscore
