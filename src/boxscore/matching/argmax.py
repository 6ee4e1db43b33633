"""Arg-max matching: a prediction claims the ground truth it overlaps most, and no second choice.

Source: Everingham et al. 2010, "The PASCAL Visual Object Classes (VOC) Challenge", 4.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable


@dataclass(frozen=True, slots=True)
class Nearest:
    """The ground truth that each prediction overlaps most; of equals, the first.

    Attributes:
        ground_truth: (P,) int32 row, or -1 without any overlap.
        overlap: (P,) float64, 0 without any.
    """

    ground_truth: NDArray[np.int32]
    overlap: NDArray[np.float64]

    def claims(self, least: float) -> NDArray[np.int32]:
        """(P,) the ground truth claimed at a least overlap, inclusive, or -1."""
        return np.where(self.overlap >= least, self.ground_truth, np.int32(-1))


def nearest(
    prediction: NDArray[np.int32],
    ground_truth: NDArray[np.int32],
    overlap: NDArray[np.float64],
    predictions: int,
) -> Nearest:
    """The greatest overlap of each prediction.

    Args:
        prediction: (K,) rows of the predictions, ascending.
        ground_truth: (K,) rows of the ground truth, ascending within a prediction.
        overlap: (K,) their overlap.
        predictions: How many predictions there are, P.
    """
    best = Nearest(np.full(predictions, -1, np.int32), np.zeros(predictions))
    if prediction.size:
        starts = np.flatnonzero(np.diff(prediction, prepend=-1))
        most = np.maximum.reduceat(overlap, starts)
        sizes = np.diff(starts, append=prediction.size)
        equal = np.flatnonzero(overlap == np.repeat(most, sizes))
        first = equal[np.diff(prediction[equal], prepend=-1) > 0]
        best.ground_truth[prediction[first]] = ground_truth[first]
        best.overlap[prediction[first]] = overlap[first]
    return best


def nearest_of_class(view: Comparable, least: float) -> Nearest:
    """The ground truth of its own class that each prediction overlaps most.

    Crowd regions are ground truth like any other, by plain IoU.

    Args:
        least: Overlaps below are not looked at. In (0, 1].
    """
    pairs = candidate_pairs(replace(view, crowd=np.zeros_like(view.crowd)), least)
    prediction, ground_truth = pairs["prediction"], pairs["ground_truth"]
    same = view.predictions.class_id[prediction] == view.truth.class_id[ground_truth]
    return nearest(prediction[same], ground_truth[same], pairs["iou"][same], view.confidence.size)


def first_claims(claims: NDArray[np.int32], order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(P,) bool: the first of those that claim one ground truth.

    Args:
        claims: (P,) the ground truth claimed, or -1.
        order: (P,) rows of the predictions, the one to be served first at the head.
    """
    asking = order[claims[order] >= 0]
    _, first = np.unique(claims[asking], return_index=True)
    served = np.zeros(claims.size, np.bool_)
    served[asking[first]] = True
    return served


def by_confidence(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    """(P,) rows by falling confidence; equal ones keep their order."""
    return np.argsort(-confidence, kind="stable")


def never_counts(view: Comparable) -> NDArray[np.bool_]:
    """(G,) bool: ground truth marked as ignored (difficult), and crowd regions."""
    crowd: NDArray[np.bool_] = view.crowd != 0
    return crowd if view.ignored is None else crowd | (view.ignored != 0)
