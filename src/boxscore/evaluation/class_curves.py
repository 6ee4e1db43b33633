"""Precision, recall, F1 and accuracy of every class against confidence, on one common grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items, objects_of_classes, ranked_verdicts
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.curves import grid
from boxscore.evaluation.document import defined
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import MatchesAt

MEASURES = ("precision", "recall", "f1", "accuracy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Numbers at each confidence threshold, (..., K); nan is undefined."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @classmethod
    def of(cls, tp: NDArray[np.int64], fp: NDArray[np.int64], objects: NDArray[np.int64]) -> Curve:
        """From counts (..., K), and the number of objects (..., 1)."""
        return cls(
            precision=_ratio(tp, tp + fp),
            recall=_ratio(tp, np.broadcast_to(objects, tp.shape)),
            f1=_ratio(2 * tp, tp + fp + objects),
            accuracy=_ratio(tp, fp + objects),
        )


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    out = np.full(part.shape, np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out


Best = tuple[float, float]
"""(confidence, F1) of the highest F1; of equals the highest confidence. nan without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCurves:
    """Counts of C classes at K confidence thresholds, and where each class has its best F1.

    A threshold shows every prediction at or above it. The optima are exact: they are sought among
    all confidences of the run, not on the grid.

    Attributes:
        iou: Least IoU of a match.
        at: (K,) confidence thresholds, ascending.
        tp, fp: (C, K) int64.
        objects: (C,) int64.
        best_confidence, best_f1: (C,); nan for a class without objects or predictions.
        micro: The optimum of all counts pooled.
        macro: The optimum of the mean F1 over classes with objects.
    """

    iou: float
    at: NDArray[np.float64]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    objects: NDArray[np.int64]
    best_confidence: NDArray[np.float64]
    best_f1: NDArray[np.float64]
    micro: Best
    macro: Best

    def per_class(self) -> Curve:
        """(C, K) numbers of each class."""
        return Curve.of(self.tp, self.fp, self.objects[:, None])

    def pooled(self) -> Curve:
        """(K,) numbers of all counts together (micro)."""
        return Curve.of(self.tp.sum(axis=0), self.fp.sum(axis=0), self.objects.sum(keepdims=True))

    def mean(self) -> Curve:
        """(K,) means over the classes with objects where each number is defined (macro)."""
        present = self.objects > 0
        curve = Curve.of(self.tp[present], self.fp[present], self.objects[present, None])
        return Curve(**{name: _mean(getattr(curve, name)) for name in MEASURES})


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    some = ~np.isnan(values)
    total, count = np.where(some, values, 0).sum(axis=0), some.sum(axis=0)
    out = np.full(total.shape, np.nan)
    np.divide(total, count, out=out, where=count > 0)
    return out


def class_curves(
    view: Comparable,
    matches: MatchesAt,
    classes: Classes = None,
    items: Items = None,
    steps: int = 100,
) -> ClassCurves:
    """Count every class at every threshold of a common grid.

    Args:
        steps: The grid has one threshold more.
    """
    ranked, objects = matches.ranked, objects_of_classes(view, items, classes)
    at = grid(ranked.confidence[[0, -1]] if ranked.rows.size else ranked.confidence, steps)
    right, wrong, best_confidence, best_f1, micro, macro = _core.sweep_classes(
        ranked.class_id,
        ranked.confidence,
        ranked_verdicts(view, matches, items, classes),
        objects,
        at,
    )
    return ClassCurves(
        iou=matches.iou,
        at=at,
        tp=_at_or_above(right),
        fp=_at_or_above(wrong),
        objects=objects,
        best_confidence=best_confidence,
        best_f1=best_f1,
        micro=micro,
        macro=macro,
    )


def _at_or_above(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """(C, K) sums from each step of the grid to its end."""
    counts: NDArray[np.int64] = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    return counts


MOST_CURVES = 100
"""Classes whose curves a document holds unless some are chosen; the rest have their optimum."""


def class_curves_document(found: ClassCurves, classes: Classes = None) -> dict[str, Any]:
    """Curves for JSON: pooled, mean over classes, and of single classes.

    Args:
        classes: Whose curves are wanted; None is those with most objects.
    """
    present = np.flatnonzero(found.objects > 0)
    if classes is None:
        most = present[np.argsort(-found.objects[present], kind="stable")[:MOST_CURVES]]
        classes = tuple(np.sort(most).tolist())
    rows = list(classes)
    curve = Curve.of(found.tp[rows], found.fp[rows], found.objects[rows, None])
    return {
        "iou": found.iou,
        "at": found.at.tolist(),
        "pooled": _curve(found.pooled()) | {"best": _point(found.micro)},
        "mean": _curve(found.mean()) | {"best": _point(found.macro)},
        "best": [
            {
                "class_id": k,
                "objects": int(found.objects[k]),
                "confidence": defined(found.best_confidence[k]),
                "f1": defined(found.best_f1[k]),
            }
            for k in present.tolist()
        ],
        "per_class": [
            {"class_id": k, "objects": int(found.objects[k])}
            | {name: _values(getattr(curve, name)[i]) for name in MEASURES}
            for i, k in enumerate(rows)
        ],
    }


def _curve(curve: Curve) -> dict[str, Any]:
    return {name: _values(getattr(curve, name)) for name in MEASURES}


def _values(values: NDArray[np.float64]) -> list[float | None]:
    return [defined(value) for value in values]


def _point(best: Best) -> dict[str, float | None]:
    return {"confidence": defined(best[0]), "f1": defined(best[1])}
