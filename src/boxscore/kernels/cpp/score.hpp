// Two COCO files to the twelve numbers, without Python objects in between.
#pragma once
#include <array>
#include <cstddef>
#include <string>

namespace boxscore {
struct Score {
  std::string task;
  std::array<double, 12> stats;
  size_t images = 0, ground_truth = 0, predictions = 0;
  size_t odd = 0;  // records that need the careful way; the numbers are then not computed
};
// task: "bbox", "segm", or "auto": masks when the results have them, else boxes.
Score score_files(const std::string& truth, const std::string& results, const std::string& task, int threads);
}  // namespace boxscore
