"""mAP of the same rows under any rules."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.explain.assignment import Pairs, Verdicts, assign
from boxscore.evaluation.explain.curves import iou_thresholds, points_of, recall_points
from boxscore.evaluation.explain.rules import (
    Absent,
    Arithmetic,
    Assignment,
    Crowd,
    Curve,
    Rules,
    Ties,
)
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable

FLOOR = 0.49
"""Least overlap of a pair that could match at any IoU threshold, with room for rounding."""


@dataclass(frozen=True, slots=True)
class MeanAp:
    """The two numbers that tools publish; nan where no class has ground truth."""

    at_50: float
    at_50_95: float

    def of(self, metric: str) -> float:
        """By its name in documents: "mAP50" or "mAP50_95"."""
        return {"mAP50": self.at_50, "mAP50_95": self.at_50_95}[metric]


def mean_ap(view: Comparable, rules: Rules) -> MeanAp:
    """mAP at IoU 0.50 and over 0.50:0.95 of boxes under `rules`."""
    rows = KeptRows(view, rules)
    verdicts = decide(rows)
    right, ignored = verdicts.right, verdicts.ignored
    objects = np.bincount(rows.truth_class[~rows.ignored], minlength=view.classes)
    shown = np.bincount(rows.class_id, minlength=view.classes)
    starts = np.concatenate([[0], np.cumsum(shown)])
    recalls = recall_points(rules.arithmetic)
    points = [
        [
            points_of(right[mine, t], ignored[mine, t], int(objects[k]), rules.curve, recalls)
            for k in np.flatnonzero(objects).tolist()
            for mine in (order[starts[k] : starts[k + 1]],)
        ]
        for t, order in enumerate(_curve_orders(rows, right))
    ]
    extra = 0
    if rules.absent is Absent.ZERO:
        extra = int(np.count_nonzero((objects == 0) & (shown > 0)))
    return _means(points, extra, rules.curve)


def _means(points: list[list[NDArray[np.float64]]], extra: int, curve: Curve) -> MeanAp:
    """Means in the order in which each tool adds up, so that they agree to the last bit."""
    if not points[0]:
        return MeanAp(0.0, 0.0) if extra else MeanAp(math.nan, math.nan)
    array = np.ascontiguousarray(np.array(points).transpose(1, 0, 2))  # (classes, thresholds, n)
    if curve is Curve.COCO:
        pooled = np.ascontiguousarray(array.transpose(1, 2, 0))
        pooled = np.concatenate([pooled, np.zeros((*pooled.shape[:2], extra))], axis=2)
        return MeanAp(float(pooled[0].ravel().mean()), float(pooled.ravel().mean()))
    ap = np.concatenate([array.mean(axis=2), np.zeros((extra, array.shape[1]))])
    return MeanAp(float(ap[:, 0].mean()), float(ap.mean()))


class KeptRows:
    """What is left of both sides under the rules, in the numbers that the rules compute with."""

    def __init__(self, view: Comparable, rules: Rules) -> None:
        self.rules = rules
        marked = view.crowd != 0
        self.shared = marked
        if view.ignored is not None:
            marked = marked | (view.ignored != 0)
        kept = np.ones(marked.size, np.bool_)
        if rules.crowd is Crowd.DROPPED:
            kept = ~marked & (view.truth.box[:, 2:] > 0).all(axis=1)
        counted = rules.crowd is not Crowd.IGNORED
        self.ignored = (marked & (not counted))[kept]
        self.shared = (self.shared & (not counted))[kept]
        self.truth_item, self.truth_class = view.truth.item[kept], view.truth.class_id[kept]
        self.truth_box = view.truth.box[kept]
        confidence = view.confidence
        if rules.arithmetic is not Arithmetic.DOUBLE:
            confidence = confidence.astype(np.float32).astype(np.float64)
        rows = _considered(view, rules, confidence)
        self.item, self.class_id = view.predictions.item[rows], view.predictions.class_id[rows]
        self.box, self.confidence = view.predictions.box[rows], confidence[rows]


def _considered(
    view: Comparable, rules: Rules, confidence: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Rows of the predictions that count, by image, then falling confidence, then file order."""
    rows = np.lexsort((-confidence, view.predictions.item))
    if rules.confidence_floor is not None:
        floor = rules.confidence_floor
        if rules.arithmetic is not Arithmetic.DOUBLE:
            floor = float(np.float32(floor))
        rows = rows[confidence[rows] > floor]
    limit = rules.max_detections
    if limit is None:
        return rows
    item = view.predictions.item[rows].astype(np.int64)
    group = item * view.classes + view.predictions.class_id[rows] if limit.per_class else item
    return rows[_rank(group) < limit.count]


def _rank(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many earlier rows have the same group."""
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    first = np.flatnonzero(np.diff(sorted_group, prepend=-1))
    start = np.repeat(first, np.diff(first, append=group.size))
    rank = np.empty(group.size, np.int64)
    rank[order] = np.arange(group.size) - start
    return rank


def decide(rows: KeptRows) -> Verdicts:
    """Right, wrong or not counted: every prediction kept, at every IoU threshold."""
    rules = rows.rules
    thresholds = iou_thresholds(rules.arithmetic)
    if rules.assignment is Assignment.BEST_FREE:
        thresholds = np.minimum(thresholds, 1 - 1e-10)
    return assign(
        _pairs(rows), rules.assignment, thresholds, rows.item.size, rows.ignored, rows.shared
    )


def _pairs(rows: KeptRows) -> Pairs:
    truth_box, box = rows.truth_box, rows.box
    if rows.rules.arithmetic is not Arithmetic.DOUBLE:
        truth_box, box = _single(truth_box), _single(box)
    found, truth, overlap = _core.candidate_pairs(
        rows.truth_item,
        np.ascontiguousarray(truth_box),
        rows.shared.astype(np.uint8),
        rows.item,
        np.ascontiguousarray(box),
        FLOOR,
    )
    same = rows.class_id[found] == rows.truth_class[truth]
    prediction, ground_truth = found[same].astype(np.int64), truth[same].astype(np.int64)
    overlap = overlap[same]
    if rows.rules.arithmetic is Arithmetic.SINGLE:
        overlap = _single_overlap(rows, prediction, ground_truth)
    order = np.lexsort((ground_truth, prediction))
    prediction = prediction[order]
    overlap = overlap[order]
    return Pairs(
        prediction=prediction,
        ground_truth=ground_truth[order],
        overlap=overlap,
        step=_steps(rows, prediction, overlap),
    )


def _steps(
    rows: KeptRows, prediction: NDArray[np.int64], overlap: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Rows stand by falling confidence within an image, so a group's order is theirs."""
    if not prediction.size:
        return prediction
    who, first, back = np.unique(prediction, return_index=True, return_inverse=True)
    classes = int(rows.class_id.max()) + 1
    group = rows.item[who].astype(np.int64) * classes + rows.class_id[who]
    if rows.rules.assignment is not Assignment.BEST_ONLY_CLOSEST:
        return _rank(group)[back]
    turn = np.lexsort((-np.maximum.reduceat(overlap, first), -rows.confidence[who], rows.item[who]))
    step = np.empty(who.size, np.int64)
    step[turn] = _rank(group[turn])
    return step[back]


def _single(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boxes that went through corners in 32 bits."""
    low, high = _corners(box)
    return np.concatenate([low, high - low], axis=1).astype(np.float64)


def _corners(box: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return box[:, :2].astype(np.float32), (box[:, :2] + box[:, 2:]).astype(np.float32)


def _single_overlap(
    rows: KeptRows, prediction: NDArray[np.int64], ground_truth: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Overlaps computed in 32 bits from corners, with 1e-7 added below the line."""
    low, high = (side[prediction] for side in _corners(rows.box))
    truth_low, truth_high = (side[ground_truth] for side in _corners(rows.truth_box))
    shared = np.maximum(np.minimum(high, truth_high) - np.maximum(low, truth_low), np.float32(0))
    inside = shared[:, 0] * shared[:, 1]
    size, truth_size = high - low, truth_high - truth_low
    own = size[:, 0] * size[:, 1]
    either = truth_size[:, 0] * truth_size[:, 1] + own - inside
    below = np.where(rows.shared[ground_truth], own, either) + np.float32(1e-7)
    return np.asarray(inside / below, np.float64)


def _curve_orders(rows: KeptRows, right: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """At every threshold, rows by class and falling confidence; equal ones by the rule of ties."""
    ties = rows.rules.ties
    if ties in (Ties.RIGHT_FIRST, Ties.WRONG_FIRST):
        for at in right.T:
            last = at != (ties is Ties.RIGHT_FIRST)
            yield np.lexsort((last, -rows.confidence, rows.class_id))
        return
    order = _curve_order(rows)
    order = order[np.argsort(rows.class_id[order], kind="stable")]
    yield from repeat(order, right.shape[1])


def _curve_order(rows: KeptRows) -> NDArray[np.int64]:
    """Rows by falling confidence over all images; equal ones as a sort leaves them."""
    if rows.rules.ties is Ties.FILE_ORDER:
        return np.argsort(-rows.confidence, kind="stable")
    if rows.rules.arithmetic is Arithmetic.DOUBLE:
        return np.argsort(-rows.confidence)
    return np.argsort(-rows.confidence.astype(np.float32))
