"""Why a prediction is false: each false positive gets exactly one stated reason.

The kinds are those of Bolya et al. 2020, "TIDE" (foreground at the IoU threshold, background
below 0.1), read off the candidate pairs; crowd regions explain nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import MatchesAt
from boxscore.schema.tables import Table


class ErrorKind(IntEnum):
    """Why a prediction is wrong, or that an object was missed. The value is the display order."""

    NONE = 0
    CLASS = 1
    LOCATION = 2
    BOTH = 3
    DUPLICATE = 4
    BACKGROUND = 5
    MISSED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOverlaps:
    """For each prediction the ground truth of its own and of any other class it overlaps most.

    All arrays are (P,): IoU (0 where there is none at or above the floor), and row or -1.
    """

    same_iou: NDArray[np.float64]
    same: NDArray[np.int32]
    other_iou: NDArray[np.float64]
    other: NDArray[np.int32]


def best_overlaps(view: Comparable, pairs: Table) -> BestOverlaps:
    """Reduce the candidate pairs; independent of IoU threshold and confidence."""
    prediction, truth, iou = pairs["prediction"], pairs["ground_truth"], pairs["iou"]
    counted = view.crowd[truth] == 0
    same = view.predictions.class_id[prediction] == view.truth.class_id[truth]
    size = view.confidence.size
    same_iou, same_row = _best(prediction, truth, iou, counted & same, size)
    other_iou, other_row = _best(prediction, truth, iou, counted & ~same, size)
    return BestOverlaps(same_iou=same_iou, same=same_row, other_iou=other_iou, other=other_row)


def _best(
    prediction: NDArray[np.int32],
    truth: NDArray[np.int32],
    iou: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    size: int,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Pairs come sorted by prediction, so each prediction's are one slice; the first best wins."""
    prediction, truth, iou = prediction[chosen], truth[chosen], iou[chosen]
    value, row = np.zeros(size), np.full(size, -1, np.int32)
    if prediction.size:
        start = np.flatnonzero(np.append(True, prediction[1:] != prediction[:-1]))
        best = np.maximum.reduceat(iou, start)
        lengths = np.diff(np.append(start, prediction.size))
        hit = np.flatnonzero(iou == np.repeat(best, lengths))
        _, first = np.unique(prediction[hit], return_index=True)
        value[prediction[start]] = best
        row[prediction[start]] = truth[hit[first]]
    return value, row


def error_kinds(matches: MatchesAt, best: BestOverlaps) -> NDArray[np.uint8]:
    """(P,) ErrorKind of every prediction at one IoU threshold; NONE unless it is false."""
    iou = matches.iou
    taken = np.zeros(best.same.size, np.bool_)
    has = best.same >= 0
    taken[has] = matches.prediction[best.same[has]] >= 0
    near, elsewhere = best.same_iou, best.other_iou
    kinds = np.select(
        [
            ~matches.wrong,
            (near >= iou) & taken,
            (near > 0) & (near < iou),
            elsewhere >= iou,
            (near == 0) & (elsewhere == 0),
        ],
        [
            ErrorKind.NONE,
            ErrorKind.DUPLICATE,
            ErrorKind.LOCATION,
            ErrorKind.CLASS,
            ErrorKind.BACKGROUND,
        ],
        default=ErrorKind.BOTH,
    )
    return kinds.astype(np.uint8)


def partners(matches: MatchesAt, best: BestOverlaps, kinds: NDArray[np.uint8]) -> NDArray[np.int32]:
    """(P,) the ground truth that explains each prediction: its match, or what it nearly was."""
    explained = np.select(
        [
            matches.ground_truth >= 0,
            np.isin(kinds, (ErrorKind.DUPLICATE, ErrorKind.LOCATION)),
            np.isin(kinds, (ErrorKind.CLASS, ErrorKind.BOTH)),
        ],
        [matches.ground_truth, best.same, best.other],
        default=-1,
    )
    return explained.astype(np.int32)
