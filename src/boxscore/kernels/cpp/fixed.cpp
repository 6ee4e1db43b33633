#include "fixed.hpp"

#include <atomic>
#include <stdexcept>
#include <string>

#include "pairwise_sum.hpp"
#include "parallel.hpp"
#include "ranked.hpp"
#include "stretch.hpp"

namespace boxscore {
namespace {
constexpr uint32_t kNowhere = UINT32_MAX;
constexpr size_t kBits = 64;

size_t within(int64_t index, size_t size, const char* what) {
  if (uint64_t(index) >= size) throw std::invalid_argument(std::string(what) + " is out of range");
  return size_t(index);
}

void check(const Members& members) {
  const auto& start = members.start;
  if (start.empty() || start[0] != 0 || size_t(start[start.size() - 1]) != members.member.size())
    throw std::invalid_argument("the groups do not span their members");
  for (size_t g = 0; g < members.groups(); ++g)
    if (start[g] > start[g + 1]) throw std::invalid_argument("the starts of groups must not fall");
}

void check(const Members& errors, const Members& lost) {
  check(errors), check(lost);
  if (errors.start.size() != lost.start.size())
    throw std::invalid_argument("there are as many groups of errors as of lost objects");
}

template <class Body> void each(const Members& members, size_t group, Body body) {
  for (size_t k = size_t(members.start[group]); k < size_t(members.start[group + 1]); ++k) body(members.member[k]);
}

void running(std::vector<size_t>& counts) {
  for (size_t c = 1; c < counts.size(); ++c) counts[c] += counts[c - 1];
}

// Mean of what is defined, summed as NumPy sums it.
double defined_mean(const std::vector<double>& values, std::vector<double>& known) {
  known.clear();
  for (const double value : values)
    if (value == value) known.push_back(value);
  return known.empty() ? kUndefined : pairwise_sum(known.data(), known.size()) / double(known.size());
}
}  // namespace

// What one thread needs to look at a group; between two groups nothing is marked, touched or lost.
struct FixedRankings::Group {
  std::vector<uint64_t> marked;   // a bit for each place
  std::vector<uint8_t> touched;   // (C)
  std::vector<int64_t> lost;      // (C)
  std::vector<size_t> classes;    // those touched
  std::vector<double> ap, known;  // (C)
  std::vector<double> table;      // highest precision of each stretch of recall

  void touch(size_t klass) {
    if (!touched[klass]) classes.push_back(klass);
    touched[klass] = 1;
  }
};

// Down the ranking of one class.
struct FixedRankings::Walk {
  const uint32_t* hit;
  double* table;
  double objects;
  Slice<const double> recall;
  Stretch stretch;
  size_t at = 0;                // true positives read
  int32_t right = 0, shown = 0;  // how many more there are than without the fixes

  void offer(double tp, double precision) {
    if (tp >= stretch.next) {
      stretch.right = tp;
      stretch.close(table, objects, recall);
      stretch.highest = precision;
    } else {
      stretch.highest = std::max(stretch.highest, precision);
    }
  }

  // True positives that stay, up to `end`.
  void read(size_t end) {
    for (; at < end; ++at) {
      const double tp = double(int32_t(at) + 1 + right);
      offer(tp, tp / double(int32_t(hit[at]) + shown));
    }
  }

  void pass(const Place& place) {
    read(place.right);
    if (place.change == Change::kNone) return;
    if (place.change == Change::kGoes) {
      --shown;
      return;
    }
    shown += place.change == Change::kJoins;
    ++right;
    const int32_t above = int32_t(place.shown) + (place.change == Change::kTurns);
    const double tp = double(int32_t(at) + right);
    offer(tp, tp / double(above + shown));
  }
};

FixedRankings::FixedRankings(const Coded& coded, Slice<const int32_t> fixed_class, Slice<const int64_t> objects,
                             Slice<const double> recall)
    : objects_(objects.data(), objects.data() + objects.size()),
      recall_(recall.data(), recall.data() + recall.size()),
      hit_start_(objects.size() + 1),
      place_start_(objects.size() + 1),
      errors_(fixed_class.size(), {{kNowhere, 0}, {kNowhere, 0}}) {
  if (coded.row.size() > INT32_MAX / 2) throw std::invalid_argument("more than 2^30 predictions");
  count(coded, fixed_class);
  settle(coded, fixed_class);
  class_ap_ = class_ap();
}

void FixedRankings::count(const Coded& coded, Slice<const int32_t> fixed_class) {
  const size_t C = objects_.size();
  for (size_t i = 0; i < coded.row.size(); ++i) {
    const uint8_t code = coded.code[i];
    const size_t row = within(coded.row[i], errors_.size(), "a row"), c = within(coded.klass[i], C, "a class index");
    if ((code & (kPoint | kTruePositive)) == (kPoint | kTruePositive)) ++hit_start_[c + 1];
    if (!(code & kError)) continue;
    ++place_start_[c + 1];
    if (!(code & kMends)) continue;
    const size_t fixed = within(fixed_class[row], C, "a class index");
    if (fixed != c) ++place_start_[fixed + 1];
  }
  running(hit_start_), running(place_start_);
  hit_.resize(hit_start_[C]);
  places_.resize(place_start_[C]);
}

void FixedRankings::settle(const Coded& coded, Slice<const int32_t> fixed_class) {
  struct State {
    size_t place;
    uint32_t shown = 0, right = 0;
  };
  const size_t C = objects_.size();
  std::vector<State> states(C);
  for (size_t c = 0; c < C; ++c) states[c].place = place_start_[c];
  const auto put = [&](size_t c, Change change) {
    State& s = states[c];
    places_[s.place] = {s.shown, s.right, change};
    return Standing{uint32_t(s.place++), int32_t(c)};
  };
  for (size_t i = 0; i < coded.row.size(); ++i) {
    const uint8_t code = coded.code[i];
    const size_t row = size_t(coded.row[i]), c = size_t(coded.klass[i]);
    const bool point = code & kPoint;
    if (code & kError) {
      const bool mends = code & kMends;
      const size_t fixed = mends ? size_t(fixed_class[row]) : c;
      const bool stays = mends && fixed == c;
      errors_[row].own = put(c, stays ? (point ? Change::kTurns : Change::kJoins) : point ? Change::kGoes : Change::kNone);
      if (fixed != c) errors_[row].other = put(fixed, Change::kJoins);
    }
    if (!point) continue;
    ++states[c].shown;
    if (code & kTruePositive) hit_[hit_start_[c] + states[c].right++] = states[c].shown;
  }
}

void FixedRankings::mark(Group& group, size_t row) const {
  for (const Standing at : {errors_[row].own, errors_[row].other}) {
    if (at.place == kNowhere) continue;
    group.marked[at.place / kBits] |= 1ull << at.place % kBits;
    group.touch(size_t(at.klass));
  }
}

// Takes the marks of the class off.
double FixedRankings::ap(size_t klass, double objects, Group& group) const {
  const size_t lo = place_start_[klass], hi = place_start_[klass + 1], R = recall_.size();
  group.table.assign(R, 0);
  Walk walk{hit_.data() + hit_start_[klass], group.table.data(), objects, recall_, {}};
  walk.stretch.seek(objects, recall_);
  for (size_t word = lo / kBits; word * kBits < hi; ++word) {
    uint64_t bits = group.marked[word];
    if (word == lo / kBits) bits &= ~0ull << lo % kBits;
    if (word == hi / kBits) bits &= ~(~0ull << hi % kBits);
    group.marked[word] ^= bits;
    for (; bits; bits &= bits - 1) walk.pass(places_[word * kBits + size_t(__builtin_ctzll(bits))]);
  }
  walk.read(hit_start_[klass + 1] - hit_start_[klass]);
  if (!(objects > 0)) return kUndefined;
  group.table[walk.stretch.at] = walk.stretch.highest;
  for (size_t r = R - 1; r-- > 0;) group.table[r] = std::max(group.table[r], group.table[r + 1]);
  std::reverse(group.table.begin(), group.table.end());
  return pairwise_sum(group.table.data(), R) / double(R);
}

std::vector<double> FixedRankings::class_ap() const {
  std::vector<double> out(objects_.size());
  Group none;
  none.marked.assign(places_.size() / kBits + 1, 0);
  for (size_t c = 0; c < out.size(); ++c) out[c] = ap(c, double(objects_[c]), none);
  return out;
}

std::vector<double> FixedRankings::mean_ap(const Members& errors, const Members& lost, int threads) const {
  check(errors, lost);
  const size_t C = objects_.size(), G = errors.groups();
  std::vector<double> out(G);
  std::atomic<size_t> next{0};
  const size_t workers = std::min(size_t(resolve_threads(threads)), G);
  parallel_for(workers, int(workers), [&](size_t) {
    Group group;
    group.marked.assign(places_.size() / kBits + 1, 0);
    group.touched.assign(C, 0);
    group.lost.assign(C, 0);
    for (size_t g; (g = next.fetch_add(1)) < G;) {
      each(errors, g, [&](int64_t row) { mark(group, within(row, errors_.size(), "a row")); });
      each(lost, g, [&](int64_t klass) {
        const size_t c = within(klass, C, "a class index");
        ++group.lost[c];
        group.touch(c);
      });
      group.ap = class_ap_;
      for (const size_t c : group.classes) {
        group.ap[c] = ap(c, double(objects_[c] - group.lost[c]), group);
        group.lost[c] = group.touched[c] = 0;
      }
      group.classes.clear();
      out[g] = defined_mean(group.ap, group.known);
    }
  });
  return out;
}

Effort effort(const Members& errors, const Members& lost, Slice<const uint8_t> shown, Slice<const int32_t> item,
              Slice<const int32_t> lost_item, size_t items) {
  check(errors, lost);
  const size_t G = errors.groups();
  Effort out{std::vector<int64_t>(G), std::vector<int64_t>(G)};
  std::vector<size_t> seen(items);  // the last group that has an image, from 1
  for (size_t g = 0; g < G; ++g) {
    const auto touch = [&](int32_t image) {
      size_t& last = seen[within(image, items, "an image")];
      ++out.errors[g];
      out.images[g] += last != g + 1;
      last = g + 1;
    };
    each(errors, g, [&](int64_t member) {
      const size_t row = within(member, item.size(), "a row");
      if (shown[row]) touch(item[row]);
    });
    each(lost, g, [&](int64_t member) { touch(lost_item[within(member, lost_item.size(), "a row")]); });
  }
  return out;
}
}  // namespace boxscore
