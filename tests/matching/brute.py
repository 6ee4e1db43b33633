"""Greedy COCO matching in plain loops: slow, obvious, and the judge of the fast one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable, Side
from boxscore.schema.kinds import Task


@dataclass(frozen=True)
class Outcome:
    """Lists by row: the ground truth each prediction got or -1, and whether it is ignored."""

    ground_truth: list[int]
    ignored: list[bool]


def scene(seed: int, ties: bool = False) -> Comparable:
    """A few images with crowds, near misses, wrong classes and equal confidences."""
    rng = np.random.default_rng(seed)
    items, classes = 5, 3
    n_truth, n_found = int(rng.integers(0, 40)), int(rng.integers(0, 160))
    truth = np.concatenate([rng.random((n_truth, 2)) * 60, 5 + rng.random((n_truth, 2)) * 30], 1)
    found = np.concatenate([rng.random((n_found, 2)) * 60, 5 + rng.random((n_found, 2)) * 30], 1)
    truth_item = np.sort(rng.integers(0, items, n_truth)).astype(np.int32)
    item = np.sort(rng.integers(0, items, n_found)).astype(np.int32)
    if ties:
        truth, found = np.round(truth / 10) * 10 + 1, np.round(found / 10) * 10 + 1
    confidence = rng.random(n_found)
    return Comparable(
        task=Task.BBOX,
        items=items,
        classes=classes,
        truth=side(truth_item, rng.integers(0, classes, n_truth), truth),
        crowd=(rng.random(n_truth) < 0.15).astype(np.uint8),
        predictions=side(item, rng.integers(0, classes, n_found), found),
        confidence=np.round(confidence, 1) if ties else confidence,
        left_out=0,
        assumed=0,
    )


def side(item: Any, class_id: Any, box: Any) -> Side:
    return Side(
        rows=np.arange(len(item)),
        item=np.asarray(item, np.int32),
        class_id=np.asarray(class_id, np.int32),
        box=box,
        area=box[:, 2] * box[:, 3],
        masks=None,
    )


def on_items(view: Comparable, items: Any) -> Comparable:
    """The comparison without the rows of other images."""
    truth, found = items[view.truth.item], items[view.predictions.item]
    return replace(
        view,
        truth=_rows(view.truth, truth),
        crowd=view.crowd[truth],
        predictions=_rows(view.predictions, found),
        confidence=view.confidence[found],
    )


def _rows(of: Side, chosen: Any) -> Side:
    return side(of.item[chosen], of.class_id[chosen], of.box[chosen])


def overlaps(view: Comparable) -> Any:
    return _core.box_iou(view.predictions.box, view.truth.box, view.crowd)


def match(view: Comparable, threshold: float, confidence: float = 0.0) -> Outcome:
    """COCOeval.evaluateImg for the area range "all", one image and class after the other."""
    iou = overlaps(view)
    got, ignored = [-1] * view.confidence.size, [False] * view.confidence.size
    for item in range(view.items):
        for class_id in range(view.classes):
            rows = [
                k
                for k in range(view.confidence.size)
                if view.predictions.item[k] == item
                and view.predictions.class_id[k] == class_id
                and view.confidence[k] >= confidence
            ]
            rows.sort(key=lambda k: -view.confidence[k])
            truths = [
                g
                for g in range(view.crowd.size)
                if view.truth.item[g] == item and view.truth.class_id[g] == class_id
            ]
            truths.sort(key=lambda g: view.crowd[g])
            taken: set[int] = set()
            for k in rows:
                best, chosen = min(threshold, 1 - 1e-10), -1
                for g in truths:
                    if g in taken and not view.crowd[g]:
                        continue
                    if chosen >= 0 and not view.crowd[chosen] and view.crowd[g]:
                        break
                    if iou[k, g] < best:
                        continue
                    best, chosen = iou[k, g], g
                if chosen >= 0:
                    got[k], ignored[k] = chosen, bool(view.crowd[chosen])
                    taken.add(chosen)
    return Outcome(got, ignored)


def repeated(view: Comparable, times: Any) -> Comparable:
    """A data set that holds each image as often as `times` says, copies next to each other."""
    start = np.concatenate([[0], np.cumsum(times)])
    truth, own = _repeat(view.truth, times, start)
    found, rows = _repeat(view.predictions, times, start)
    return Comparable(
        task=view.task,
        items=int(start[-1]),
        classes=view.classes,
        truth=truth,
        crowd=view.crowd[own],
        predictions=found,
        confidence=view.confidence[rows],
    )


def _repeat(rows: Side, times: Any, start: Any) -> tuple[Side, Any]:
    places = [
        (int(start[item]) + copy, k)
        for k, item in enumerate(rows.item.tolist())
        for copy in range(int(times[item]))
    ]
    places.sort()
    kept = np.array([k for _, k in places], np.int64)
    item = np.array([place for place, _ in places], np.int32)
    return side(item, rows.class_id[kept], rows.box[kept]), kept
