"""Numbers that some records have by name, as columns: no dictionary a record is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class TraitColumns:
    """Collects traits; records come in ascending order."""

    def __init__(self) -> None:
        self._single: dict[str, tuple[list[int], list[float]]] = {}
        self._parts: dict[str, list[tuple[Array, Array]]] = {}
        self._line: Array = np.empty(0, np.int64)

    def add(self, row: int, traits: Mapping[str, float]) -> None:
        """Those of one record."""
        for name, value in traits.items():
            rows, values = self._single.setdefault(name, ([], []))
            rows.append(row)
            values.append(value)

    def extend(self, first: int, traits: Mapping[str, Array]) -> None:
        """Those of many records from a row on; nan where one has none."""
        self._close()
        for name, values in traits.items():
            finite = np.isfinite(values)
            if finite.all() and values.size:
                part = self._all_from(first, values.size), values
            else:
                known = np.flatnonzero(finite)
                part = known + first, values[known]
            if part[0].size:
                self._parts.setdefault(name, []).append(part)

    def _all_from(self, first: int, size: int) -> Array:
        """Rows in a line, which the traits that all of them have share."""
        if self._line.size != size or (size and self._line[0] != first):
            self._line = np.arange(first, first + size)
        return self._line

    def build(self) -> dict[str, tuple[Array, Array]]:
        """Name -> (K,) int64 records that have it, ascending, and (K,) float64 numbers."""
        self._close()
        return {
            name: (np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))
            if len(parts) > 1
            else parts[0]
            for name, parts in self._parts.items()
        }

    def _close(self) -> None:
        for name, (rows, values) in self._single.items():
            part = np.array(rows, np.int64), np.array(values, np.float64)
            self._parts.setdefault(name, []).append(part)
        self._single = {}
