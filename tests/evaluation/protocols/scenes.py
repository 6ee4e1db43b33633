"""Small made-up scenes, and the overlap of two boxes, for the protocols' slow twins."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.matching.comparable import Comparable
from boxscore.schema.kinds import Task
from tests.matching.brute import side

Box = Any


def view_of(
    truth: Any, found: Any, *, items: int = 1, classes: int = 1, **fields: Any
) -> Comparable:
    """Rows by hand: truth (item, class, box), found (item, class, confidence, box)."""
    boxes = np.array([t[-1] for t in truth], np.float64).reshape(-1, 4)
    found_boxes = np.array([p[-1] for p in found], np.float64).reshape(-1, 4)
    return Comparable(
        task=Task.BBOX,
        items=items,
        classes=classes,
        truth=side([t[0] for t in truth], [t[1] for t in truth], boxes),
        crowd=fields.pop("crowd", np.zeros(len(truth), np.uint8)),
        predictions=side([p[0] for p in found], [p[1] for p in found], found_boxes),
        confidence=np.array([p[2] for p in found], np.float64),
        **fields,
    )


def scene(seed: int, *, classes: int = 3, items: int = 6, size: float = 30) -> Comparable:
    """Objects in heaps, several jittered predictions of each, equal confidences, wild guesses."""
    rng = np.random.default_rng(seed)
    objects = int(rng.integers(0, 50))
    item = np.sort(rng.integers(0, items, objects))
    box = np.concatenate(
        [rng.random((objects, 2)) * size * 2, size * (0.5 + rng.random((objects, 2)))], axis=1
    )
    of = rng.integers(0, max(objects, 1), int(rng.integers(0, 160)) if objects else 0)
    jitter = rng.normal(0, size / 12, (of.size, 4))
    guesses = int(rng.integers(0, 15))
    guess = np.concatenate([rng.random((guesses, 2)) * size * 2, np.full((guesses, 2), size)], 1)
    found = np.concatenate([np.abs(box[of] + jitter), guess])
    found_item = np.concatenate([item[of], rng.integers(0, items, guesses)])
    order = np.argsort(found_item, kind="stable")
    class_id = rng.integers(0, classes, objects)
    own = np.where(rng.random(of.size) < 0.85, class_id[of], rng.integers(0, classes, of.size))
    found_class = np.concatenate([own, rng.integers(0, classes, guesses)])
    confidence = rng.random(order.size)
    return Comparable(
        task=Task.BBOX,
        items=items,
        classes=classes,
        truth=side(item, class_id, box),
        crowd=(rng.random(objects) < 0.1).astype(np.uint8),
        ignored=(rng.random(objects) < 0.15).astype(np.uint8),
        predictions=side(found_item[order], found_class[order], found[order]),
        confidence=np.round(confidence, 1) if seed % 2 else confidence,
    )


def shared(a: Box, b: Box) -> float:
    """Square pixels that two boxes have in common."""
    width = min(a[2] + a[0], b[2] + b[0]) - max(a[0], b[0])
    height = min(a[3] + a[1], b[3] + b[1]) - max(a[1], b[1])
    return float(width * height) if width > 0 and height > 0 else 0.0


def iou(a: Box, b: Box) -> float:
    """Area both share, over area either covers."""
    both = shared(a, b)
    return both / float(a[2] * a[3] + b[2] * b[3] - both) if both else 0.0


def inside(a: Box, b: Box) -> float:
    """Share of the first box that lies in the second."""
    both = shared(a, b)
    return both / float(a[2] * a[3]) if both else 0.0


def same(ours: Any, expected: Any) -> None:
    """Equal up to the order of additions, and undefined at the same places."""
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12, equal_nan=True)
