// A match table as Python holds it, with the protocol's sizes.
#pragma once
#include "matching.hpp"

namespace boxscore {
struct Matches {
  MatchTable table;
  size_t thresholds, areas;
};
}  // namespace boxscore
