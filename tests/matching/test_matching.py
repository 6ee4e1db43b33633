"""Matching by every kind of overlap: ignored, excused and crowded rows, empty sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.ap import curves_of
from boxscore.evaluation.protocols import coco as coco_protocol
from boxscore.kernels import _core
from boxscore.matching.coco import candidate_pairs, match, positives
from boxscore.matching.comparable import Comparable, Facts, Side
from boxscore.matching.overlap import overlap_of
from boxscore.matching.policy import Options, Policy, coco
from boxscore.schema.kinds import Task
from tests.matching import brute
from tests.matching.test_overlap import blob, column

TASKS = (Task.BBOX, Task.OBB, Task.SEGM, Task.BOUNDARY, Task.KEYPOINTS)
HEIGHT, WIDTH = 60, 80


def side(rng: np.random.Generator, task: Task, rows: int, like: Side | None = None) -> Side:
    """Rows of one task on three images, in two classes; half of them close to another side's."""
    item = np.sort(rng.integers(0, 3, rows)).astype(np.int32)
    box = np.concatenate([rng.random((rows, 2)) * 40, 4 + rng.random((rows, 2)) * 30], axis=1)
    keypoints = np.concatenate([rng.random((rows, 5, 2)) * 60, np.full((rows, 5, 1), 2.0)], axis=2)
    if like is not None and like.rows.size:
        near = rng.integers(0, like.rows.size, rows)
        close = rng.random(rows) < 0.7
        box = np.where(close[:, None], like.box[near] + rng.normal(0, 1, (rows, 4)), box)
        box[:, 2:] = np.maximum(box[:, 2:], 0.5)
        if like.keypoints is not None:
            moved = like.keypoints[near] + rng.normal(0, 2, (rows, 5, 3))
            keypoints = np.where(close[:, None, None], moved, keypoints)
    masked = task in (Task.SEGM, Task.BOUNDARY)
    return Side(
        rows=np.arange(rows),
        item=item,
        class_id=rng.integers(0, 2, rows).astype(np.int32),
        box=box,
        area=box[:, 2] * box[:, 3],
        masks=column([blob(rng, HEIGHT, WIDTH) for _ in range(rows)]) if masked else None,
        theta=rng.uniform(-20, 20, rows) if task is Task.OBB else None,
        keypoints=keypoints if task is Task.KEYPOINTS else None,
    )


def scene(seed: int, task: Task, truths: int = 24, found: int = 60) -> Comparable:
    rng = np.random.default_rng(seed)
    truth = side(rng, task, truths)
    predictions = side(rng, task, found, truth)
    return Comparable(
        task=task,
        items=3,
        classes=2,
        truth=truth,
        crowd=(rng.random(truths) < 0.15).astype(np.uint8),
        ignored=(rng.random(truths) < 0.25).astype(np.uint8),
        predictions=predictions,
        confidence=np.round(rng.random(found), 2 if seed % 2 else 9),
        facts=Facts(sigmas=np.full((2, 5), 0.1)) if task is Task.KEYPOINTS else Facts(),
    )


def iou_of(view: Comparable) -> NDArray[np.float64]:
    overlap = overlap_of(view)
    return brute.overlaps(view) if overlap is None else overlap.matrix()


def plain_match(view: Comparable, threshold: float) -> tuple[list[bool], list[bool]]:
    """COCOeval.evaluateImg in plain loops, area range "all": matched, and ignored."""
    iou, confidence = iou_of(view), view.confidence
    ignored = view.crowd.astype(bool)
    if view.ignored is not None:
        ignored |= view.ignored.astype(bool)
    matched, unjudged = [False] * confidence.size, [False] * confidence.size
    for item in range(view.items):
        for class_id in range(view.classes):
            mine = [
                np.flatnonzero((s.item == item) & (s.class_id == class_id)).tolist()
                for s in (view.truth, view.predictions)
            ]
            truths = sorted(mine[0], key=lambda g: bool(ignored[g]))
            taken: set[int] = set()
            for p in sorted(mine[1], key=lambda p: -confidence[p]):
                best, got = min(threshold, 1 - 1e-10), -1
                for g in truths:
                    if g in taken and not view.crowd[g]:
                        continue
                    if got >= 0 and not ignored[got] and ignored[g]:
                        break
                    if iou[p, g] >= best:
                        best, got = iou[p, g], g
                if got >= 0:
                    taken.add(got)
                    matched[p], unjudged[p] = True, bool(ignored[got])
    return matched, unjudged


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("seed", range(5))
def test_equal_to_plain_loops(task: Task, seed: int) -> None:
    """Ignored ground truth is matched once, crowd regions repeatedly; neither counts."""
    many = seed == 4 and task not in (Task.SEGM, Task.BOUNDARY)
    view = scene(seed, task, *((400, 500) if many else (24, 60)))
    policy = coco(Options(iou_thresholds=(0.1, 0.3, 0.5, 0.8), max_detections=65535))
    matches = match(view, policy).matches
    for bit, threshold in enumerate(policy.iou_thresholds):
        matched, ignored = plain_match(view, threshold)
        assert (matches.matched >> bit & 1).astype(bool).tolist() == matched
        assert (matches.ignored >> bit & 1).astype(bool).tolist() == ignored
    assert any(plain_match(view, 0.1)[1])
    counts = (view.crowd == 0) & (view.ignored == 0)
    expected = np.bincount(view.truth.class_id[counts], minlength=2).tolist()
    assert matches.positives[:, 0].tolist() == positives(view).tolist() == expected


@pytest.mark.parametrize("task", TASKS)
def test_candidate_pairs_are_all_pairs_above_the_floor(task: Task) -> None:
    view = scene(7, task)
    iou = iou_of(view)
    same = view.predictions.item[:, None] == view.truth.item[None, :]
    rows, truth = np.nonzero(same & (iou >= 0.1))
    pairs = candidate_pairs(view)
    assert pairs["prediction"].tolist() == rows.tolist()
    assert pairs["ground_truth"].tolist() == truth.tolist()
    assert pairs["iou"].tolist() == iou[rows, truth].tolist()
    assert rows.size


@pytest.mark.parametrize("seed", range(6))
def test_excused_predictions_are_wrong_nowhere_but_may_be_right(seed: int) -> None:
    """At one threshold they are those without the unmatched ones: same precision, same recall."""
    view = replace(brute.scene(seed, ties=seed % 2 == 0), ignored=None)
    policy = Policy("own", coco().area_ranges, (65535,), (0.4,))
    rng = np.random.default_rng(seed)
    excused = (rng.random(view.confidence.size) < 0.4).astype(np.uint8)
    matching = match(view, policy, excused=excused)
    kept = np.flatnonzero((excused == 0) | (matching.matches.matched > 0))
    found = view.predictions
    fewer = replace(
        view,
        predictions=replace(
            found,
            rows=found.rows[kept],
            item=found.item[kept],
            class_id=found.class_id[kept],
            box=found.box[kept],
            area=found.area[kept],
        ),
        confidence=view.confidence[kept],
    )
    ours, judge = curves_of(matching), curves_of(match(fewer, policy))
    assert np.array_equal(ours.recall, judge.recall)
    # In other area ranges than "all" a matched excused prediction may be unmatched.
    assert np.array_equal(ours.precision[:, :, :, 0], judge.precision[:, :, :, 0])
    plain = curves_of(match(view, policy, excused=np.zeros_like(excused)))
    assert np.array_equal(plain.precision, curves_of(match(view, policy)).precision)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("truths", "found"), [(0, 0), (0, 9), (9, 0)])
def test_empty_sides(task: Task, truths: int, found: int) -> None:
    view = scene(1, task, truths, found)
    numbers = coco_protocol.evaluate(view, Options())
    assert candidate_pairs(view).rows == 0
    assert numbers.predictions.sum() == found
    expected = 0.0 if positives(view).any() else np.nan
    assert np.array_equal([numbers.overall["AP"]], [expected], equal_nan=True)


@pytest.mark.parametrize("task", TASKS)
def test_predictions_equal_to_the_ground_truth_are_perfect(task: Task) -> None:
    view = scene(2, task)
    view = replace(
        view,
        predictions=view.truth,
        confidence=np.linspace(0.9, 0.1, view.truth.rows.size),
        ignored=None,
        crowd=np.zeros_like(view.crowd),
    )
    assert coco_protocol.evaluate(view, Options()).overall["AP"] == 1.0


def test_a_nan_confidence_is_refused() -> None:
    view = scene(1, Task.OBB)
    confidence = view.confidence.copy()
    confidence[3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        match(replace(view, confidence=confidence), coco())


def test_flags_of_another_length_are_refused() -> None:
    view = brute.scene(1)
    with pytest.raises(ValueError, match="excused"):
        match(view, coco(), excused=np.zeros(1, np.uint8))
    with pytest.raises(ValueError, match="truth_ignored"):
        match(replace(view, ignored=np.zeros(1, np.uint8)), coco())


@pytest.mark.parametrize("task", [Task.OBB, Task.SEGM, Task.BOUNDARY, Task.KEYPOINTS])
def test_a_side_without_the_geometry_of_the_task_is_refused(task: Task) -> None:
    view = scene(1, task)
    bare = replace(
        view, predictions=replace(view.predictions, theta=None, masks=None, keypoints=None)
    )
    with pytest.raises(RequestError, match=f"{task.value}.*the predictions have none"):
        match(bare, coco())


def test_keypoints_need_sigmas_unless_there_are_17() -> None:
    view = scene(1, Task.KEYPOINTS)
    with pytest.raises(RequestError, match="5 keypoints have no sigmas"):
        overlap_of(replace(view, facts=Facts()))
    with pytest.raises(RequestError, match="0 or less"):
        overlap_of(replace(view, facts=Facts(sigmas=np.zeros((2, 5)))))


def test_a_pair_whose_overlap_is_not_a_number_is_none() -> None:
    """Boxes so large that their area overflows."""
    huge = np.array([[0.0, 0.0, 1e200, 1e200]])
    one, flag = np.zeros(1, np.int32), np.zeros(1, np.uint8)
    assert _core.candidate_pairs(one, huge, flag, one, huge)[0].size == 0
