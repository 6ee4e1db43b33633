"""Panoptic quality pixel set by pixel set, as the paper defines it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

Segment = tuple[int, bool]
"""Class and whether it is a crowd region."""


def count(truth: Any, listed: dict[int, Segment], found: Any, found_class: dict[int, int]) -> Any:
    """class -> [sum of IoU, TP, FP, FN] of one image."""
    out: dict[int, list[Any]] = {}
    pairs = list(matches(truth, listed, found, found_class))
    for g, _, iou in pairs:
        row = out.setdefault(listed[g][0], [0.0, 0, 0, 0])
        row[0] += iou
        row[1] += 1
    for p, class_id in found_class.items():
        alone = all(p != matched for _, matched, _ in pairs)
        if alone and not excused(truth, listed, found == p, class_id):
            out.setdefault(class_id, [0.0, 0, 0, 0])[2] += 1
    for g, (class_id, crowd) in listed.items():
        if not crowd and all(g != matched for matched, _, _ in pairs):
            out.setdefault(class_id, [0.0, 0, 0, 0])[3] += 1
    return out


def matches(
    truth: Any, listed: dict[int, Segment], found: Any, found_class: dict[int, int]
) -> Iterator[tuple[int, int, float]]:
    """Pairs of one class whose IoU, without the void pixels of the truth, is above one half."""
    for g, p in product(sorted(listed), sorted(found_class)):
        class_id, crowd = listed[g]
        if not crowd and class_id == found_class[p]:
            both = int(((truth == g) & (found == p)).sum())
            either = int(((truth == g) | ((found == p) & (truth != 0))).sum())
            if both / either > 0.5:
                yield g, p, both / either


def excused(truth: Any, listed: dict[int, Segment], inside: Any, class_id: int) -> bool:
    """More than half on void or on crowd regions of the class."""
    void = truth == 0
    for g, (other, crowd) in listed.items():
        if crowd and other == class_id:
            void = void | (truth == g)
    return bool((void & inside).sum() / inside.sum() > 0.5)


def average(per_class: dict[int, list[Any]], chosen: set[int]) -> tuple[float, float, float]:
    """PQ, SQ and RQ over the classes that occur; SQ of a class without a match is 0."""
    rows = [v for k, v in per_class.items() if k in chosen and sum(v[1:])]
    pq = [v[0] / (v[1] + 0.5 * v[2] + 0.5 * v[3]) for v in rows]
    sq = [v[0] / v[1] if v[1] else 0.0 for v in rows]
    rq = [v[1] / (v[1] + 0.5 * v[2] + 0.5 * v[3]) for v in rows]
    return float(np.mean(pq)), float(np.mean(sq)), float(np.mean(rq))
