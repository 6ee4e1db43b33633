"""Weighted box fusion against the authors' program and a slow twin; what cannot be fused."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.fusing import FusionPlan, fused
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import MASKS, PREDICTIONS, Annotations, Table

SIZE = 100.0


def _run(
    rows: list[tuple[int, int, tuple[float, ...], float]], kind: Kind = Kind.BOX
) -> Annotations:
    rows = sorted(rows, key=lambda row: row[0])
    n = len(rows)
    box = np.array([row[2] for row in rows], np.float64).reshape(-1, 4)
    table = Table(
        PREDICTIONS,
        {
            "item": np.array([row[0] for row in rows], np.int32),
            "class_id": np.array([row[1] for row in rows], np.int32),
            "kind": np.full(n, kind, np.uint8),
            **{name: box[:, k].copy() for k, name in enumerate(("x", "y", "width", "height"))},
            "theta": np.zeros(n),
            "area": box[:, 2] * box[:, 3],
            "marks": np.zeros(n, np.uint16),
            "track": np.full(n, "", object),
            "source_row": np.arange(n),
            "confidence": np.array([row[3] for row in rows], np.float64),
        },
    )
    empty = Annotations.empty(PREDICTIONS)
    return Annotations(table=table, masks=empty.masks, points=empty.points)


def _random(seed: int, rows: int, images: int = 3, classes: int = 2) -> Annotations:
    rng = np.random.default_rng(seed)
    places = [(10.0, 10.0, 30.0, 30.0), (50.0, 40.0, 20.0, 25.0), (20.0, 60.0, 35.0, 15.0)]
    made = []
    for _ in range(rows):
        place = np.array(places[rng.integers(3)]) + rng.uniform(-4, 4, 4)
        row = (int(rng.integers(images)), int(rng.integers(classes)), tuple(place), rng.random())
        made.append(row)
    return _run(made)


def _rows(run: Annotations) -> list[tuple[Any, ...]]:
    table = run.table
    names = ("item", "class_id", "x", "y", "width", "height", "confidence")
    return list(zip(*(table[name].tolist() for name in names), strict=True))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("weights", [(), (2.0, 1.0, 0.5)])
def test_equal_to_the_authors_program(seed: int, weights: tuple[float, ...]) -> None:
    ensemble_boxes = pytest.importorskip("ensemble_boxes")
    runs = [_random(seed * 10 + k, 25) for k in range(3)]
    mine = _rows(fused(runs, FusionPlan(weights=weights, iou=0.55, skip=0.1)))
    theirs = []
    for item in range(3):
        boxes, scores, labels = [], [], []
        for run in runs:
            own = run.table.take(run.table["item"] == item)
            x, y = own["x"] / SIZE, own["y"] / SIZE
            corners = np.stack([x, y, x + own["width"] / SIZE, y + own["height"] / SIZE], axis=1)
            boxes.append(corners.tolist())
            scores.append(own["confidence"].tolist())
            labels.append(own["class_id"].tolist())
        found = ensemble_boxes.weighted_boxes_fusion(
            boxes, scores, labels, weights=list(weights) or None, iou_thr=0.55, skip_box_thr=0.1
        )
        for (x1, y1, x2, y2), score, label in zip(*found, strict=True):
            theirs.append((item, int(label), x1, y1, x2 - x1, y2 - y1, score))
    theirs.sort(key=lambda row: (row[0], row[1], -row[6]))
    assert len(mine) == len(theirs)
    for a, b in zip(mine, theirs, strict=True):
        assert a[:2] == b[:2]
        assert a[6] == pytest.approx(b[6], abs=1e-6)  # they keep single precision
        assert np.array(a[2:6]) == pytest.approx(np.array(b[2:6]) * SIZE, abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_the_kernel_equals_its_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    box = rng.uniform(0, 20, (40, 4))
    box[:, 2:] += 10
    start = np.array([0, 15, 15, 40], np.int64)
    confidence = np.concatenate([-np.sort(-rng.random(15)), -np.sort(-rng.random(25))])
    cluster, fused_box, total, members = _core.fuse_boxes(start, box, confidence, 0.4)
    slow = _twin(start.tolist(), box, confidence, 0.4)
    assert cluster.tolist() == slow[0]
    assert np.array_equal(fused_box, np.array(slow[1]))
    assert total.tolist() == slow[2]
    assert members.tolist() == slow[3]


def _twin(start: list[int], box: Any, confidence: Any, iou: float) -> tuple[list[Any], ...]:
    """Weighted box fusion as its paper tells it, row by row."""
    cluster: list[int] = []
    boxes: list[list[float]] = []
    totals: list[float] = []
    members: list[int] = []
    for a, b in pairwise(start):
        first = len(boxes)
        sums: list[Any] = []
        for i in range(a, b):
            overlaps = [_iou(box[i], other) for other in boxes[first:]]
            best = int(np.argmax(overlaps)) if overlaps else -1
            corners = np.array([*box[i][:2], *(box[i][:2] + box[i][2:])]) * confidence[i]
            if best < 0 or overlaps[best] <= iou:
                cluster.append(len(boxes))
                boxes.append(box[i].tolist())
                totals.append(confidence[i])
                members.append(1)
                sums.append(corners)
                continue
            k = first + best
            cluster.append(k)
            sums[best] = sums[best] + corners
            totals[k] += confidence[i]
            members[k] += 1
            mean = sums[best] / totals[k]
            boxes[k] = [mean[0], mean[1], mean[2] - mean[0], mean[3] - mean[1]]
    return cluster, boxes, totals, members


def _iou(a: Any, b: Any) -> float:
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return float(w * h / (a[2] * a[3] + b[2] * b[3] - w * h))


def test_agreement_raises_and_disagreement_lowers_confidence() -> None:
    box = (10.0, 10.0, 20.0, 20.0)
    both = _run([(0, 0, box, 0.8)])
    one = _run([(0, 0, box, 0.6), (1, 0, box, 0.9)])
    rows = _rows(fused([both, one], FusionPlan()))
    assert [row[6] for row in rows] == pytest.approx([0.7, 0.45])
    assert rows[0][2:6] == pytest.approx(box)
    assert rows[1][2:6] == box  # alone: as it was read, to the last bit


def test_classes_and_images_stay_apart() -> None:
    box = (10.0, 10.0, 20.0, 20.0)
    rows = _rows(fused([_run([(0, 0, box, 0.8)]), _run([(0, 1, box, 0.8)])], FusionPlan()))
    assert len(rows) == 2
    assert fused([_run([]), _run([])], FusionPlan()).rows == 0


def test_what_cannot_be_fused() -> None:
    box = (10.0, 10.0, 20.0, 20.0)
    good = _run([(0, 0, box, 0.8)])
    cases: list[tuple[list[Annotations], dict[str, Any], str]] = [
        ([good], {}, "E-FUSE-RUNS"),
        ([good, good], {"weights": (1.0,)}, "E-FUSE-RUNS"),
        ([good, good], {"weights": (1.0, 0.0)}, "E-FUSE-WEIGHTS"),
        ([good, good], {"iou": 1.0}, "E-FUSE-IOU"),
        ([good, good], {"skip": float("nan")}, "E-FUSE-SKIP"),
        ([good, good], {"skip": 1.5}, "E-FUSE-SKIP"),
        ([good, _run([(0, 0, box, 7.5)])], {}, "E-FUSE-CONFIDENCE"),
        ([good, _run([(0, 0, box, 0.5)], Kind.ROTATED_BOX)], {}, "E-FUSE-KIND"),
    ]
    for runs, options, code in cases:
        with pytest.raises(RequestError) as refused:
            fused(runs, FusionPlan(**options))
        assert refused.value.code == code


def test_what_is_kept_takes_its_geometry_along() -> None:
    run = _random(0, 6)
    counts = np.empty(2, object)
    counts[:] = [b"a", b"b"]
    masks = Table(MASKS, {"row": np.array([1, 4]), "counts": counts})
    whole = Annotations(table=run.table, masks=masks, points=run.points)
    left = whole.take(np.array([0, 2, 4, 5]))
    assert left.rows == 4
    assert left.masks["row"].tolist() == [2]
    assert left.masks["counts"].tolist() == [b"b"]
