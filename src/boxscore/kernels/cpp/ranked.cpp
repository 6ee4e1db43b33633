#include "ranked.hpp"

#include <cmath>
#include <stdexcept>

#include "parallel.hpp"
#include "stretch.hpp"

namespace boxscore {
namespace {
size_t checked(int32_t klass, size_t classes) {
  if (size_t(klass) >= classes) throw std::invalid_argument("a class index is out of range");
  return size_t(klass);
}

// The highest value seen, the first of equals, and its confidence.
struct Highest {
  double value = -1, confidence = kUndefined;
  void offer(double v, double c) {
    if (v > value) value = v, confidence = c;
  }
};
}  // namespace

ClassSweep sweep_classes(const Ranked& ranked, Slice<const int64_t> objects, Slice<const double> grid) {
  struct State {
    double shown = 0, right = 0, f1 = 0, confidence = kUndefined;
    Highest best;
  };
  const size_t C = objects.size(), K = grid.size();
  ClassSweep out;
  out.right.assign(C * K, 0);
  out.wrong.assign(C * K, 0);
  std::vector<State> states(C);
  double total = 0, present = 0;
  for (size_t c = 0; c < C; ++c) total += double(objects[c]), present += objects[c] > 0;
  double shown = 0, right = 0, sum = 0, last = kUndefined;
  Highest pooled, mean;
  const auto close = [&] {  // every prediction of one confidence is in
    if (shown == 0) return;
    pooled.offer(2 * right / (shown + total), last);
    mean.offer(sum / present, last);
  };
  size_t step = K - 1;
  for (size_t i = 0; i < ranked.klass.size(); ++i) {
    if (!ranked.verdict[i]) continue;
    const bool hit = ranked.verdict[i] == kRight;
    const double confidence = ranked.confidence[i];
    const size_t c = checked(ranked.klass[i], C);
    if (confidence != last) close();
    last = confidence;
    while (step > 0 && grid[step] > confidence) --step;
    ++(hit ? out.right : out.wrong)[c * K + step];
    State& s = states[c];
    if (confidence != s.confidence && s.shown > 0) s.best.offer(s.f1, s.confidence);
    s.confidence = confidence;
    s.shown += 1;
    s.right += hit;
    const double f1 = 2 * s.right / (s.shown + double(objects[c]));
    if (objects[c] > 0) sum += f1 - s.f1;
    s.f1 = f1;
    shown += 1;
    right += hit;
  }
  close();
  out.confidence.assign(C, kUndefined);
  out.f1.assign(C, kUndefined);
  for (size_t c = 0; c < C; ++c) {
    State& s = states[c];
    if (s.shown == 0 || objects[c] <= 0) continue;
    s.best.offer(s.f1, s.confidence);
    out.confidence[c] = s.best.confidence;
    out.f1[c] = s.best.value;
  }
  if (shown > 0 && present > 0) {
    out.pooled[0] = pooled.confidence, out.pooled[1] = pooled.value;
    out.mean[0] = mean.confidence, out.mean[1] = mean.value;
  }
  return out;
}

namespace {
// Where the true positives of each class begin among all of them, and (at C) how many those are.
std::vector<size_t> right_starts(const Ranked& ranked, size_t classes) {
  std::vector<size_t> start(classes + 1);
  for (size_t i = 0; i < ranked.klass.size(); ++i)
    start[checked(ranked.klass[i], classes) + 1] += ranked.verdict[i] == kRight;
  for (size_t c = 0; c < classes; ++c) start[c + 1] += start[c];
  return start;
}

// Sums of 1 - overlap over true positives, class by class. One running total goes through all of
// them: what a sum of doubles rounds to depends on where it begins.
std::vector<double> running_poor(const Ranked& ranked, Slice<const int64_t> rows, Slice<const double> overlap,
                                 const std::vector<size_t>& start) {
  std::vector<double> poor(start.back() + 1);
  std::vector<size_t> at(start);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (ranked.verdict[i] != kRight) continue;
    if (size_t(rows[i]) >= overlap.size()) throw std::invalid_argument("a row is out of range");
    poor[++at[size_t(ranked.klass[i])]] = 1 - overlap[size_t(rows[i])];
  }
  for (size_t k = 1; k < poor.size(); ++k) poor[k] += poor[k - 1];
  return poor;
}
}  // namespace

LrpSums lrp_sums(const Ranked& ranked, Slice<const int64_t> rows, Slice<const double> overlap,
                 Slice<const int64_t> objects, double iou) {
  struct State {
    double shown = 0, right = 0, confidence = kUndefined, least = 1;  // showing nothing has LRP 1
  };
  const size_t C = objects.size();
  const std::vector<size_t> start = right_starts(ranked, C);
  const std::vector<double> running = running_poor(ranked, rows, overlap, start);
  std::vector<State> states(C);
  LrpSums out;
  for (auto* column : {&out.shown, &out.right, &out.poor}) column->assign(C, 0);
  out.confidence.assign(C, kUndefined);
  const auto close = [&](size_t c) {  // every prediction of one class and confidence is in
    State& s = states[c];
    if (s.shown == 0) return;
    const double poor = running[start[c] + size_t(s.right)] - running[start[c]], n = double(objects[c]);
    if (n <= 0) return;
    const double value = (poor / (1 - iou) + (s.shown - s.right) + (n - s.right)) / (s.shown + n - s.right);
    if (!(value < s.least)) return;
    // Sums round: values that differ by less than 1e-12 are one value.
    const double rounded = std::nearbyint(value * 1e12) / 1e12;
    if (!(rounded < s.least)) return;
    s.least = rounded;
    out.shown[c] = s.shown, out.right[c] = s.right, out.poor[c] = poor, out.confidence[c] = s.confidence;
  };
  for (size_t i = 0; i < ranked.klass.size(); ++i) {
    if (!ranked.verdict[i]) continue;
    const double confidence = ranked.confidence[i];
    const size_t c = size_t(ranked.klass[i]);
    State& s = states[c];
    if (confidence != s.confidence) close(c);
    s.confidence = confidence;
    s.shown += 1;
    s.right += ranked.verdict[i] == kRight;
  }
  for (size_t c = 0; c < C; ++c) close(c);
  return out;
}

namespace {
void read_lane(Slice<const int32_t> klass, Slice<const uint8_t> code, const uint8_t* verdict, size_t codes,
               Slice<const double> objects, Slice<const double> recall, double* table) {
  double shown[256] = {}, right[256] = {};
  for (size_t k = 0; k < codes; ++k) shown[k] = verdict[k] != kAbsent, right[k] = verdict[k] == kRight;
  std::vector<Stretch> states(objects.size());
  for (size_t c = 0; c < states.size(); ++c) states[c].seek(objects[c], recall);
  for (size_t i = 0; i < klass.size(); ++i) {
    const size_t c = size_t(klass[i]);
    Stretch& s = states[c];
    s.shown += shown[code[i]];
    s.right += right[code[i]];
    // No branch on the verdict: after a wrong one precision is below what it was in this stretch.
    const double precision = s.right / s.shown;
    if (s.right >= s.next) {
      s.close(table + c * recall.size(), objects[c], recall);
      s.highest = precision;
    } else {
      s.highest = precision > s.highest ? precision : s.highest;
    }
  }
  for (size_t c = 0; c < states.size(); ++c) table[c * recall.size() + states[c].at] = states[c].highest;
}
}  // namespace

Readings read_ranking(Slice<const int32_t> klass, Slice<const uint8_t> code, Slice<const uint8_t> verdict,
                      size_t codes, Slice<const int64_t> objects, size_t lanes, Slice<const double> recall,
                      int threads) {
  const size_t C = lanes ? objects.size() / lanes : 0, R = recall.size();
  Readings out{std::vector<double>(lanes * C * R), std::vector<int64_t>(C * codes)};
  for (size_t i = 0; i < klass.size(); ++i) {
    if (code[i] >= codes) throw std::invalid_argument("a code is out of range");
    ++out.count[checked(klass[i], C) * codes + code[i]];
  }
  const std::vector<double> totals(objects.data(), objects.data() + objects.size());
  parallel_for(lanes, resolve_threads(threads), [&](size_t lane) {
    read_lane(klass, code, verdict.data() + lane * codes, codes, {totals.data() + lane * C, C}, recall,
              out.precision.data() + lane * C * R);
  });
  return out;
}

std::vector<uint8_t> first_of_groups(Slice<const int64_t> rows, Slice<const int32_t> group, size_t groups,
                                     int64_t most) {
  std::vector<uint8_t> out(group.size());
  std::vector<int64_t> seen(groups);
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t row = size_t(rows[i]);
    if (row >= group.size() || size_t(group[row]) >= groups)
      throw std::invalid_argument("a row or a group is out of range");
    out[row] = ++seen[size_t(group[row])] <= most;
  }
  return out;
}
}  // namespace boxscore
