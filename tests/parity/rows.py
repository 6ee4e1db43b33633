"""COCO documents as rows to compare, built by hand: what a source reads, without the source."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.matching.coco import match
from boxscore.matching.comparable import Comparable, Facts, Side
from boxscore.matching.policy import Policy
from boxscore.schema.kinds import Task

Records = list[dict[str, Any]]


def view_of(
    document: dict[str, Any], results: Records, task: Task = Task.BBOX, sigmas: Any = None
) -> Comparable:
    """Images and classes in order of their ids; rows in order of images, then of the file."""
    items = {k: n for n, k in enumerate(sorted(i["id"] for i in document["images"]))}
    classes = {k: n for n, k in enumerate(sorted(c["id"] for c in document["categories"]))}
    truth, found = (
        sorted(records, key=lambda r: items[r["image_id"]])
        for records in (document["annotations"], results)
    )
    ignored = np.array([_uncounted(r, task) for r in truth], np.uint8)
    return Comparable(
        task=task,
        items=len(items),
        classes=len(classes),
        truth=_side(truth, items, classes, task),
        crowd=np.array([r.get("iscrowd", 0) for r in truth], np.uint8),
        predictions=_side(found, items, classes, task),
        confidence=np.array([r["score"] for r in found], np.float64),
        ignored=ignored if ignored.any() else None,
        facts=Facts(sigmas=None if sigmas is None else np.tile(sigmas, (len(classes), 1))),
    )


def _uncounted(record: dict[str, Any], task: Task) -> bool:
    return task is Task.KEYPOINTS and record["num_keypoints"] == 0


def _side(records: Records, items: dict[int, int], classes: dict[int, int], task: Task) -> Side:
    keypoints = None
    if task is Task.KEYPOINTS:
        flat = np.array([r["keypoints"] for r in records], np.float64)
        keypoints = flat.reshape(len(records), -1, 3) if records else np.zeros((0, 0, 3))
    box = np.array([_box(r) for r in records], np.float64).reshape(-1, 4)
    area = [r.get("area", b[2] * b[3]) for r, b in zip(records, box, strict=True)]
    return Side(
        rows=np.arange(len(records)),
        item=np.array([items[r["image_id"]] for r in records], np.int32),
        class_id=np.array([classes[r["category_id"]] for r in records], np.int32),
        box=box,
        area=np.array(area, np.float64),
        keypoints=keypoints,
    )


def _box(record: dict[str, Any]) -> list[float]:
    """As given, or around all points, as pycocotools takes it of results."""
    if "bbox" in record:
        return list(record["bbox"])
    x, y = record["keypoints"][0::3], record["keypoints"][1::3]
    return [min(x), min(y), max(x) - min(x), max(y) - min(y)]


def arrays_of(view: Comparable, policy: Policy) -> dict[str, NDArray[Any]]:
    """precision, recall and scores of a comparison."""
    curves = _core.accumulate(match(view, policy).matches, policy.kernel())
    return {
        "precision": np.asarray(curves.precision),
        "recall": np.asarray(curves.recall),
        "scores": np.asarray(curves.scores),
    }
