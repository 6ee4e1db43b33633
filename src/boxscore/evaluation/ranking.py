"""Predictions class by class, in each class by falling confidence; the best of each group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """N predictions in order of class, then of falling confidence; equals keep their order.

    Attributes:
        rows: (N,) where each comes from.
        class_id: (N,) ascending.
    """

    rows: NDArray[np.int64]
    class_id: NDArray[np.int32]


def by_class(rows: NDArray[np.int64], class_id: NDArray[np.int32], classes: int) -> Ranking:
    """Gather predictions that are in order of falling confidence by class.

    Args:
        rows: (N,) the predictions to rank, most confident first.
        class_id: (P,) of all predictions.
        classes: C, how many classes there are.
    """
    of_rows = class_id[rows]
    narrow = of_rows.astype(np.int16) if classes < 2**15 else of_rows  # int16: a radix sort
    order = np.argsort(narrow, kind="stable")
    return Ranking(rows=rows[order], class_id=of_rows[order])


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
