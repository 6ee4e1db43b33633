"""Precision and recall by falling confidence, and the published ways to average them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError

Floats = NDArray[np.float64]

ELEVEN = np.linspace(0, 1, 11)
"""Recall levels of VOC 2007 as NumPy has them; the fourth is 0.30000000000000004."""

HUNDRED_AND_ONE = np.linspace(0, 1, 101)
"""Recall levels of COCO."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One class, after each of its K counted predictions by falling confidence.

    Attributes:
        found: (K,) int64, objects found so far.
        objects: Objects that there are to find.
    """

    found: NDArray[np.int64]
    objects: int

    @property
    def shown(self) -> NDArray[np.int64]:
        """(K,) predictions so far: 1, 2, 3, ..."""
        return np.arange(1, self.found.size + 1)

    @property
    def precision(self) -> Floats:
        """(K,) share of the predictions so far that are right."""
        return self.found / self.shown

    @property
    def recall(self) -> Floats:
        """(K,) share of the objects found so far; only for a class that has objects."""
        return self.found / self.objects


def curves(
    class_id: NDArray[np.int32],
    confidence: Floats,
    right: NDArray[np.bool_],
    counted: NDArray[np.bool_],
    objects: NDArray[np.int64],
) -> list[Curve]:
    """One curve per class; equal confidences keep the order of the rows.

    Args:
        class_id, confidence, right: (P,) of the predictions.
        counted: (P,) those that are right or wrong; the others are left out.
        objects: (C,) objects to find, per class.

    Raises:
        RequestError: A confidence is not a number.
    """
    check_confidence(confidence)
    rows = np.flatnonzero(counted)
    order = rows[np.lexsort((-confidence[rows], class_id[rows]))]
    ends = np.searchsorted(class_id[order], np.arange(objects.size + 1))
    return [
        Curve(np.cumsum(right[order[start:stop]]), int(total))
        for start, stop, total in zip(ends[:-1], ends[1:], objects, strict=True)
    ]


def check_confidence(confidence: Floats) -> None:
    """Refuse confidences that are not numbers: they have no place in any order.

    Raises:
        RequestError: One is nan.
    """
    missing = int(np.isnan(confidence).sum())
    if missing:
        raise RequestError(
            f"{missing} predictions have no confidence (nan)",
            fix="give every prediction a number",
            code="E-CONFIDENCE-NAN",
        )


def envelope(precision: Floats) -> Floats:
    """(K,) the highest precision at this or any higher recall."""
    return np.maximum.accumulate(precision[::-1])[::-1]


def at_levels(recall: Floats, precision: Floats, levels: Floats) -> float:
    """Mean of the envelope where each recall level is first reached; 0 where it never is."""
    high = np.append(envelope(precision), 0.0)
    return float(high[np.searchsorted(recall, levels)].mean())


def area(recall: Floats, precision: Floats) -> float:
    """Area under the envelope, every recall step: VOC since 2010."""
    recall = np.concatenate(([0.0], recall, [1.0]))
    high = envelope(np.concatenate(([0.0], precision, [0.0])))
    step = np.flatnonzero(recall[1:] != recall[:-1])
    return float(np.sum((recall[step + 1] - recall[step]) * high[step + 1]))


def mean_defined(values: Floats) -> float:
    """Mean of the defined values; undefined (nan) when there are none."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")
