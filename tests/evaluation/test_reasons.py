"""Every false positive and every miss has exactly one reason, with its evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxscore.evaluation.counts import count
from boxscore.evaluation.reasons import (
    ErrorKind,
    Ignored,
    Miss,
    Misses,
    PairsByTruth,
    Reasons,
    best_overlaps,
    explain,
    explain_misses,
    missed_at,
)
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching, MatchesAt
from tests.evaluation import twins
from tests.evaluation.scenes import confidences, scenes, thresholds
from tests.matching import brute


def matches_of(view: Comparable, iou: float, most: int = 100) -> MatchesAt:
    return LiveMatching(view, candidate_pairs(view), most).at(iou)


def reasons_of(view: Comparable, iou: float, most: int = 100) -> Reasons:
    pairs = candidate_pairs(view)
    return explain(view, pairs, matches_of(view, iou, most), best_overlaps(view, pairs))


def misses_of(
    view: Comparable, iou: float, confidence: float, most: int = 100
) -> tuple[Any, Misses]:
    pairs, matches = candidate_pairs(view), matches_of(view, iou, most)
    rows = missed_at(view, matches, confidence)
    return rows, explain_misses(view, pairs, PairsByTruth(pairs), matches, confidence, rows)


@given(scenes, thresholds)
def test_each_prediction_has_one_reason(view: Comparable, iou: float) -> None:
    judge, mine = brute.match(view, iou), reasons_of(view, iou)
    held = brute.Outcome(
        [g for g, i in zip(judge.ground_truth, judge.ignored, strict=True) if not i], []
    )
    overlap = brute.overlaps(view)
    for k in range(view.confidence.size):
        (own, same), (other, elsewhere) = twins.near(view, k, True), twins.near(view, k, False)
        kind, label, value = ErrorKind.NONE, judge.ground_truth[k], np.nan
        if label >= 0:
            value = overlap[k, label]
        else:
            kind = twins.kind(view, held, k, iou)
            if kind in (ErrorKind.LOCATION, ErrorKind.DUPLICATE):
                label, value = same, own
            elif kind in (ErrorKind.CLASS, ErrorKind.BOTH):
                label, value = elsewhere, other
        taker = [p for p, g in enumerate(judge.ground_truth) if g == label >= 0]
        assert mine.kind[k] == kind
        assert mine.ground_truth[k] == label
        assert mine.iou[k] == pytest.approx(value, abs=0, nan_ok=True)
        assert mine.rival[k] == (taker[0] if kind and taker else -1)
        assert mine.ignored[k] == (Ignored.CROWD if judge.ignored[k] else Ignored.NO)


@given(scenes, thresholds)
def test_the_rival_of_a_duplicate_is_at_least_as_confident(view: Comparable, iou: float) -> None:
    mine = reasons_of(view, iou)
    twice = np.flatnonzero(mine.kind == ErrorKind.DUPLICATE)
    rival = mine.rival[twice]
    assert (rival >= 0).all()
    assert (view.confidence[rival] >= view.confidence[twice]).all()
    assert (view.predictions.class_id[rival] == view.predictions.class_id[twice]).all()


@given(scenes, thresholds, confidences)
def test_each_miss_has_one_reason(view: Comparable, iou: float, confidence: float) -> None:
    judge, overlap = brute.match(view, iou), brute.overlaps(view)
    rows, mine = misses_of(view, iou, confidence)
    expected = [
        g
        for g in twins.counted(view)
        if not any(
            judge.ground_truth[k] == g and view.confidence[k] >= confidence
            for k in range(view.confidence.size)
        )
    ]
    assert rows.tolist() == expected
    for n, g in enumerate(expected):
        near, value, why = -1, np.nan, Miss.NOTHING
        for k in range(view.confidence.size):
            here = view.predictions.item[k] == view.truth.item[g] and overlap[k, g] >= 0.1
            if here and view.confidence[k] >= confidence and not overlap[k, g] <= value:
                near, value = k, overlap[k, g]
        if g in judge.ground_truth:
            near, why = judge.ground_truth.index(g), Miss.BELOW_CONFIDENCE
            value = overlap[near, g]
        elif near >= 0 and view.predictions.class_id[near] != view.truth.class_id[g]:
            why = Miss.WRONG_CLASS
        elif near >= 0:
            why = Miss.POOR_BOX if value < iou else Miss.TAKEN
        assert (mine.prediction[n], mine.why[n]) == (near, why)
        assert mine.iou[n] == pytest.approx(value, abs=0, nan_ok=True)
        assert mine.label[n] == (judge.ground_truth[near] if near >= 0 else -1)
        if why is Miss.TAKEN:
            assert mine.label[n] >= 0 and mine.label[n] != g


@given(scenes, thresholds, confidences)
def test_reasons_add_up_to_the_counts(view: Comparable, iou: float, confidence: float) -> None:
    counts = count(view, matches_of(view, iou, 2), confidence)
    mine, shown = reasons_of(view, iou, 2), view.confidence >= confidence
    rows, misses = misses_of(view, iou, confidence, 2)
    assert (mine.kind[shown] > 0).sum() == counts.fp.sum()
    assert (mine.ignored[shown] > 0).sum() == counts.ignored.sum()
    assert rows.size == misses.why.size == counts.fn.sum()


def test_predictions_beyond_the_limit_say_so() -> None:
    box = np.array([[0.0, 0, 10, 10], [50, 50, 10, 10]])
    view = Comparable(
        task=brute.scene(0).task, items=1, classes=1,
        truth=brute.side([0, 0], [0, 0], box), crowd=np.zeros(2, np.uint8),
        predictions=brute.side([0, 0], [0, 0], box), confidence=np.array([0.9, 0.8]),
    )  # fmt: skip
    assert reasons_of(view, 0.5, 1).ignored.tolist() == [Ignored.NO, Ignored.BEYOND_LIMIT]
    rows, misses = misses_of(view, 0.5, 0.0, 1)
    assert rows.tolist() == [1]
    assert misses.why.tolist() == [Miss.BEYOND_LIMIT] and misses.prediction.tolist() == [1]


def test_a_label_that_does_not_count_is_neither_found_nor_missed() -> None:
    box = np.array([[0.0, 0, 10, 10], [50, 50, 10, 10]])
    view = Comparable(
        task=brute.scene(0).task, items=1, classes=1,
        truth=brute.side([0, 0], [0, 0], box), crowd=np.zeros(2, np.uint8),
        ignored=np.array([0, 1], np.uint8),
        predictions=brute.side([0, 0], [0, 0], box), confidence=np.array([0.9, 0.8]),
    )  # fmt: skip
    assert reasons_of(view, 0.5).ignored.tolist() == [Ignored.NO, Ignored.DIFFICULT]
    counts = count(view, matches_of(view, 0.5), 0.0)
    assert [int(c.sum()) for c in (counts.tp, counts.fp, counts.fn, counts.ignored)] == [1, 0, 0, 1]
    assert misses_of(view, 0.5, 0.95)[0].tolist() == [0]


@given(scenes, st.lists(st.integers(0, 7), max_size=6))
def test_pairs_by_truth_are_the_pairs(view: Comparable, wanted: list[int]) -> None:
    rows = np.array([g for g in wanted if g < view.crowd.size], np.int64)
    pairs = candidate_pairs(view)
    place, at = PairsByTruth(pairs).of(rows)
    expected = [
        (n, i) for n, g in enumerate(rows) for i in np.flatnonzero(pairs["ground_truth"] == g)
    ]
    assert list(zip(place.tolist(), at.tolist(), strict=True)) == expected


def test_no_predictions_and_no_labels() -> None:
    view = brute.scene(3)
    empty = twins.keep(view, [])
    assert reasons_of(empty, 0.5).kind.size == 0
    rows, misses = misses_of(empty, 0.5, 0.0)
    assert rows.size == (view.crowd == 0).sum() and (misses.why == Miss.NOTHING).all()
    bare = replace(view, truth=brute.side([], [], np.zeros((0, 4))), crowd=np.zeros(0, np.uint8))
    assert (reasons_of(bare, 0.5).kind == ErrorKind.BACKGROUND).all()


def test_a_box_that_reaches_the_threshold_is_taken_not_poor() -> None:
    labels = np.array([[0.0, 0, 20, 20], [0, 0, 20, 10]])
    view = Comparable(
        task=brute.scene(0).task, items=1, classes=1,
        truth=brute.side([0, 0], [0, 0], labels), crowd=np.zeros(2, np.uint8),
        predictions=brute.side([0], [0], labels[:1]), confidence=np.array([0.9]),
    )  # fmt: skip
    rows, misses = misses_of(view, 0.5, 0.0)
    assert rows.tolist() == [1]
    assert (misses.why[0], misses.iou[0], misses.label[0]) == (Miss.TAKEN, 0.5, 0)
    _, misses = misses_of(view, 0.55, 0.0)
    assert misses.why.tolist() == [Miss.POOR_BOX]
