"""The best of each group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def first_best(
    group: NDArray[np.integer], value: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first highest value of each group.

    Args:
        group: (N,) ascending.
        value: (N,), no nan.

    Returns:
        The groups present, and the place of each one's best.
    """
    if not group.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    start = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    best = np.maximum.reduceat(value, start)
    hit = np.flatnonzero(value == np.repeat(best, np.diff(np.append(start, group.size))))
    groups, first = np.unique(group[hit], return_index=True)
    return groups.astype(np.int64), hit[first]
