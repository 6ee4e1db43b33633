// Solovyev, Wang, Gabruseva 2021, "Weighted boxes fusion": each box joins the cluster whose fused box it overlaps most.
#include "fuse.hpp"

namespace boxscore {
namespace {
// Corners weighted by confidence, and the box that they make.
struct Cluster {
  double corners[4] = {}, confidence = 0;
  int64_t members = 0;
  Box fused = {};

  void add(const Box& b, double c) {
    const double given[4] = {b[0], b[1], b[0] + b[2], b[1] + b[3]};
    for (int k = 0; k < 4; ++k) corners[k] += c * given[k];
    confidence += c;
    ++members;
    // A box on its own stays as it was read; without confidence there is nothing to weigh by.
    if (members == 1 || confidence <= 0) {
      if (members == 1) fused = b;
      return;
    }
    const double x = corners[0] / confidence, y = corners[1] / confidence;
    fused = {x, y, corners[2] / confidence - x, corners[3] / confidence - y};
  }
};

size_t nearest(const std::vector<Cluster>& clusters, const Box& box, double iou) {
  size_t best = clusters.size();
  for (size_t k = 0; k < clusters.size(); ++k) {
    const double overlap = box_iou(box, clusters[k].fused, false);
    if (overlap > iou) best = k, iou = overlap;
  }
  return best;
}
}  // namespace

Fused fuse_boxes(Slice<const int64_t> start, Slice<const Box> box, Slice<const double> confidence, double iou) {
  Fused out;
  out.cluster.resize(box.size());
  std::vector<Cluster> clusters;
  for (size_t g = 0; g + 1 < start.size(); ++g) {
    clusters.clear();
    const int64_t first = int64_t(out.members.size());
    for (size_t i = size_t(start[g]); i < size_t(start[g + 1]); ++i) {
      const size_t k = nearest(clusters, box[i], iou);
      if (k == clusters.size()) clusters.emplace_back();
      clusters[k].add(box[i], confidence[i]);
      out.cluster[i] = first + int64_t(k);
    }
    for (const Cluster& c : clusters) {
      out.box.insert(out.box.end(), c.fused.begin(), c.fused.end());
      out.confidence.push_back(c.confidence);
      out.members.push_back(c.members);
    }
  }
  return out;
}
}  // namespace boxscore
