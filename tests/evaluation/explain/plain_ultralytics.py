"""Ultralytics' validation after the model, in plain loops written from what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from boxscore.evaluation.explain.curves import single_linspace
from boxscore.matching.comparable import Comparable

Turn = Callable[[int, bool], float]
"""Row of a prediction and whether it is right -> its place among equally confident ones."""

ONE = np.float32
THRESHOLDS = [ONE(value) for value in single_linspace(0.5, 0.95, 10)]


def averages(view: Comparable, tool: str, turn: Turn) -> tuple[float, float]:
    """mAP at IoU 0.5 and over 0.50:0.95 of the versions of a row: see `TOOLS`."""
    box = view.truth.box
    labels = [g for g in range(len(box)) if not view.crowd[g] and min(box[g][2:]) > 0]
    kept = [row for item in range(view.items) for row in _shown(view, item)]
    classes = sorted({int(view.truth.class_id[g]) for g in labels})
    table = []
    for threshold in THRESHOLDS:
        right = _right(view, tool, labels, kept, threshold)
        for k in classes:
            mine = [row for row in kept if view.predictions.class_id[row] == k]
            mine.sort(key=lambda row: (-ONE(view.confidence[row]), turn(row, row in right)))
            objects = sum(view.truth.class_id[g] == k for g in labels)
            hits = [row in right for row in mine]
            table.append(_area(hits, objects, drop=tool != "ultralytics83"))
    first = table[: len(classes)]
    return sum(first) / len(first), sum(table) / len(table)


def _shown(view: Comparable, item: int) -> list[int]:
    """At most 300 of an image, above confidence 0.001, the most confident first."""
    rows = [row for row in range(view.confidence.size) if view.predictions.item[row] == item]
    rows = [row for row in rows if ONE(view.confidence[row]) > ONE(0.001)]
    return sorted(rows, key=lambda row: -ONE(view.confidence[row]))[:300]


def _right(
    view: Comparable, tool: str, labels: Sequence[int], kept: Sequence[int], threshold: Any
) -> set[int]:
    """From 8.4.176 the best label still free; before, the best label or none."""
    right, taken = set(), set()
    for row in kept:
        rivals = [
            (overlap(view.truth.box[g], view.predictions.box[row]), -g)
            for g in labels
            if view.truth.item[g] == view.predictions.item[row]
            and view.truth.class_id[g] == view.predictions.class_id[row]
            and (tool != "ultralytics" or g not in taken)
        ]
        best, label = max(rivals, default=(ONE(0), 1))
        if best >= threshold and -label not in taken:
            right.add(row)
            taken.add(-label)
    return right


def overlap(one: Any, other: Any) -> Any:
    """IoU in 32 bits, from corners, with 1e-7 below the line."""
    (a, b, c, d), (e, f, g, h) = (
        [ONE(x), ONE(y), ONE(x + w), ONE(y + high)] for x, y, w, high in (one, other)
    )
    wide, high = max(min(c, g) - max(a, e), ONE(0)), max(min(d, h) - max(b, f), ONE(0))
    inside = wide * high
    return inside / ((c - a) * (d - b) + (g - e) * (h - f) - inside + ONE(1e-7))


def _area(hits: Sequence[bool], objects: int, *, drop: bool) -> float:
    """Trapezoids at recall 0, 0.01 ... 1 under lines from (0, 1) to (1, 0).

    From 8.4.37 the precision drops to 0 at the last recall; before, the last line went there.
    """
    if not hits:
        return 0.0
    found, curve = 0, [(0.0, 1.0)]
    for shown, hit in enumerate(hits, 1):
        found += hit
        curve.append((found / objects, found / shown))
    curve += [(found / objects, 0.0)] * drop + [(1.0, 0.0)]
    best = [max(p for _, p in curve[k:]) for k in range(len(curve))]
    line = [(r, p) for (r, _), p in zip(curve, best, strict=True)]
    heights = [_height(line, at) for at in np.linspace(0.0, 1.0, 101).tolist()]
    return sum((one + other) / 200 for one, other in pairwise(heights))


def _height(line: Sequence[tuple[float, float]], at: float) -> float:
    k = max(k for k, (recall, _) in enumerate(line) if recall <= at)
    if k == len(line) - 1 or line[k][0] == at:
        return line[k][1]
    (left, low), (right, high) = line[k : k + 2]
    return low + (high - low) * (at - left) / (right - left)
