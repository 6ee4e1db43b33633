"""Equal rows among millions, without sorting them by every column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MIX = np.uint64(0x9E3779B97F4A7C15)
FOLD = np.uint64(29)


def repeated_rows(
    columns: Sequence[NDArray[Any]], among: NDArray[np.bool_], place: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(N,) rows that equal an earlier one in every column.

    Args:
        columns: (N,) numbers each; NaN equals NaN.
        among: (N,) rows to look at.
        place: (N,) where each row stands in its file, which says what is earlier.
    """
    mixed = _mixed(columns)[among]
    ordered = np.sort(mixed)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    out = np.zeros(among.size, np.bool_)
    if not twice.size:
        return out
    # Rows whose mixtures agree may still differ: compare these few in full.
    rows = np.flatnonzero(among)[np.isin(mixed, twice)]
    keys = [c[rows].astype(np.float64) for c in columns]
    order = np.lexsort((place[rows], *keys))
    same = np.ones(max(order.size - 1, 0), np.bool_)
    for key in keys:
        a, b = key[order][1:], key[order][:-1]
        same &= (a == b) | (np.isnan(a) & np.isnan(b))
    out[rows[order[1:][same]]] = True
    return out


def _mixed(columns: Sequence[NDArray[Any]]) -> NDArray[np.uint64]:
    mixed = np.zeros(columns[0].size, np.uint64)
    for column in columns:
        # Adding 0.0 makes one zero of the two.
        bits = (column.astype(np.float64) + 0.0).view(np.uint64)
        mixed ^= bits
        mixed *= MIX
        mixed ^= mixed >> FOLD
    return mixed
