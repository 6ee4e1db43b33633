"""Predictions class by class, in each class by falling confidence: the order of every curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """N predictions in order of class, then of falling confidence; equals keep their order.

    Attributes:
        rows: (N,) where each comes from.
        class_id: (N,) int64, ascending.
        confidence: (N,) falling within a class.
        start: (C + 1,) where each class begins.
    """

    rows: NDArray[np.int64]
    class_id: NDArray[np.int64]
    confidence: NDArray[np.float64]
    start: NDArray[np.int64]

    @property
    def place(self) -> NDArray[np.int64]:
        """(N,) 1 for the most confident prediction of a class, then 2, 3, ..."""
        return np.arange(1, self.rows.size + 1) - self.start[self.class_id]

    @property
    def last(self) -> NDArray[np.bool_]:
        """(N,) the last one of equal confidence: what "at or above this confidence" ends with."""
        edge = np.ones(self.rows.size, np.bool_)
        edge[:-1] = (self.confidence[1:] != self.confidence[:-1]) | (
            self.class_id[1:] != self.class_id[:-1]
        )
        return edge

    def running(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N,) sums of `values` (N,) from the top of each class; exact for whole numbers."""
        total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
        difference: NDArray[np.float64] = total[1:] - total[self.start[self.class_id]]
        return difference


def by_class(
    rows: NDArray[np.int64],
    class_id: NDArray[np.int32],
    confidence: NDArray[np.float64],
    classes: int,
) -> Ranking:
    """Gather predictions that are in order of falling confidence by class.

    Args:
        rows: (N,) the predictions to rank, most confident first.
        class_id, confidence: (P,) of all predictions.
        classes: C, how many classes there are.
    """
    of_rows = class_id[rows]
    narrow = of_rows.astype(np.int16) if classes < 2**15 else of_rows  # int16: a radix sort
    order = np.argsort(narrow, kind="stable")
    sizes = np.bincount(of_rows, minlength=classes)
    return Ranking(
        rows=rows[order],
        class_id=of_rows[order].astype(np.int64),
        confidence=confidence[rows[order]],
        start=np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]),
    )


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
