// Object keypoint similarity, in pycocotools' order of operations (COCOeval.computeOks).
#include <cmath>

#include "overlaps.hpp"
#include "pairwise_sum.hpp"

namespace boxscore {
namespace {
class KeypointOverlap : public Overlap {
 public:
  KeypointOverlap(const KeypointTruth& truth, Slice<const double> found, Slice<const double> sigmas, size_t points)
      : truth_(truth), found_(found), sigmas_(sigmas), points_(points) {}

  void fill(Slice<const Row> found, Slice<const Row> truths, std::vector<double>& out) override {
    out.resize(found.size() * truths.size());
    for (size_t g = 0; g < truths.size(); ++g) {
      aim_at(truths[g].index);
      for (size_t p = 0; p < found.size(); ++p)
        out[p * truths.size() + g] = similarity(found_.data() + size_t(found[p].index) * points_ * 3);
    }
  }

 private:
  // Prepare one ground truth: the points that are compared and how far each may lie off.
  void aim_at(size_t i) {
    const double* truth = truth_.points.data() + i * points_ * 3;
    const double* sigma = sigmas_.data() + size_t(truth_.klass[i]) * points_;
    const Box& b = truth_.box[i];
    left_ = b[0] - b[2];
    right_ = b[0] + b[2] * 2;
    top_ = b[1] - b[3];
    bottom_ = b[1] + b[3] * 2;
    area_ = truth_.area[i] + 2.220446049250313e-16;  // numpy.spacing(1)
    aims_.clear();
    any_visible_ = false;
    for (size_t k = 0; k < points_; ++k) any_visible_ |= sigma[k] > 0 && truth[3 * k + 2] > 0;
    for (size_t k = 0; k < points_; ++k)
      if (sigma[k] > 0 && (!any_visible_ || truth[3 * k + 2] > 0))
        aims_.push_back({k, truth[3 * k], truth[3 * k + 1], sigma[k] * 2 * (sigma[k] * 2)});
    terms_.resize(aims_.size());
  }

  double similarity(const double* found) {
    if (aims_.empty()) return 0;
    for (size_t a = 0; a < aims_.size(); ++a) {
      const Aim& aim = aims_[a];
      const double x = found[3 * aim.point], y = found[3 * aim.point + 1];
      // Without a visible point, what counts is the distance from the box, doubled to each side.
      const double dx = any_visible_ ? x - aim.x : std::max(0.0, left_ - x) + std::max(0.0, x - right_);
      const double dy = any_visible_ ? y - aim.y : std::max(0.0, top_ - y) + std::max(0.0, y - bottom_);
      terms_[a] = std::exp(-((dx * dx + dy * dy) / aim.variance / area_ / 2));
    }
    return pairwise_sum(terms_.data(), terms_.size()) / double(terms_.size());
  }

  struct Aim {
    size_t point;
    double x, y, variance;
  };
  const KeypointTruth truth_;
  const Slice<const double> found_, sigmas_;
  const size_t points_;
  std::vector<Aim> aims_;
  std::vector<double> terms_;
  bool any_visible_ = false;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0, area_ = 0;
};

class KeypointOverlapMaker : public OverlapMaker {
 public:
  KeypointOverlapMaker(KeypointTruth truth, Slice<const double> found, Slice<const double> sigmas, size_t points)
      : truth_(truth), found_(found), sigmas_(sigmas), points_(points) {}
  std::unique_ptr<Overlap> make() const override {
    return std::make_unique<KeypointOverlap>(truth_, found_, sigmas_, points_);
  }

 private:
  const KeypointTruth truth_;
  const Slice<const double> found_, sigmas_;
  const size_t points_;
};
}  // namespace

std::unique_ptr<OverlapMaker> keypoint_overlap(KeypointTruth truth, Slice<const double> found_points,
                                               Slice<const double> sigmas, size_t points_per_row) {
  return std::make_unique<KeypointOverlapMaker>(truth, found_points, sigmas, points_per_row);
}
}  // namespace boxscore
