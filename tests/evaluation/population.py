"""A population of images with known numbers, from which small sets are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.matching.comparable import Comparable, Side
from boxscore.schema.kinds import Task

CLASSES = 3


def draw(rng: np.random.Generator, clusters: int, per_cluster: int, alike: float) -> Comparable:
    """Images in clusters; `alike` is how much the images of a cluster have in common (0 to 1).

    Objects lie far apart. One is found the more often, the better and the surer, the easier its
    image is; hard images have more false positives.
    """
    items = clusters * per_cluster
    shared = np.repeat(rng.normal(size=clusters), per_cluster)
    ease = np.sqrt(alike) * shared + np.sqrt(1 - alike) * rng.normal(size=items)
    item = np.repeat(np.arange(items), rng.poisson(2.5, items))
    class_id = rng.choice(CLASSES, item.size, p=[0.6, 0.3, 0.1])
    size = np.exp(rng.normal(4, 0.8, item.size))
    place = 5000.0 * np.arange(item.size)
    found = rng.random(item.size) < sigmoid(1 + ease[item])
    overlap = sigmoid(rng.normal(1.4 + 0.5 * ease[item], 0.9))[found]
    shift = (size[found] * (1 - overlap) / (1 + overlap)).round(6)
    false = np.repeat(np.arange(items), rng.poisson(1.2 * np.exp(-0.5 * ease)))
    confidence = np.concatenate(
        [
            sigmoid(rng.normal(1.0 + 0.5 * ease[item[found]], 1.0)),
            sigmoid(rng.normal(-0.5, 1.0, false.size)),
        ]
    )
    nowhere = np.full(false.size, -5000.0)
    return Comparable(
        task=Task.BBOX,
        items=items,
        classes=CLASSES,
        truth=side(item, class_id, place, size),
        crowd=np.zeros(item.size, np.uint8),
        predictions=side(
            np.concatenate([item[found], false]),
            np.concatenate([class_id[found], rng.choice(CLASSES, false.size)]),
            np.concatenate([place[found] + shift, nowhere]),
            np.concatenate([size[found], np.exp(rng.normal(4, 0.8, false.size))]),
        ),
        confidence=confidence,
    )


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def side(item: Any, class_id: Any, x: Any, size: Any) -> Side:
    box = np.stack([x, np.zeros(x.size), size, size], axis=1)
    return Side(
        rows=np.arange(item.size),
        item=item.astype(np.int32),
        class_id=class_id.astype(np.int32),
        box=box,
        area=size * size,
    )
