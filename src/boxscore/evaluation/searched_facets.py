"""Facets that the search for weak slices divides units by: a text, a class, ranges of a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BORDERS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Quantiles at which a number is cut; a condition is one tail, of half of the units at most."""
MOST_VALUES = 100
"""Values of a text that are looked at, the most frequent first."""
LOOKED_AT = 100_000
"""Values that the edges of bins are taken from, evenly spread over all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a unit must be: at least `low`, below `high`, or equal to `value`.

    Attributes:
        facet: Place of its facet in the list that was searched.
        most: Largest value that occurs below `high`; None without `high`.
    """

    facet: int
    low: float | None = None
    high: float | None = None
    most: float | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One property of N units, and the conditions that it offers.

    Attributes:
        code: (N,) bin or value of each unit; `size` where it is undefined.
        size: How many bins or values there are.
        holds: (K, size) 0 or 1, which of them fulfil each of K conditions.
        conditions: What the K conditions are; their `facet` is -1.
    """

    name: str
    code: NDArray[np.int64]
    size: int
    holds: NDArray[np.float64]
    conditions: tuple[Condition, ...]

    def inside(self, condition: int) -> NDArray[np.bool_]:
        """(N,) units that fulfil one condition."""
        flags = np.append(self.holds[condition] > 0, False)
        return np.asarray(flags[self.code])


def number_facet(name: str, values: NDArray[np.float64]) -> Facet | None:
    """Low and high tails between quantiles, rounded to three digits; None without two values."""
    known = values[np.isfinite(values)]
    edges = _edges(known)
    if not edges.size:
        return None
    code = np.searchsorted(edges, values, side="right").astype(np.int64)
    code[~np.isfinite(values)] = edges.size + 1
    size = edges.size + 1
    share = np.bincount(code, minlength=size + 1)[:size] / known.size
    below = np.cumsum(share)[:-1]
    most = np.full(size, -np.inf)
    np.maximum.at(most, code[code < size], known)
    most = np.maximum.accumulate(most)
    low = [k for k in range(edges.size) if 0 < below[k] <= 0.55]
    high = [k for k in range(edges.size) if 0 < 1 - below[k] <= 0.55]
    bins = np.arange(size)
    holds = [bins <= k for k in low] + [bins > k for k in high]
    conditions = [
        *(Condition(facet=-1, high=float(edges[k]), most=float(most[k])) for k in low),
        *(Condition(facet=-1, low=float(edges[k])) for k in high),
    ]
    if not conditions:
        return None
    return Facet(
        name=name,
        code=code,
        size=size,
        holds=np.array(holds, np.float64),
        conditions=tuple(conditions),
    )


def _edges(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Borders of the bins, ascending, none at or below the least value."""
    if not known.size:
        return known
    some = known[:: max(1, known.size // LOOKED_AT)]
    borders = np.quantile(some, BORDERS, method="higher")
    edges = np.unique([float(f"{edge:.3g}") for edge in borders.tolist()])
    inner: NDArray[np.float64] = edges[(edges > known.min()) & (edges <= known.max())]
    return inner


def text_facet(name: str, code: NDArray[Any], names: list[str]) -> Facet | None:
    """One condition for each value; None where all units have the same one.

    Args:
        code: (N,) place of each unit's value in `names`; negative where it has none.
    """
    counts = np.bincount(code[code >= 0], minlength=len(names))
    kept = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    kept = kept[counts[kept] > 0]
    if kept.size == 0 or counts[kept[0]] == code.size:
        return None
    place = np.full(len(names) + 1, kept.size, np.int64)
    place[kept] = np.arange(kept.size)
    return Facet(
        name=name,
        code=place[code],
        size=kept.size,
        holds=np.eye(kept.size),
        conditions=tuple(Condition(facet=-1, value=names[k]) for k in kept.tolist()),
    )
