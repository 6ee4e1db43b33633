"""The slow twins of reasons and TIDE: plain loops over rows, by the definitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from boxscore.evaluation.reasons import ErrorKind
from boxscore.matching.comparable import Comparable
from tests.matching import brute

Points = list[tuple[float, bool, int]]


def counted(view: Comparable) -> list[int]:
    return [g for g in range(view.crowd.size) if not view.crowd[g]]


def near(view: Comparable, k: int, same: bool) -> tuple[float, int]:
    """The best overlap of prediction k with a label of its own or of any other class."""
    iou = brute.overlaps(view)[k] if view.crowd.size else []
    best, row = 0.0, -1
    for g in counted(view):
        here = view.truth.item[g] == view.predictions.item[k]
        alike = (view.truth.class_id[g] == view.predictions.class_id[k]) == same
        if here and alike and iou[g] >= 0.1 and iou[g] > best:
            best, row = float(iou[g]), g
    return best, row


def kind(
    view: Comparable, judge: brute.Outcome, k: int, iou: float, background: float = 0.1
) -> ErrorKind:
    """Why prediction k is false, in the order in which the authors' program asks."""
    (own, row), (other, _) = near(view, k, True), near(view, k, False)
    if background <= own <= iou:
        return ErrorKind.LOCATION
    if other >= iou:
        return ErrorKind.CLASS
    if own >= iou and row in judge.ground_truth:
        return ErrorKind.DUPLICATE
    if max(own, other) <= background:
        return ErrorKind.BACKGROUND
    return ErrorKind.BOTH


def keep(view: Comparable, rows: list[int]) -> Comparable:
    """The comparison with some of its predictions."""
    side = view.predictions
    fewer = brute.side(side.item[rows], side.class_id[rows], side.box[rows].reshape(-1, 4))
    return replace(view, predictions=fewer, confidence=view.confidence[rows])


def limited(view: Comparable, most: int) -> Comparable:
    """The most confident predictions of each image, whatever their class."""
    rows: list[int] = []
    for item in range(view.items):
        here = [k for k in range(view.confidence.size) if view.predictions.item[k] == item]
        rows += sorted(sorted(here, key=lambda k: -view.confidence[k])[:most])
    return keep(view, rows)


def average_precision(points: Points, objects: int) -> float:
    """101 recall points; `points` by falling confidence."""
    if not objects:
        return float("nan")
    found, curve = 0, []
    for shown, (_, right, _) in enumerate(points, start=1):
        found += right
        curve.append((found / objects, found / shown))
    levels = [max((p for r, p in curve if r >= x / 100), default=0.0) for x in range(101)]
    return sum(levels) / 101


class SlowTide:
    """Every error of a comparison as a row, fixed one kind at a time."""

    def __init__(
        self, view: Comparable, iou: float, background: float, most: int, published: bool
    ) -> None:
        self.view = view = limited(view, most)
        self.published = published
        self.judge = judge = brute.match(view, iou)
        self.order = sorted(range(view.confidence.size), key=lambda k: -view.confidence[k])
        self.right = [
            g >= 0 and not i for g, i in zip(judge.ground_truth, judge.ignored, strict=True)
        ]
        found = {g for g, r in zip(judge.ground_truth, self.right, strict=True) if r}
        held = brute.Outcome(list(found), [])
        self.kind = [
            ErrorKind.NONE if self.right[k] else kind(view, held, k, iou, background)
            for k in range(view.confidence.size)
        ]
        self.fixes: dict[int, int] = {}
        for k in self.order:
            if self.kind[k] in (ErrorKind.LOCATION, ErrorKind.CLASS):
                _, g = near(view, k, self.kind[k] is ErrorKind.LOCATION)
                if g not in found and g not in self.fixes.values():
                    self.fixes[k] = g
        self.unmatched = [g for g in counted(view) if g not in found]
        self.missed = [g for g in self.unmatched if g not in self.fixes.values()]

    def objects(self, class_id: int, without: list[int]) -> int:
        rows = [g for g in counted(self.view) if g not in without]
        return sum(int(self.view.truth.class_id[g]) == class_id for g in rows)

    def ap(
        self, class_id: int, fixed: ErrorKind = ErrorKind.NONE, without: list[int] | None = None
    ) -> float:
        """AP of a class with one kind of error fixed."""
        points: Points = []
        for k in self.order:
            owner, right = int(self.view.predictions.class_id[k]), self.right[k]
            if fixed and self.kind[k] is fixed:
                if k not in self.fixes:
                    continue
                owner, right = int(self.view.truth.class_id[self.fixes[k]]), True
            elif self.judge.ignored[k]:
                continue
            if owner == class_id:
                points.append((float(self.view.confidence[k]), right, int(self.right[k])))
        if self.published and (fixed or without is not None):
            points.sort(key=lambda p: (-p[0], p[2]))
        ap = average_precision(points, self.objects(class_id, without or []))
        return 0.0 if self.published and np.isnan(ap) and points else ap
