"""Localisation recall precision: one error that counts poor boxes, false positives and misses.

Source: Oksuz et al. 2018, "Localization Recall Precision (LRP): A New Performance Metric for
Object Detection", and 2021, "One Metric to Measure Them All". 0 is perfect, 1 is useless.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.chosen import Items, objects_of_classes, ranked_verdicts
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.document import defined
from boxscore.evaluation.reasons import match_overlaps
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import MatchesAt
from boxscore.schema.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Lrp:
    """LRP of each class, (C,) arrays; nan is undefined, as for a class without objects.

    Attributes:
        iou: tau, the IoU threshold of a true positive.
        value: (sum of (1 - IoU) / (1 - tau) over true positives, plus false positives, plus
            misses) / (true positives + false positives + misses).
        location: Mean 1 - IoU of true positives.
        false_positive: False positives / predictions shown.
        false_negative: Misses / objects.
        confidence: Least confidence shown; nan where showing nothing is best.
    """

    iou: float
    value: NDArray[np.float64]
    location: NDArray[np.float64]
    false_positive: NDArray[np.float64]
    false_negative: NDArray[np.float64]
    confidence: NDArray[np.float64]

    def means(self) -> dict[str, float]:
        """Means over the classes where each number is defined: moLRP and its components."""
        return {name: _mean(getattr(self, name)) for name in NUMBERS}


NUMBERS = ("value", "location", "false_positive", "false_negative")


def _mean(values: NDArray[np.float64]) -> float:
    some = values[~np.isnan(values)]
    return float(some.mean()) if some.size else float("nan")


def optimal_lrp(
    view: Comparable,
    pairs: Table,
    matches: MatchesAt,
    items: Items = None,
    classes: Classes = None,
) -> Lrp:
    """oLRP: each class at the confidence of its least LRP; of equal ones the highest confidence.

    Args:
        matches: At tau, 0.5 in the paper.

    Raises:
        RequestError: tau is 1, where a box has no room to be poor.
    """
    if matches.iou >= 1:
        raise RequestError(
            "LRP is undefined at an IoU threshold of 1",
            fix="choose a threshold below 1, 0.5 as in the paper",
            code="E-IOU-RANGE",
        )
    ranked, objects = matches.ranked, objects_of_classes(view, items, classes)
    shown, tp, poor, confidence = _core.lrp_sums(
        ranked.class_id,
        ranked.confidence,
        ranked_verdicts(view, matches, items, classes),
        ranked.rows,
        match_overlaps(pairs, matches),
        objects,
        iou=matches.iou,
    )
    fp, fn, present = shown - tp, objects - tp, objects > 0
    return Lrp(
        iou=matches.iou,
        value=_ratio(poor / (1 - matches.iou) + fp + fn, tp + fp + fn, present),
        location=_ratio(poor, tp, present),
        false_positive=_ratio(fp, shown, present),
        false_negative=_ratio(fn, objects, present),
        confidence=np.where(present, confidence, np.nan),
    )


def _ratio(
    part: NDArray[Any], whole: NDArray[Any], present: NDArray[np.bool_]
) -> NDArray[np.float64]:
    out = np.full(part.size, np.nan)
    np.divide(part, whole, out=out, where=present & (whole > 0))
    return out


def lrp_document(found: Lrp) -> dict[str, Any]:
    """LRP for JSON: means over classes, and each class that has objects."""
    return {
        "iou": found.iou,
        "mean": {name: defined(value) for name, value in found.means().items()},
        "per_class": [
            {"class_id": k, "confidence": defined(found.confidence[k])}
            | {name: defined(getattr(found, name)[k]) for name in NUMBERS}
            for k in np.flatnonzero(~np.isnan(found.value)).tolist()
        ],
    }
