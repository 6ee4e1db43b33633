"""What to label next: uncertain images that are unlike those known and those chosen before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Rows = NDArray[np.int64]


def standardised(columns: Sequence[Values]) -> Values:
    """(N, D) columns side by side, each in deviations from its mean, at most 3; undefined is 0.

    Constant and undefined columns are left out.
    """
    kept = []
    for values in columns:
        known = values[np.isfinite(values)]
        spread = known.std() if known.size else 0.0
        if spread > 0:
            kept.append(np.nan_to_num(np.clip((values - known.mean()) / spread, -3, 3)))
    rows = columns[0].size if columns else 0
    return np.stack(kept, axis=1) if kept else np.zeros((rows, 0))


def shares_below(values: Values, worse: str) -> Values:
    """(N,) how uncertain each is among all: 0 the surest, 1 the least sure; undefined stays so.

    Args:
        worse: "high" or "low": which values are unsure. Equal values share a rank.
    """
    signed = values if worse == "high" else -values
    known = np.isfinite(signed)
    shares = np.full(values.shape, np.nan)
    order = np.sort(signed[known])
    low = np.searchsorted(order, signed[known], "left")
    high = np.searchsorted(order, signed[known], "right") - 1
    shares[known] = (low + high) / 2 / max(order.size - 1, 1)
    return shares


def farthest_first(
    vectors: Values,
    known: NDArray[np.bool_],
    candidates: NDArray[np.bool_],
    uncertainty: Values,
    weight: float,
    count: int,
) -> tuple[Rows, Values]:
    """Choose one row after the other: the greatest mix of uncertainty and distance to the chosen.

    With weight 0 this is the greedy k-center algorithm, whose covering radius is at most twice
    the least possible; with weight 1 the least sure come first.

    Args:
        vectors: (N, D).
        known: (N,) rows that are covered already.
        candidates: (N,) rows that may be chosen.
        uncertainty: (N,) 0 to 1; undefined counts as 0.
        weight: Of the uncertainty, 0 to 1.
        count: At most so many.

    Returns:
        Rows in the order of choice, and each one's distance to everything known or chosen before,
        infinite for the first where nothing is known.

    Source:
        Gonzalez 1985; Sener and Savarese 2018, "Active learning for CNNs: a core-set approach".
    """  # fmt: skip
    free = candidates & ~known
    nearest = np.full(vectors.shape[0], np.inf)
    for row in np.flatnonzero(known).tolist():
        nearest = np.minimum(nearest, _distance(vectors, row))
    unsure = np.nan_to_num(uncertainty)
    chosen: list[int] = []
    distances: list[float] = []
    while len(chosen) < count and free.any():
        reach = nearest[free]
        most = reach[np.isfinite(reach)].max(initial=0.0)
        novelty = np.where(np.isfinite(nearest), nearest / (most or 1.0), 1.0)
        score = np.where(free, weight * unsure + (1 - weight) * novelty, -np.inf)
        row = int(np.argmax(score))
        chosen.append(row)
        distances.append(float(nearest[row]))
        free[row] = False
        nearest = np.minimum(nearest, _distance(vectors, row))
    return np.array(chosen, np.int64), np.array(distances)


def _distance(vectors: Values, row: int) -> Values:
    """(N,) Euclidean distances to one row."""
    distance: Values = np.sqrt(((vectors - vectors[row]) ** 2).sum(axis=1))
    return distance
