"""The recount from candidate pairs: equal to matching anew, at every IoU and confidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.coco import candidate_pairs, match
from boxscore.matching.policy import COCO
from boxscore.matching.recount import LiveMatching
from tests.matching import brute


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_equal_to_plain_loops(seed: int, ties: bool) -> None:
    view = brute.scene(seed, ties)
    live = LiveMatching(view, candidate_pairs(view))
    for iou in (0.1, 0.25, 0.5, 0.515, 0.75, 0.95, 1.0):
        ours, judge = live.at(iou), brute.match(view, iou)
        assert ours.ground_truth.tolist() == judge.ground_truth
        assert ours.ignored.tolist() == judge.ignored


@pytest.mark.parametrize("seed", range(12))
def test_leaving_out_the_unsure_changes_nothing_above(seed: int) -> None:
    view = brute.scene(seed)
    ours = LiveMatching(view, candidate_pairs(view)).at(0.5)
    shown = view.confidence >= 0.4
    judge = np.array(brute.match(view, 0.5, 0.4).ground_truth, np.int32)
    assert np.array_equal(ours.ground_truth[shown], judge[shown])


@pytest.mark.parametrize("seed", range(12))
def test_equal_to_the_matches_that_make_the_ap(seed: int) -> None:
    view = brute.scene(seed, ties=seed % 2 == 0)
    outcomes = match(view, COCO).outcomes()
    live = LiveMatching(view, candidate_pairs(view))
    for bit, iou in enumerate(_core.Protocol.coco().iou):
        found = (outcomes["matched"] >> bit & 1).astype(bool)
        ignored = (outcomes["ignored"] >> bit & 1).astype(bool)
        ours = live.at(iou)
        assert np.array_equal(ours.right, found & ~ignored)
        assert np.array_equal(ours.ground_truth >= 0, found)


def test_candidate_pairs_are_all_pairs_above_the_floor() -> None:
    view = brute.scene(3)
    iou = brute.overlaps(view)
    same = view.predictions.item[:, None] == view.truth.item[None, :]
    rows, truth = np.nonzero(same & (iou >= 0.1))
    pairs = candidate_pairs(view)
    order = np.lexsort((pairs["ground_truth"], pairs["prediction"]))
    assert pairs["prediction"][order].tolist() == rows.tolist()
    assert pairs["ground_truth"][order].tolist() == truth.tolist()
    assert pairs["iou"][order].tolist() == iou[rows, truth].tolist()


@pytest.mark.parametrize("iou", [0.0, 0.05, 1.01, float("nan"), -1.0])
def test_a_threshold_that_cannot_be_answered_is_refused(iou: float) -> None:
    view = brute.scene(1)
    with pytest.raises(RequestError, match="IoU threshold"):
        LiveMatching(view, candidate_pairs(view)).at(iou)


@pytest.mark.parametrize(("crowd", "second_is_wrong"), [(False, True), (True, False)])
def test_an_ignored_object_is_matched_once_and_a_crowd_again(
    crowd: bool, second_is_wrong: bool
) -> None:
    box, item = np.array([[0.0, 0.0, 10.0, 10.0]]), np.zeros(1, np.int32)
    view = brute.scene(0)
    view = replace(
        view,
        truth=brute.side(item, [0], box),
        crowd=np.array([crowd], np.uint8),
        ignored=np.array([not crowd], np.uint8),
        predictions=brute.side(np.zeros(2, np.int32), [0, 0], np.repeat(box, 2, axis=0)),
        confidence=np.array([0.9, 0.8]),
    )
    matches = LiveMatching(view, candidate_pairs(view)).at(0.5)
    assert matches.ignored.tolist() == [True, not second_is_wrong]
    assert matches.wrong.tolist() == [False, second_is_wrong]
    assert not matches.right.any()
    assert matches.prediction.tolist() == [-1]
