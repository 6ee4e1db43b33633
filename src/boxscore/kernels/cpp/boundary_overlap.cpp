#include "boundary.hpp"
#include "overlaps.hpp"

namespace boxscore {
namespace {
struct Outlined {
  Runs runs, boundary;
  Box box;
  uint64_t area, boundary_area;
};

class BoundaryOverlap : public Overlap {
 public:
  BoundaryOverlap(const MaskColumn& truth, const MaskColumn& found, Slice<const uint8_t> crowd, double ratio)
      : truth_(truth), found_(found), crowd_(crowd), ratio_(ratio) {}

  void fill(Slice<const Row> found, Slice<const Row> truths, std::vector<double>& out) override {
    prepare(truth_, truths, truths_);
    prepare(found_, found, founds_);
    out.assign(found.size() * truths.size(), 0);
    for (size_t p = 0; p < found.size(); ++p)
      for (size_t g = 0; g < truths.size(); ++g) {
        const Outlined &a = founds_[p], &b = truths_[g];
        if (!(box_iou(a.box, b.box, false) > 0)) continue;
        const bool crowd = crowd_[truths[g].index] != 0;
        out[p * truths.size() + g] = std::min(run_iou(a.runs, a.area, b.runs, b.area, crowd),
                                              run_iou(a.boundary, a.boundary_area, b.boundary, b.boundary_area, crowd));
      }
  }

 private:
  void prepare(const MaskColumn& column, Slice<const Row> rows, std::vector<Outlined>& out) {
    if (out.size() < rows.size()) out.resize(rows.size());
    for (size_t k = 0; k < rows.size(); ++k) {
      Outlined& o = out[k];
      decode_runs(column, rows[k].index, o.runs);
      o.box = o.runs.box();
      o.area = o.runs.area();
      boundary_of(o.runs, boundary_width(o.runs.height, o.runs.width, ratio_), o.boundary, spare_);
      o.boundary_area = o.boundary.area();
    }
  }

  const MaskColumn truth_, found_;
  const Slice<const uint8_t> crowd_;
  const double ratio_;
  std::vector<Outlined> truths_, founds_;
  std::vector<uint32_t> spare_;
};

class BoundaryOverlapMaker : public OverlapMaker {
 public:
  BoundaryOverlapMaker(MaskColumn truth, MaskColumn found, Slice<const uint8_t> crowd, double ratio)
      : truth_(truth), found_(found), crowd_(crowd), ratio_(ratio) {}
  std::unique_ptr<Overlap> make() const override {
    return std::make_unique<BoundaryOverlap>(truth_, found_, crowd_, ratio_);
  }

 private:
  const MaskColumn truth_, found_;
  const Slice<const uint8_t> crowd_;
  const double ratio_;
};
}  // namespace

std::unique_ptr<OverlapMaker> boundary_overlap(MaskColumn truth, MaskColumn found, Slice<const uint8_t> crowd,
                                               double ratio) {
  return std::make_unique<BoundaryOverlapMaker>(truth, found, crowd, ratio);
}
}  // namespace boxscore
