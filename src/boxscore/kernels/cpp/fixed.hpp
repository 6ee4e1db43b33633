// AP once some errors are fixed, group by group, from what is there before.
#pragma once
#include <cstdint>
#include <vector>

#include "slice.hpp"

namespace boxscore {
// What a code says of a prediction: it counts; it is right; mending it finds an object. What is left
// of the code is its kind of error, 0 for none; a code of 0 is not there.
enum Code : uint8_t { kPoint = 1, kTruePositive = 2, kMends = 4, kError = 0xF8 };

// N predictions by falling confidence.
struct Coded {
  Slice<const int64_t> row;
  Slice<const int32_t> klass;
  Slice<const uint8_t> code;
};

// The members of group g are member[start[g]] to before member[start[g + 1]].
struct Members {
  Slice<const int64_t> start;
  Slice<const int64_t> member;

  size_t groups() const { return start.size() - 1; }
};

// Fixing an error changes how many predictions are shown, and how many are right, from its place in
// the ranking of its class on; mended to another class, in that ranking too. Precision is highest at
// true positives: between two such places they are read with a constant added to either count.
class FixedRankings {
 public:
  // `fixed_class` (rows) is the class that a prediction should have had, `objects` (C) what there is
  // to find.
  FixedRankings(const Coded&, Slice<const int32_t> fixed_class, Slice<const int64_t> objects,
                Slice<const double> recall);

  // (C) nan of a class without objects.
  std::vector<double> class_ap() const;
  // (G) mean over the classes that have objects, with the errors of a group fixed: rows of
  // predictions, and the class of each missed object that no longer counts.
  std::vector<double> mean_ap(const Members& errors, const Members& lost, int threads) const;

 private:
  enum class Change : uint8_t { kNone, kGoes, kTurns, kJoins };
  // An error in the ranking of its class or of the one it is mended to, with what is above it there.
  struct Place {
    uint32_t shown, right;
    Change change;
  };
  // Where an error stands: in the ranking of its own class, and of another one that it is mended to.
  struct Standing {
    uint32_t place;
    int32_t klass;
  };
  struct Error {
    Standing own, other;
  };
  struct Group;
  struct Walk;

  void count(const Coded&, Slice<const int32_t> fixed_class);
  void settle(const Coded&, Slice<const int32_t> fixed_class);
  void mark(Group&, size_t row) const;
  double ap(size_t klass, double objects, Group&) const;

  std::vector<int64_t> objects_;
  std::vector<double> recall_;
  std::vector<uint32_t> hit_;      // predictions shown down to each true positive, class by class
  std::vector<Place> places_;      // class by class, from the top
  std::vector<size_t> hit_start_, place_start_;  // (C + 1)
  std::vector<Error> errors_;                    // (rows)
  std::vector<double> class_ap_;
};

// What has to be touched: members that are shown, and on how many images they or the lost ones lie.
struct Effort {
  std::vector<int64_t> errors, images;  // (G)
};
Effort effort(const Members& errors, const Members& lost, Slice<const uint8_t> shown, Slice<const int32_t> item,
              Slice<const int32_t> lost_item, size_t items);
}  // namespace boxscore
