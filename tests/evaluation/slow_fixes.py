"""The slow twin of fixing a group: the ranking of each class is written out and read anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.fixes import Fixer, Group

RECALLS = np.arange(101) / 100


def average_precision(
    class_id: NDArray[np.integer], right: NDArray[np.bool_], objects: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(C,) mean of the highest precision at or beyond each of 101 recalls; nan without objects."""
    aps = [_of_class(right[class_id == c], int(n)) for c, n in enumerate(objects)]
    return np.array(aps, np.float64)


def _of_class(right: NDArray[np.bool_], objects: int) -> float:
    if objects <= 0:
        return float("nan")
    found = np.cumsum(right)
    precision = found / np.arange(1, right.size + 1)
    highest = np.zeros(RECALLS.size)
    stretch = np.searchsorted(RECALLS, found / objects, side="right") - 1
    np.maximum.at(highest, stretch, precision)
    return float(np.maximum.accumulate(highest[::-1]).sum() / RECALLS.size)


def mean(values: NDArray[np.float64]) -> float:
    """Of what is defined."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def fixed_aps(fixer: Fixer, group: Group, items: NDArray[np.bool_] | None) -> NDArray[np.float64]:
    """(C,) AP with a group fixed."""
    view, errors = fixer.view, fixer.errors
    class_id = view.predictions.class_id.copy()
    point, right = errors.point.copy(), errors.right.copy()
    counted = view.counted.copy()
    counted[group.truth] = False
    for row in group.predictions.tolist():
        point[row] = right[row] = errors.fixes[row]
        if errors.fixes[row]:
            class_id[row] = errors.fixed_class[row]
    if items is not None:
        point &= items[view.predictions.item]
        counted &= items[view.truth.item]
    rows = errors.ranked.rows[point[errors.ranked.rows]]
    objects = np.bincount(view.truth.class_id[counted], minlength=view.classes)
    return average_precision(class_id[rows], right[rows], objects)
