#include "mask_overlap.hpp"

namespace boxscore {
namespace {
struct Decoded {
  Runs runs;
  Box box;
  uint64_t area;
};

// Masks are decoded when their group is reached; the scratch space is reused by the next group.
class MaskOverlap : public Overlap {
 public:
  MaskOverlap(const MaskColumn& truth, const MaskColumn& found, Slice<const uint8_t> crowd)
      : truth_(truth), found_(found), crowd_(crowd) {}

  void fill(Slice<const Row> found, Slice<const Row> truths, std::vector<double>& out) override {
    decode(truth_, truths, truths_);
    decode(found_, found, founds_);
    out.assign(found.size() * truths.size(), 0);
    for (size_t p = 0; p < found.size(); ++p)
      for (size_t g = 0; g < truths.size(); ++g) {
        const Decoded &a = founds_[p], &b = truths_[g];
        if (!(box_iou(a.box, b.box, false) > 0)) continue;  // most pairs are apart
        out[p * truths.size() + g] = run_iou(a.runs, a.area, b.runs, b.area, crowd_[truths[g].index] != 0);
      }
  }

 private:
  static void decode(const MaskColumn& column, Slice<const Row> rows, std::vector<Decoded>& out) {
    if (out.size() < rows.size()) out.resize(rows.size());
    for (size_t k = 0; k < rows.size(); ++k) {
      decode_runs(column, rows[k].index, out[k].runs);
      out[k].box = out[k].runs.box();
      out[k].area = out[k].runs.area();
    }
  }

  const MaskColumn truth_, found_;
  const Slice<const uint8_t> crowd_;
  std::vector<Decoded> truths_, founds_;
};

class MaskOverlapMaker : public OverlapMaker {
 public:
  MaskOverlapMaker(MaskColumn truth, MaskColumn found, Slice<const uint8_t> crowd)
      : truth_(truth), found_(found), crowd_(crowd) {}
  std::unique_ptr<Overlap> make() const override { return std::make_unique<MaskOverlap>(truth_, found_, crowd_); }

 private:
  const MaskColumn truth_, found_;
  const Slice<const uint8_t> crowd_;
};
}  // namespace

std::unique_ptr<OverlapMaker> mask_overlap(MaskColumn truth, MaskColumn found, Slice<const uint8_t> crowd) {
  return std::make_unique<MaskOverlapMaker>(truth, found, crowd);
}
}  // namespace boxscore
