"""True positives, false positives and misses at one operating point, overall and per class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import MatchesAt

Classes = tuple[int, ...] | None
"""Class ids to look at; None is all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Whole numbers at one IoU threshold and confidence; arrays are per class, (C,) int64.

    `ignored` predictions lie on crowd regions or beyond the most predictions per image and
    class: they are neither right nor wrong, as in COCO. `confidence` is nan where each class has
    its own.
    """

    iou: float
    confidence: float
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    fn: NDArray[np.int64]
    ignored: NDArray[np.int64]


def count(view: Comparable, matches: MatchesAt, confidence: float | NDArray[np.float64]) -> Counts:
    """Count the outcomes of predictions at or above a confidence.

    Args:
        confidence: One for all, or one for each class, (C,).
    """
    shown = predictions_shown(view, confidence)
    right, wrong = matches.right & shown, matches.wrong & shown
    class_id = view.predictions.class_id
    tp = _per_class(class_id[right], view.classes)
    objects = _per_class(view.truth.class_id[view.counted], view.classes)
    return Counts(
        iou=matches.iou,
        confidence=float(confidence) if np.ndim(confidence) == 0 else float("nan"),
        tp=tp,
        fp=_per_class(class_id[wrong], view.classes),
        fn=objects - tp,
        ignored=_per_class(class_id[shown & ~right & ~wrong], view.classes),
    )


def predictions_shown(
    view: Comparable, confidence: float | NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(P,) predictions at or above a confidence, one for all or one for each class, (C,).

    Raises:
        RequestError: There is neither one confidence nor one for each class.
    """
    if np.ndim(confidence) == 0:
        return np.asarray(view.confidence >= confidence)
    if np.shape(confidence) != (view.classes,):
        raise RequestError(
            f"confidences of shape {np.shape(confidence)} for {view.classes} classes",
            fix="give one number, or one for each class",
            code="E-CONFIDENCE-SHAPE",
        )
    return np.asarray(view.confidence >= np.asarray(confidence)[view.predictions.class_id])


def _per_class(class_id: NDArray[np.int32], classes: int) -> NDArray[np.int64]:
    return np.bincount(class_id, minlength=classes).astype(np.int64)


def ratio(part: float, whole: float) -> float:
    """part / whole, undefined (nan) when there is nothing to divide by."""
    return part / whole if whole else float("nan")


def ratios(
    part: NDArray[np.int64] | NDArray[np.float64], whole: NDArray[np.int64]
) -> NDArray[np.float64]:
    """part / whole of each (C,), undefined (nan) where there is nothing to divide by."""
    undefined = np.full(whole.shape, np.nan)
    shares: NDArray[np.float64] = np.divide(part, whole, out=undefined, where=whole > 0)
    return shares


def mean(values: NDArray[np.float64]) -> float:
    """Mean of the defined values, undefined (nan) when there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def precision(tp: int, fp: int) -> float:
    """Share of the predictions that are right; undefined without predictions."""
    return ratio(tp, tp + fp)


def recall(tp: int, fn: int) -> float:
    """Share of the objects that are found; undefined without objects."""
    return ratio(tp, tp + fn)


def f1(tp: int, fp: int, fn: int) -> float:
    """Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN)."""
    return ratio(2 * tp, 2 * tp + fp + fn)


def accuracy(tp: int, fp: int, fn: int) -> float:
    """Share of everything predicted or labelled that is right, TP / (TP + FP + FN)."""
    return ratio(tp, tp + fp + fn)
