"""The confidence from which predictions are shown, chosen per class for a goal.

Every confidence of the run is tried, exactly. Thresholds are chosen and measured on the same
images, so the numbers beside them are those of the data, not a promise for other data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.counts import Counts, count, f1, precision, recall
from boxscore.evaluation.document import defined
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching, MatchesAt
from boxscore.schema.ontology import ClassRow

LEAST_OBJECTS = 10
"""A class with fewer objects takes the threshold of all classes together."""

GOALS = ("f1", "precision", "recall", "cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a threshold is chosen for; of equally good ones the highest confidence is taken.

    Attributes:
        name: f1: the highest F1. precision: the highest recall whose precision is `floor` or
            more. recall: the highest precision whose recall is `floor` or more. cost: the least
            cost_fp * FP + cost_fn * FN.
        floor: Least precision or recall, 0 to 1.
        cost_fp, cost_fn: Of one false positive and one miss, any unit.

    Raises:
        RequestError: The goal is unknown or its numbers are out of range.
    """

    name: str = "f1"
    floor: float = 0.9
    cost_fp: float = 1.0
    cost_fn: float = 1.0

    def __post_init__(self) -> None:
        if self.name not in GOALS:
            raise RequestError(
                f"goal {self.name!r} is unknown",
                fix=near_misses(self.name, GOALS),
                code="E-GOAL-UNKNOWN",
            )
        if not 0 <= self.floor <= 1:
            raise _refused(f"floor {self.floor} is outside 0 to 1", "give a share, such as 0.9")
        costs = (self.cost_fp, self.cost_fn)
        if not all(0 <= c < np.inf for c in costs) or not any(costs):
            raise _refused(f"costs {costs} are not 0 or more", "give a cost to at least one error")

    def document(self) -> dict[str, Any]:
        """For JSON: the name and what belongs to it."""
        if self.name in ("precision", "recall"):
            return {"goal": self.name, "floor": self.floor}
        if self.name == "cost":
            return {"goal": self.name, "cost_fp": self.cost_fp, "cost_fn": self.cost_fn}
        return {"goal": self.name}


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-GOAL-RANGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Operating points by falling confidence, (K,); the first shows nothing at all."""

    confidence: NDArray[np.float64]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    objects: int

    def choose(self, goal: Goal) -> tuple[float, str]:
        """The best confidence, and in words where the goal cannot be reached."""
        if not self.objects:
            return float(self.confidence[0]), "no ground truth to choose by: nothing is shown"
        value, allowed = self._worth(goal)
        if not allowed.any():
            at, unreached = self._nearest(goal)
        else:
            at, unreached = int(np.argmax(np.where(allowed, value, -np.inf))), ""
        return float(self.confidence[at]), unreached

    def _worth(self, goal: Goal) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        shown = self.tp + self.fp
        share_right = self.tp / np.maximum(shown, 1)
        share_found = self.tp / max(self.objects, 1)
        everywhere = np.ones(shown.size, np.bool_)
        if goal.name == "f1":
            return 2 * self.tp / np.maximum(shown + self.objects, 1), everywhere
        if goal.name == "precision":
            return share_found, (shown > 0) & (share_right >= goal.floor)
        if goal.name == "recall":
            return share_right, share_found >= goal.floor
        return -(goal.cost_fp * self.fp + goal.cost_fn * (self.objects - self.tp)), everywhere

    def _nearest(self, goal: Goal) -> tuple[int, str]:
        if goal.name == "precision":
            return 0, f"no confidence has a precision of {goal.floor:g}: nothing is shown"
        most = int(np.argmax(self.tp))
        return most, f"no confidence has a recall of {goal.floor:g}: everything found is shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Chosen confidences and what they give.

    Attributes:
        overall: The one confidence for all classes.
        confidence: (C,) of each class; that of all classes where the class has too few objects.
        reason: Per class, why it is not the class's own best; empty where it is.
        at_overall, at_classes: Counts with the one confidence, and with each class's own.
    """

    goal: Goal
    overall: float
    overall_reason: str
    confidence: NDArray[np.float64]
    reason: tuple[str, ...]
    fallback: NDArray[np.bool_]
    at_overall: Counts
    at_classes: Counts


def choose_thresholds(
    view: Comparable, live: LiveMatching, iou: float = 0.5, goal: Goal | None = None
) -> Thresholds:
    """The best confidence of each class, and the best single one.

    Raises:
        RequestError: The IoU threshold is out of range.
    """
    goal = goal or Goal()
    matches = live.at(iou)
    overall, overall_reason = pooled_points(view, matches).choose(goal)
    confidence = np.full(view.classes, overall)
    fallback = np.zeros(view.classes, np.bool_)
    reason = []
    for k, points in enumerate(class_points(view, matches)):
        fallback[k] = points.objects < LEAST_OBJECTS
        if fallback[k]:
            why = f"{points.objects} objects are too few: the threshold of all classes together"
        else:
            confidence[k], why = points.choose(goal)
        reason.append(why)
    return Thresholds(
        goal=goal,
        overall=overall,
        overall_reason=overall_reason,
        confidence=confidence,
        reason=tuple(reason),
        fallback=fallback,
        at_overall=count(view, matches, overall),
        at_classes=count(view, matches, confidence),
    )


def pooled_points(view: Comparable, matches: MatchesAt) -> Points:
    """Every operating point of all classes together."""
    counted = np.flatnonzero(matches.right | matches.wrong)
    rows = counted[np.argsort(-view.confidence[counted], kind="stable")]
    return _points(view.confidence[rows], matches.right[rows], int(view.counted.sum()))


def class_points(view: Comparable, matches: MatchesAt) -> list[Points]:
    """Every operating point of each class."""
    counted = np.flatnonzero(matches.right | matches.wrong)
    class_id = view.predictions.class_id[counted]
    order = np.lexsort((-view.confidence[counted], class_id))
    rows = counted[order]
    confidence, right = view.confidence[rows], matches.right[rows]
    ends = np.searchsorted(class_id[order], np.arange(view.classes + 1)).tolist()
    objects = np.bincount(view.truth.class_id[view.counted], minlength=view.classes).tolist()
    return [
        _points(confidence[a:b], right[a:b], n)
        for a, b, n in zip(ends[:-1], ends[1:], objects, strict=True)
    ]


def _points(confidence: NDArray[np.float64], right: NDArray[np.bool_], objects: int) -> Points:
    """Equal confidences are one point."""
    last = np.flatnonzero(np.append(confidence[1:] != confidence[:-1], confidence.size > 0))
    tp = np.concatenate([[0], np.cumsum(right)[last]]).astype(np.int64)
    shown = np.concatenate([[0], last + 1])
    above = np.nextafter(confidence[0], np.inf) if confidence.size else 1.0
    return Points(
        confidence=np.concatenate([[above], confidence[last]]),
        tp=tp,
        fp=shown - tp,
        objects=objects,
    )


def thresholds_document(classes: Sequence[ClassRow], chosen: Thresholds) -> dict[str, Any]:
    """The document of `thresholds.json`.

    Args:
        classes: The object classes, in order of class_id.
    """
    own, one = chosen.at_classes, chosen.at_overall
    return {
        "method": chosen.goal.document(),
        "iou": own.iou,
        "all_classes": {"confidence": chosen.overall, "reason": chosen.overall_reason or None}
        | _rates(one, slice(None)),
        "with_class_thresholds": _rates(own, slice(None)),
        "classes": [
            {
                "feature_hash": row.feature_hash,
                "class": row.name,
                "confidence": float(chosen.confidence[k]),
                "fallback": bool(chosen.fallback[k]),
                "reason": chosen.reason[k] or None,
            }
            | _rates(own, slice(k, k + 1))
            for k, row in enumerate(classes)
        ],
    }


def _rates(counts: Counts, classes: slice) -> dict[str, Any]:
    tp, fp, fn = (int(v[classes].sum()) for v in (counts.tp, counts.fp, counts.fn))
    return {
        "precision": defined(precision(tp, fp)),
        "recall": defined(recall(tp, fn)),
        "f1": defined(f1(tp, fp, fn)),
        "tp": tp,
        "fp": fp,
        "fn": fn,
    }
