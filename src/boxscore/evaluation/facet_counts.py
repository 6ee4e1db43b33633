"""Counts beside choices of the filter: of what all conditions but those of its own key leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Array = NDArray[Any]
BINS = 40


class Conditions:
    """Conditions on N things, each under a key, of which one can be lifted.

    >>> a, b = np.array([True, True, False]), np.array([True, False, True])
    >>> both = Conditions(3, {"a": a, "b": b})
    >>> both.all().tolist(), both.without("b").tolist()
    ([True, False, False], [True, True, False])
    """

    def __init__(self, size: int, masks: Mapping[str, Mask]) -> None:
        self._broken = np.zeros(size, np.uint8)
        self._own = {key: ~mask for key, mask in masks.items()}
        for broken in self._own.values():
            self._broken += broken

    def all(self) -> Mask:
        """(N,) everything for which all of them hold."""
        whole: Mask = self._broken == 0
        return whole

    def without(self, key: str) -> Mask:
        """(N,) everything for which all others hold; all of them where there is none of the key."""
        own = self._own.get(key)
        if own is None:
            return self.all()
        others: Mask = self._broken == own
        return others


def counted(codes: Array, mask: Mask, size: int) -> list[int]:
    """How many things of a mask have each of `size` codes; a negative code is none of them."""
    some = codes[mask]
    counts: list[int] = np.bincount(some[some >= 0], minlength=size).tolist()
    return counts


@dataclass(frozen=True, slots=True)
class Binned:
    """Numbers of N things in bins of equal width from the least to the greatest.

    Attributes:
        edges: (B + 1,) empty without any number.
        bin: (N,) int16; -1 where it is undefined.
    """

    edges: NDArray[np.float64]
    bin: NDArray[np.int16]

    def counts(self, mask: Mask) -> list[int]:
        """(B,) how many things of a mask lie in each bin; both ends belong to the last one."""
        return counted(self.bin, mask, max(0, self.edges.size - 1))


def binned(
    values: NDArray[np.float64], ends: tuple[float, float] | None = None, bins: int = BINS
) -> Binned:
    """Bins of some numbers.

    Args:
        values: (N,) nan where undefined.
        ends: Of the bins; values beyond lie in the first or last. None: least and greatest.

    >>> binned(np.array([0.0, 1.0, 2.0, np.nan]), bins=2).bin.tolist()
    [0, 1, 1, -1]
    """
    known = np.isfinite(values)
    if not known.any():
        return Binned(np.empty(0), np.full(values.size, -1, np.int16))
    low, high = ends or (float(values[known].min()), float(values[known].max()))
    bins = bins if high > low else 1
    edges = np.linspace(low, high, bins + 1)
    some = np.clip(values[known], low, high)
    found = np.minimum((some - low) * (bins / (high - low or 1.0)), bins - 1).astype(np.int16)
    found -= some < edges[found]  # what rounding put beside its edge
    found += (some >= edges[found + 1]) & (found < bins - 1)
    place = np.full(values.size, -1, np.int16)
    place[known] = found
    return Binned(edges, place)
