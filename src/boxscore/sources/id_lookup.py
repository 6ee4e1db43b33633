"""Ids of a file -> rows of a table, for millions at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.coco_fields import whole_number

UNKNOWN = -1
SPARE = 1 << 20


class NumberLookup:
    """Distinct 64-bit numbers -> their places in the given order, UNKNOWN for others.

    A table when the numbers lie close together, else a binary search: ids of 10^9 cost nothing.
    """

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        self._order = np.argsort(numbers, kind="stable")
        self._sorted = numbers[self._order]
        self._low = int(self._sorted[0]) if numbers.size else 0
        span = int(self._sorted[-1]) - self._low + 1 if numbers.size else 0
        self._table: NDArray[np.int32] | None = None
        if 0 < span <= 4 * numbers.size + SPARE:
            self._table = np.full(span, UNKNOWN, np.int32)
            self._table[self._sorted - self._low] = self._order

    def __call__(self, wanted: NDArray[np.int64]) -> NDArray[np.int32]:
        """(N,) int32 places."""
        if not self._sorted.size:
            return np.full(wanted.size, UNKNOWN, np.int32)
        if self._table is not None:
            high = self._low + self._table.size - 1
            inside = (wanted >= self._low) & (wanted <= high)
            found = self._table[np.where(inside, wanted, self._low) - self._low]
            return np.where(inside, found, np.int32(UNKNOWN))
        place = np.minimum(np.searchsorted(self._sorted, wanted), self._sorted.size - 1)
        hit = self._sorted[place] == wanted
        return np.where(hit, self._order[place], UNKNOWN).astype(np.int32)


class NameLookup:
    """Distinct texts -> their places; numbers find the text that writes them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._places = {name: k for k, name in enumerate(names)}
        numeric = [(int(name), k) for k, name in enumerate(names) if whole_number(name)]
        numbers = np.array([n for n, _ in numeric], np.int64)
        self._numbers = NumberLookup(numbers)
        self._numeric = np.array([k for _, k in numeric], np.int32)

    def numbers(self, wanted: NDArray[np.int64]) -> NDArray[np.int32]:
        """(N,) places of the names that write these numbers, UNKNOWN for others."""
        found = self._numbers(wanted)
        if not self._numeric.size:
            return found
        return np.where(found >= 0, self._numeric[found], np.int32(UNKNOWN))

    def texts(self, wanted: Sequence[str]) -> NDArray[np.int32]:
        """Places of texts, UNKNOWN for others."""
        return np.fromiter((self._places.get(t, UNKNOWN) for t in wanted), np.int32, len(wanted))
