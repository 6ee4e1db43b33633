"""AP at one IoU threshold of many drawn data sets at once, whatever was done to the matches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.clusters import Weights
from boxscore.evaluation.tide import RECALLS
from boxscore.kernels import _core

NOWHERE = 9.0
"""The kernel's twelve numbers want four area ranges: all objects lie in the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """N predictions that are right or wrong, and M ground truths that count.

    Attributes:
        class_id: (N,) ascending; in each class by falling confidence.
        item: (N,) image of each.
        confidence: (N,).
        right: (N,) true positives; the others are false.
        truth_class, truth_item: (M,).
        classes: How many classes there are.
    """

    class_id: NDArray[np.integer]
    item: NDArray[np.int32]
    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    truth_class: NDArray[np.int32]
    truth_item: NDArray[np.int32]
    classes: int


def drawn_ap(judged: Judged, weights: Weights) -> NDArray[np.float64]:
    """AP from 101 recall points of data sets that hold each image as often as its weight says.

    Copies of an image follow each other in its place of the order that decides ties.

    Args:
        weights: (B, items).

    Returns:
        (B, C), to about 1e-15; nan of a class without ground truths.
    """
    protocol, classes = _protocol(), judged.classes
    size = judged.class_id.size
    positives = np.zeros((classes, len(protocol.area)), np.int64)
    positives[:, 0] = np.bincount(judged.truth_class, minlength=classes)
    matches = _core.Matches.of(
        np.searchsorted(judged.class_id, np.arange(classes + 1)),
        judged.confidence,
        judged.right.astype(np.uint64),
        np.zeros(size, np.uint64),
        np.zeros(size, np.int32),
        np.ones(size, np.uint8),
        positives.ravel(),
        protocol,
        judged.item,
    )
    resampling = _core.Resampling(
        matches,
        judged.truth_item,
        judged.truth_class,
        np.ones(judged.truth_item.size),
        protocol,
        weights.shape[1],
        int(weights.max(initial=1)),
    )
    per_class: NDArray[np.float64] = resampling.replicate(weights)[1]
    return per_class[:, :, 0]


def _protocol() -> _core.Protocol:
    protocol = _core.Protocol.coco()
    protocol.iou = [0.5]  # whichever: the matches are given
    protocol.area = [[0.0, 2.0], *([NOWHERE, NOWHERE] for _ in range(3))]
    protocol.recall = RECALLS.tolist()
    return protocol
