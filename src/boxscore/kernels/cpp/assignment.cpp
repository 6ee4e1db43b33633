// Jonker and Volgenant 1987 in the rectangular form of Crouse 2016, "On implementing 2D
// rectangular assignment algorithms": one shortest augmenting path for each row, with dual prices.
#include "assignment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace boxscore {
namespace {
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kLargest = 1e100;
constexpr int64_t kFree = -1;

// rows <= columns, every cost finite.
class Solver {
  const std::vector<double>& cost_;
  const size_t rows_, columns_;
  std::vector<double> row_price_, column_price_, shortest_;
  std::vector<int64_t> column_of_, row_of_, before_;
  std::vector<size_t> open_, rows_seen_, columns_seen_;

  // Dijkstra over the columns from a free row to the nearest free column.
  std::pair<size_t, double> search(size_t from) {
    std::fill(shortest_.begin(), shortest_.end(), kInfinite);
    rows_seen_.clear();
    columns_seen_.clear();
    // Falling order, so that equal costs pair row i with column i.
    open_.resize(columns_);
    for (size_t k = 0; k < columns_; ++k) open_[k] = columns_ - 1 - k;
    double length = 0;
    for (size_t row = from;;) {
      rows_seen_.push_back(row);
      const size_t at = relax(row, length);
      const size_t column = open_[at];
      length = shortest_[column];
      if (row_of_[column] == kFree) return {column, length};
      columns_seen_.push_back(column);
      row = size_t(row_of_[column]);
      open_[at] = open_.back();
      open_.pop_back();
    }
  }

  // Shortens the paths through `row`; the place in open_ of the nearest column, free ones first.
  size_t relax(size_t row, double length) {
    double nearest = kInfinite;
    size_t at = 0;
    for (size_t k = 0; k < open_.size(); ++k) {
      const size_t column = open_[k];
      const double through = length + cost_[row * columns_ + column] - row_price_[row] - column_price_[column];
      if (through < shortest_[column]) {
        shortest_[column] = through;
        before_[column] = int64_t(row);
      }
      if (shortest_[column] < nearest || (shortest_[column] == nearest && row_of_[column] == kFree)) {
        nearest = shortest_[column];
        at = k;
      }
    }
    return at;
  }

  void reprice(size_t from, double length) {
    for (const size_t row : rows_seen_)
      row_price_[row] += row == from ? length : length - shortest_[size_t(column_of_[row])];
    for (const size_t column : columns_seen_) column_price_[column] -= length - shortest_[column];
  }

  void augment(size_t from, size_t column) {
    for (int64_t next = int64_t(column); next != kFree;) {
      const size_t row = size_t(before_[size_t(next)]);
      row_of_[size_t(next)] = int64_t(row);
      std::swap(column_of_[row], next);
      if (row == from) return;
    }
  }

public:
  Solver(const std::vector<double>& cost, size_t rows, size_t columns)
      : cost_(cost), rows_(rows), columns_(columns), row_price_(rows), column_price_(columns), shortest_(columns),
        column_of_(rows, kFree), row_of_(columns, kFree), before_(columns, kFree) {}

  const std::vector<int64_t>& columns() {
    for (size_t row = 0; row < rows_; ++row) {
      const auto [column, length] = search(row);
      reprice(row, length);
      augment(row, column);
    }
    return column_of_;
  }
};

// What a forbidden pair costs: one of them is dearer than any choice without it.
double forbidden_cost(const double* cost, size_t rows, size_t columns) {
  double largest = 0;
  for (size_t k = 0; k < rows * columns; ++k) {
    if (std::isnan(cost[k]) || cost[k] == -kInfinite)
      throw std::invalid_argument("a cost is nan or minus infinity");
    if (std::isfinite(cost[k])) largest = std::max(largest, std::abs(cost[k]));
  }
  if (largest > kLargest) throw std::invalid_argument("a cost is beyond 1e100");
  return 2 * double(std::min(rows, columns)) * (largest + 1) + 1;
}
}  // namespace

Assigned assign(const double* cost, size_t rows, size_t columns) {
  const double forbidden = forbidden_cost(cost, rows, columns);
  const bool turned = rows > columns;
  std::vector<double> finite(rows * columns);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      const double value = cost[i * columns + j];
      finite[turned ? j * rows + i : i * columns + j] = std::isfinite(value) ? value : forbidden;
    }
  Solver solver(finite, std::min(rows, columns), std::max(rows, columns));
  Assigned pairs;
  const std::vector<int64_t>& chosen = solver.columns();
  for (size_t k = 0; k < chosen.size(); ++k) {
    const int64_t i = turned ? chosen[k] : int64_t(k), j = turned ? int64_t(k) : chosen[k];
    if (std::isfinite(cost[size_t(i) * columns + size_t(j)])) pairs.emplace_back(i, j);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}
}  // namespace boxscore
