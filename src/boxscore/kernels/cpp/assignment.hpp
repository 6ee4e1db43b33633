// Linear assignment: the cheapest way to pair rows with columns, each at most once.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace boxscore {
using Assigned = std::vector<std::pair<int64_t, int64_t>>;

// The most pairs of finite cost, and among those the least sum, of a rows x columns matrix in row
// order. An infinite cost forbids a pair. Throws std::invalid_argument for nan, -inf
// and finite costs beyond 1e100.
Assigned assign(const double* cost, size_t rows, size_t columns);
}  // namespace boxscore
