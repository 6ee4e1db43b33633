"""Whether two sets of values come from one distribution: Kolmogorov-Smirnov with correction."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
MOST_TERMS = 100
EXACT = 10_000
"""Product of both sizes up to which the probability is exact."""


def ks_statistic(a: Values, b: Values) -> float:
    """Greatest distance of two empirical distributions, 0 to 1; nan where one is empty."""
    if not a.size or not b.size:
        return float("nan")
    first, second = np.sort(a), np.sort(b)
    every = np.concatenate([first, second])
    low = np.searchsorted(first, every, "right") / first.size
    high = np.searchsorted(second, every, "right") / second.size
    return float(np.abs(low - high).max())


def ks_probability(statistic: float, n: int, m: int) -> float:
    """Chance of a statistic at least so large when both come from one distribution.

    Exact by counting lattice paths for small sizes, else Kolmogorov's limit.

    Source:
        Hodges 1958, "The significance probability of the Smirnov two-sample test".
    """
    if not n or not m or math.isnan(statistic):
        return float("nan")
    if n * m <= EXACT:
        return _exact(statistic, n, m)
    root = math.sqrt(n * m / (n + m)) * statistic
    if root < 0.2:
        return 1.0
    terms = (2 * (-1) ** (k - 1) * math.exp(-2 * (k * root) ** 2) for k in range(1, MOST_TERMS + 1))
    return min(1.0, max(0.0, math.fsum(terms)))


def _exact(statistic: float, n: int, m: int) -> float:
    """Share of the orders of n and m values whose distributions stay nearer than the statistic."""
    reach = round(statistic * n * m)  # distances are whole numbers of 1 / (n m)
    if reach == 0:
        return 1.0
    j = np.arange(m + 1)
    inside = (j * n < reach).astype(np.float64)
    ways: Values = np.multiply.accumulate(inside)
    for i in range(1, n + 1):
        # The share of paths, kept near 1: each step divides by the number of all paths so far.
        allowed = np.abs(i * m - j * n) < reach
        row: Values = np.zeros(m + 1)
        row[0] = ways[0] * allowed[0]
        for k in range(1, m + 1):
            step = row[k - 1] * k / (i + k) + ways[k] * i / (i + k)
            row[k] = step if allowed[k] else 0.0
        ways = row
    return float(min(1.0, max(0.0, 1.0 - ways[m])))


def common_edges(a: Values, b: Values, bins: int) -> Values:
    """Edges of at most `bins` bins that show two distributions: (B + 1,) ascending.

    Of equal width between the 1st and the 99th percentile of both together; the outer bins reach
    to the extremes. Few whole numbers have a bin each.

    Args:
        a, b: Defined values, at least one in all.
    """
    values = np.concatenate([a, b])
    least, most = float(values.min()), float(values.max())
    if least == most:
        return np.array([least, most])
    if most - least < bins and (values == np.round(values)).all():
        return np.append(np.arange(least, most), [most, most])
    low, high = np.quantile(values, [0.01, 0.99]).tolist()
    if low == high:
        low, high = least, most
    edges: Values = np.linspace(low, high, bins + 1)
    edges[0], edges[-1] = least, most
    return edges


def benjamini_hochberg(probabilities: Values) -> Values:
    """(N,) probabilities corrected for how many there are; undefined ones stay so.

    Source:
        Benjamini and Hochberg 1995, "Controlling the false discovery rate".
    """
    corrected = np.full(probabilities.shape, np.nan)
    known = np.flatnonzero(np.isfinite(probabilities))
    order = known[np.argsort(-probabilities[known], kind="stable")]
    ranks = np.arange(order.size, 0, -1)
    scaled = probabilities[order] * order.size / ranks
    corrected[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return corrected


def cliffs_delta(a: Values, b: Values) -> float:
    """Chance that a value of b is greater than one of a, minus that it is smaller, -1 to 1.

    Source:
        Cliff 1993, "Dominance statistics".
    """
    if not a.size or not b.size:
        return float("nan")
    first = np.sort(a)
    below = np.searchsorted(first, b, "left").sum()
    above = (first.size - np.searchsorted(first, b, "right")).sum()
    return float((int(below) - int(above)) / (a.size * b.size))
