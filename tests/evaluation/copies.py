"""The slow way to a drawn set: its images are written out one after the other, with new boxes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from boxscore.matching.comparable import Comparable, Side
from boxscore.schema.kinds import Task
from tests.matching import brute


def busy(seed: int, items: int = 30, classes: int = 3) -> Comparable:
    """Images on which every kind of error occurs, without equal confidences."""
    rng = np.random.default_rng(seed)
    count = 4 * items
    item = np.sort(rng.integers(0, items, count))
    class_id = rng.integers(0, classes, count)
    box = np.concatenate([rng.random((count, 2)) * 400, 20 + rng.random((count, 2)) * 40], axis=1)
    found = np.flatnonzero(rng.random(count) < 0.8)
    found = np.sort(np.concatenate([found, rng.choice(found, count // 5)]))  # some of them twice
    moved = box[found] + rng.normal(0, 6, (found.size, 4)) * (rng.random((found.size, 1)) < 0.7)
    moved[:, 2:] = moved[:, 2:].clip(5)
    taken = np.where(rng.random(found.size) < 0.2, rng.integers(0, classes, found.size), 0)
    named = (class_id[found] + taken) % classes
    false = np.sort(rng.integers(0, items, items))
    nowhere = np.concatenate([2000 + rng.random((items, 2)) * 400, np.full((items, 2), 30.0)], 1)
    rows = np.argsort(np.concatenate([item[found], false]), kind="stable")
    named = np.concatenate([named, rng.integers(0, classes, items)])[rows]
    return Comparable(
        task=Task.BBOX,
        items=items,
        classes=classes,
        truth=brute.side(item.astype(np.int32), class_id, box),
        crowd=np.zeros(count, np.uint8),
        predictions=brute.side(
            np.concatenate([item[found], false])[rows].astype(np.int32),
            named,
            np.concatenate([moved, nowhere])[rows],
        ),
        confidence=rng.random(rows.size),
    )


def copied(view: Comparable, times: Any) -> Comparable:
    """A data set of every image as often as it was drawn, in the order of the images."""
    images = np.repeat(np.arange(view.items), times)
    truth, found = (
        [np.flatnonzero(side.item == image) for image in images]
        for side in (view.truth, view.predictions)
    )
    return replace(
        view,
        items=images.size,
        truth=_side(view.truth, truth),
        crowd=view.crowd[np.concatenate(truth)],
        predictions=_side(view.predictions, found),
        confidence=view.confidence[np.concatenate(found)],
    )


def _side(side: Side, rows: list[Any]) -> Side:
    item = np.repeat(np.arange(len(rows)), [some.size for some in rows]).astype(np.int32)
    every = np.concatenate(rows)
    return brute.side(item, side.class_id[every], side.box[every])
