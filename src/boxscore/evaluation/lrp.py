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
from boxscore.evaluation.chosen import Items, chosen, class_mask
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.document import defined
from boxscore.evaluation.ranking import Ranking, by_class, first_best
from boxscore.evaluation.reasons import match_overlaps
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
    curve = _Curve(view, pairs, matches, items, classes)
    # Sums round: values that differ by less than 1e-12 are one value.
    value = np.round(curve.value(), 12)
    point = np.flatnonzero(curve.ranking.last & (curve.objects[curve.ranking.class_id] > 0))
    class_id, at = first_best(curve.ranking.class_id[point], -value[point])
    at = point[at]
    better = value[at] < 1  # showing nothing has LRP 1
    best = np.full(view.classes, -1, np.int64)
    best[class_id[better]] = at[better]
    return curve.at(best)


def lrp_at(
    view: Comparable,
    pairs: Table,
    matches: MatchesAt,
    confidence: float,
    items: Items = None,
    classes: Classes = None,
) -> Lrp:
    """LRP of each class when every prediction at or above one confidence is shown.

    Raises:
        RequestError: tau is 1, where a box has no room to be poor.
    """
    curve = _Curve(view, pairs, matches, items, classes)
    ranking = curve.ranking
    shown = np.bincount(ranking.class_id[ranking.confidence >= confidence], minlength=view.classes)
    return curve.at(np.where(shown > 0, ranking.start[:-1] + shown - 1, -1))


class _Curve:
    """Running sums of everything LRP needs, from the top of each class."""

    def __init__(
        self,
        view: Comparable,
        pairs: Table,
        matches: MatchesAt,
        items: Items,
        classes: Classes,
    ) -> None:
        if matches.iou >= 1:
            raise RequestError(
                "LRP is undefined at an IoU threshold of 1",
                fix="choose a threshold below 1, 0.5 as in the paper",
                code="E-IOU-RANGE",
            )
        shown = (matches.right | matches.wrong) & chosen(view, view.predictions, items, classes)
        objects = view.truth.class_id[view.counted & chosen(view, view.truth, items, classes)]
        self.iou = matches.iou
        self.objects = np.bincount(objects, minlength=view.classes)
        self.objects[~class_mask(view, classes)] = 0
        rows = matches.order[shown[matches.order]]
        self.ranking: Ranking = by_class(
            rows, view.predictions.class_id, view.confidence, view.classes
        )
        right = matches.right[self.ranking.rows]
        poor = 1 - match_overlaps(pairs, matches)[self.ranking.rows]
        self.tp = self.ranking.running(right.astype(np.float64))
        self.poor = self.ranking.running(np.where(right, poor, 0.0))

    def value(self) -> NDArray[np.float64]:
        """(N,) LRP when showing each class down to each place."""
        place, objects = self.ranking.place, self.objects[self.ranking.class_id]
        errors = self.poor / (1 - self.iou) + (place - self.tp) + (objects - self.tp)
        value: NDArray[np.float64] = errors / (place + objects - self.tp)
        return value

    def at(self, last: NDArray[np.int64]) -> Lrp:
        """The numbers of each class shown down to `last` (C,), a place in the ranking or -1."""
        some = last >= 0
        tp, poor, shown, confidence = (
            np.where(some, np.append(v, nothing)[last], nothing)
            for v, nothing in (
                (self.tp, 0.0),
                (self.poor, 0.0),
                (self.ranking.place, 0.0),
                (self.ranking.confidence, np.nan),
            )
        )
        fp, fn, objects = shown - tp, self.objects - tp, self.objects
        present = objects > 0
        return Lrp(
            iou=self.iou,
            value=_ratio(poor / (1 - self.iou) + fp + fn, tp + fp + fn, present),
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
