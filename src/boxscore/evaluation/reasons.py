"""Why a prediction is false and why an object was missed: one reason each, with its evidence.

The kinds are those of Bolya et al. 2020, "TIDE: A General Toolbox for Identifying Object
Detection Errors", assigned in the order of its authors' program, read off the candidate pairs.
Labels that do not count (crowd regions, ignored ones) explain nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.first_best import first_best
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import PAIR_FLOOR
from boxscore.matching.recount import MatchesAt
from boxscore.schema.tables import Table

Rows = NDArray[np.int64] | slice
ALL = slice(None)


class ErrorKind(IntEnum):
    """Why a prediction is wrong, or that an object was missed. The value is the display order."""

    NONE = 0
    CLASS = 1
    LOCATION = 2
    BOTH = 3
    DUPLICATE = 4
    BACKGROUND = 5
    MISSED = 6


class Ignored(IntEnum):
    """Why a prediction is neither right nor wrong."""

    NO = 0
    CROWD = 1
    """It lies on a crowd region."""
    DIFFICULT = 2
    """It found a label that never counts."""
    BEYOND_LIMIT = 3
    """Its image has more predictions of its class than the protocol looks at."""
    OUTSIDE = 4
    """It is none of the objects that are asked about, and found none of them."""


class Miss(IntEnum):
    """Why an object was missed: what became of the prediction that came closest."""

    NOTHING = 0
    """No shown prediction overlaps it."""
    BELOW_CONFIDENCE = 1
    """The prediction that found it is less confident than those shown."""
    WRONG_CLASS = 2
    POOR_BOX = 3
    TAKEN = 4
    """The prediction found another label."""
    BEYOND_LIMIT = 5
    """The prediction is beyond the most predictions per image and class."""


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
    same_iou, same, other_iou, other = _core.best_overlaps(
        pairs["prediction"],
        pairs["ground_truth"],
        pairs["iou"],
        view.predictions.class_id,
        view.truth.class_id,
        view.counted.view(np.uint8),
    )
    return BestOverlaps(same_iou=same_iou, same=same, other_iou=other_iou, other=other)


def error_kinds(
    matches: MatchesAt,
    best: BestOverlaps,
    *,
    false: NDArray[np.bool_] | None = None,
    background: float = PAIR_FLOOR,
    rows: Rows = ALL,
) -> NDArray[np.uint8]:
    """(N,) ErrorKind of predictions at one IoU threshold; NONE unless one is false.

    Args:
        false: (P,) the predictions to explain; None is the false positives.
        background: Overlaps up to this one are none, at least the floor of candidate pairs.
        rows: (N,) the predictions that are asked about; default: all P.
    """
    wrong = (matches.wrong if false is None else false)[rows]
    return _core.error_kinds(
        wrong.view(np.uint8),
        best.same_iou[rows],
        best.same[rows],
        best.other_iou[rows],
        matches.prediction,
        iou=matches.iou,
        background=background,
    )


def _held_by(matches: MatchesAt, ground_truth: NDArray[np.int32]) -> NDArray[np.int32]:
    """The prediction that got each ground truth; -1 without either."""
    held = np.full(ground_truth.size, -1, np.int32)
    some = ground_truth >= 0
    held[some] = matches.prediction[ground_truth[some]]
    return held


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What predictions are, and the evidence for it, at one IoU threshold; arrays are (N,).

    Attributes:
        kind: ErrorKind, NONE unless it is a false positive.
        ground_truth: The label that explains it, or -1: its match, or what it nearly was.
        iou: Overlap with that label (with a crowd region: the share of the prediction inside);
            nan without one.
        rival: The prediction that got the label of a false positive, or -1.
        ignored: Ignored, NO unless it is neither right nor wrong.
    """

    kind: NDArray[np.uint8]
    ground_truth: NDArray[np.int32]
    iou: NDArray[np.float64]
    rival: NDArray[np.int32]
    ignored: NDArray[np.uint8]


def explain(
    view: Comparable, pairs: Table, matches: MatchesAt, best: BestOverlaps, rows: Rows = ALL
) -> Reasons:
    """Exactly one reason for each prediction, whatever its confidence.

    Args:
        rows: (N,) the predictions that are asked about; default: all P.
    """
    kind, matched = error_kinds(matches, best, rows=rows), matches.ground_truth[rows]
    near = np.isin(kind, (ErrorKind.DUPLICATE, ErrorKind.LOCATION))
    elsewhere = np.isin(kind, (ErrorKind.CLASS, ErrorKind.BOTH))
    ground_truth = np.select(
        [matched >= 0, near, elsewhere],
        [matched, best.same[rows], best.other[rows]],
        default=np.int32(-1),
    ).astype(np.int32)
    rival = np.where(kind > 0, _held_by(matches, ground_truth), -1).astype(np.int32)
    iou = np.select(
        [matched >= 0, near, elsewhere],
        [match_overlaps(pairs, matches, rows), best.same_iou[rows], best.other_iou[rows]],
        default=np.nan,
    )
    return Reasons(
        kind=kind,
        ground_truth=ground_truth,
        iou=iou,
        rival=rival,
        ignored=_ignored(view, matches, rows),
    )


def match_overlaps(pairs: Table, matches: MatchesAt, rows: Rows = ALL) -> NDArray[np.float64]:
    """(N,) overlap of each prediction with its match; nan without one."""
    prediction, matched = pairs["prediction"], matches.ground_truth
    if isinstance(rows, slice):
        return _core.match_overlaps(prediction, pairs["ground_truth"], pairs["iou"], matched)[rows]
    place, at = _runs(prediction, rows)
    mine = pairs["ground_truth"][at] == matched[rows[place]]
    iou = np.full(rows.size, np.nan)
    iou[place[mine]] = pairs["iou"][at[mine]]
    return iou


def _ignored(view: Comparable, matches: MatchesAt, rows: Rows) -> NDArray[np.uint8]:
    some = matches.ignored[rows]
    on_crowd = np.zeros(some.size, np.bool_)
    on_crowd[some] = view.crowd[matches.ground_truth[rows][some]] != 0
    why = np.select(
        [
            on_crowd,
            some,
            ~matches.considered[rows],
            matches.excused[rows] & (matches.ground_truth[rows] < 0),
        ],
        [Ignored.CROWD, Ignored.DIFFICULT, Ignored.BEYOND_LIMIT, Ignored.OUTSIDE],
        default=Ignored.NO,
    )
    return why.astype(np.uint8)


def _runs(
    column: NDArray[np.int32], rows: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each of some values stands in an ascending column: its place in `rows`, and where."""
    rows = rows.astype(column.dtype)  # else numpy converts the whole column
    start = np.searchsorted(column, rows, side="left")
    count = np.searchsorted(column, rows, side="right") - start
    place = np.repeat(np.arange(rows.size), count)
    within = np.arange(place.size) - np.repeat(np.cumsum(count) - count, count)
    return place, start[place] + within


class PairsByTruth:
    """Candidate pairs sought by their ground truth."""

    def __init__(self, pairs: Table) -> None:
        self._order = np.argsort(pairs["ground_truth"], kind="stable")
        self._truth = pairs["ground_truth"][self._order]

    def of(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All pairs of some ground truths.

        Returns:
            For each pair the place in `rows`, ascending, and its row in the table, ascending
            for each ground truth.
        """
        place, at = _runs(self._truth, rows)
        return place, self._order[at]


@dataclass(frozen=True, slots=True, kw_only=True)
class Misses:
    """Why some ground truths were missed; arrays are (N,).

    Attributes:
        why: Miss.
        prediction: The prediction that came closest, or -1.
        iou: Its overlap; nan without one.
        label: The ground truth that this prediction found, or -1.
    """

    why: NDArray[np.uint8]
    prediction: NDArray[np.int32]
    iou: NDArray[np.float64]
    label: NDArray[np.int32]


def missed_at(view: Comparable, matches: MatchesAt, confidence: float) -> NDArray[np.int64]:
    """Rows of the ground truths that count and that no prediction at this confidence found."""
    return np.flatnonzero(view.counted & ~found_at(view, matches, confidence))


def found_at(view: Comparable, matches: MatchesAt, confidence: float) -> NDArray[np.bool_]:
    """(G,) ground truths that a prediction at this confidence found."""
    taker = matches.prediction
    if not view.confidence.size:
        return np.zeros(taker.size, np.bool_)
    reached = view.confidence.take(taker, mode="clip") >= confidence
    found: NDArray[np.bool_] = reached & (taker >= 0)
    return found


def explain_misses(
    view: Comparable,
    pairs: Table,
    by_truth: PairsByTruth,
    matches: MatchesAt,
    confidence: float,
    rows: NDArray[np.int64],
) -> Misses:
    """Exactly one reason for each missed ground truth.

    What came closest is its own match when that is less confident than the threshold, else the
    shown prediction of any class that overlaps it most; of equal overlaps the first.

    Args:
        confidence: Predictions at or above it are shown.
        rows: (N,) ground truths missed at this confidence.
    """
    prediction, iou = _nearest(view, pairs, by_truth, confidence, rows)
    taker = matches.prediction[rows]
    own = taker >= 0
    prediction[own] = taker[own]
    place, at = by_truth.of(rows)
    mine = own[place] & (pairs["prediction"][at] == taker[place])
    iou[place[mine]] = pairs["iou"][at[mine]]
    some = prediction >= 0
    near = np.maximum(prediction, 0)
    other = np.zeros(rows.size, np.bool_)
    other[some] = view.predictions.class_id[prediction[some]] != view.truth.class_id[rows[some]]
    label = np.full(rows.size, -1, np.int32)
    label[some] = matches.ground_truth[near[some]]
    beyond = np.zeros(rows.size, np.bool_)
    beyond[some] = ~matches.considered[near[some]]
    why = np.select(
        [own, ~some, other, iou < matches.iou, beyond],
        [
            Miss.BELOW_CONFIDENCE,
            Miss.NOTHING,
            Miss.WRONG_CLASS,
            Miss.POOR_BOX,
            Miss.BEYOND_LIMIT,
        ],
        default=Miss.TAKEN,
    )
    return Misses(why=why.astype(np.uint8), prediction=prediction, iou=iou, label=label)


def _nearest(
    view: Comparable,
    pairs: Table,
    by_truth: PairsByTruth,
    confidence: float,
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The shown prediction that overlaps each ground truth most, and how much."""
    place, at = by_truth.of(rows)
    shown = view.confidence[pairs["prediction"][at]] >= confidence
    place, at = place[shown], at[shown]
    prediction, iou = np.full(rows.size, -1, np.int32), np.full(rows.size, np.nan)
    found, best = first_best(place, pairs["iou"][at])
    prediction[found] = pairs["prediction"][at[best]]
    iou[found] = pairs["iou"][at[best]]
    return prediction, iou
