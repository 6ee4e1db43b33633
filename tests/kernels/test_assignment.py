"""Linear assignment against SciPy and against every permutation."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from boxscore.kernels import _core


def cheapest(cost: Any) -> tuple[int, float]:
    """Most finite pairs and their least sum, by trying everything."""
    wide = cost if cost.shape[0] <= cost.shape[1] else cost.T
    best = (0, 0.0)
    for columns in permutations(range(wide.shape[1]), wide.shape[0]):
        chosen = [wide[i, j] for i, j in enumerate(columns) if np.isfinite(wide[i, j])]
        best = min(best, (-len(chosen), float(sum(chosen))))
    return -best[0], best[1]


def matrices(seed: int) -> list[Any]:
    """Plain, rounded to make ties, negative, constant; every shape from 0 to 6."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(0, 7, 2))
    plain = rng.random(shape)
    return [plain, np.round(plain * 3), -plain, np.full(shape, 0.5), plain * 1e6 - 5e5]


@pytest.mark.parametrize("seed", range(60))
def test_pairs_are_the_most_and_the_cheapest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for cost in matrices(seed):
        forbidden = np.where(rng.random(cost.shape) < 0.4, np.inf, cost)
        for given in (cost, forbidden):
            row, column = _core.assign(given)
            pairs, total = cheapest(given)
            assert row.size == column.size == pairs
            assert given[row, column].sum() == pytest.approx(total, abs=1e-9)
            assert np.all(np.diff(row) > 0)
            assert np.unique(column).size == column.size


@pytest.mark.parametrize("seed", range(60))
def test_the_same_pairs_as_scipy_ties_included(seed: int) -> None:
    scipy = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(seed)
    large = rng.integers(0, 5, tuple(rng.integers(1, 60, 2))).astype(np.float64)
    for cost in [*matrices(seed), large, rng.random(large.shape)]:
        row, column = _core.assign(cost)
        expected = scipy.linear_sum_assignment(cost)
        assert np.array_equal(row, expected[0])
        assert np.array_equal(column, expected[1])


@pytest.mark.parametrize("seed", range(40))
def test_forbidden_pairs_cost_what_scipy_says(seed: int) -> None:
    scipy = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(seed)
    cost = rng.random(tuple(rng.integers(1, 30, 2)))
    cost[rng.random(cost.shape) < 0.3] = np.inf
    row, column = _core.assign(cost)
    try:
        expected = cost[scipy.linear_sum_assignment(cost)].sum()
    except ValueError:
        assert row.size < min(cost.shape)
    else:
        assert row.size == min(cost.shape)
        assert cost[row, column].sum() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (4, 0)])
def test_nothing_to_pair(shape: tuple[int, int]) -> None:
    row, column = _core.assign(np.empty(shape))
    assert row.size == column.size == 0


def test_all_forbidden() -> None:
    row, _ = _core.assign(np.full((3, 2), np.inf))
    assert row.size == 0


@pytest.mark.parametrize("bad", [np.nan, -np.inf, 1e101, -1e300])
def test_costs_that_cannot_be_added_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="a cost is"):
        _core.assign(np.array([[1.0, bad]]))
