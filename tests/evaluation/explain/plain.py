"""Assignments and Encord Active's two definitions in plain loops: slow, obvious, the judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boxscore.evaluation.explain.rules import Assignment
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable


@dataclass(frozen=True)
class Marks:
    """By row: right, and not to be counted."""

    right: list[bool]
    ignored: list[bool]


def assign(view: Comparable, rule: Assignment, threshold: float) -> Marks:
    """One prediction after the other, most confident first."""
    iou = _core.box_iou(view.predictions.box, view.truth.box, view.crowd)
    count = view.confidence.size
    marks = Marks([False] * count, [False] * count)
    taken: set[int] = set()
    rivals = [
        [
            g
            for g in range(view.crowd.size)
            if view.truth.item[g] == view.predictions.item[k]
            and view.truth.class_id[g] == view.predictions.class_id[k]
        ]
        for k in range(count)
    ]
    closest = rule is Assignment.BEST_ONLY_CLOSEST
    turn = [
        (-view.confidence[k], -max((iou[k, g] for g in rivals[k]), default=0) * closest)
        for k in range(count)
    ]
    for k in sorted(range(count), key=turn.__getitem__):
        mine = rivals[k]
        if closest or rule is Assignment.BEST_ONLY:
            g = max(mine, key=lambda g: iou[k, g], default=None)
            if g is None or iou[k, g] < threshold:
                continue
            if view.crowd[g]:
                marks.ignored[k] = True
            elif g not in taken:
                marks.right[k] = True
                taken.add(g)
            continue
        enough = [g for g in mine if iou[k, g] >= threshold]
        free = [g for g in enough if not view.crowd[g] and g not in taken]
        sign = 1 if rule is Assignment.BEST_FREE else -1
        if free:
            marks.right[k] = True
            taken.add(max(free, key=lambda g: (iou[k, g], sign * g)))
        elif any(view.crowd[g] for g in enough):
            marks.ignored[k] = True
    return marks


def encord(view: Comparable, *, legacy: bool) -> float:
    """mAP at IoU 0.5 of a view without crowd regions, by either definition."""
    rule = Assignment.BEST_ONLY if legacy else Assignment.BEST_ONLY_CLOSEST
    right = assign(view, rule, 0.5).right
    values: list[float] = []
    for class_id in range(view.classes):
        objects = int((view.truth.class_id == class_id).sum())
        rows = np.flatnonzero(view.predictions.class_id == class_id)
        rows = rows[np.argsort(-view.confidence[rows], kind="stable")]
        if legacy and objects:
            values.append(_legacy([right[k] for k in rows], objects))
        elif not legacy and (objects or rows.size):
            values.append(_page([right[k] for k in rows], objects))
    return sum(values) / len(values)


def _legacy(right: list[bool], objects: int) -> float:
    epsilon = 2.0**-52
    found = 0
    curve: list[tuple[float, float]] = []
    for shown, hit in enumerate(right, 1):
        found += hit
        curve.append((found / (objects + epsilon), found / (shown + epsilon)))
    points = [k / 100 for k in range(101)]
    return sum(max((p for r, p in curve if r >= at), default=0.0) for at in points) / 101


def _page(right: list[bool], objects: int) -> float:
    last: dict[int, int] = {}
    found = 0
    for shown, hit in enumerate(right, 1):
        found += hit
        last[found] = shown
    curve = [(_hundredths(n, objects), n / shown) for n, shown in last.items() if n]
    return sum(max((p for r, p in curve if r >= 10 * at), default=0.0) for at in range(11)) / 11


def _hundredths(found: int, objects: int) -> int:
    """Recall in whole hundredths, halves up."""
    return (200 * found + objects) // (2 * objects)
