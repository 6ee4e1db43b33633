"""The confusion matrix against plain loops; it adds up to the counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from boxscore.errors import RequestError
from boxscore.evaluation.confusion import Confusion, confusion
from boxscore.evaluation.counts import count
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching
from tests.evaluation.scenes import CLASSES, confidences, scenes, slices, subsets, thresholds
from tests.evaluation.twins import counted
from tests.matching import brute

Cells = dict[tuple[int, int], list[tuple[int, int]]]


def slow(view: Comparable, iou: float, confidence: float) -> Cells:
    """Right ones first; then each false positive takes the free object it overlaps most."""
    judge, overlap = brute.match(view, iou, confidence), brute.overlaps(view)
    cells: Cells = {}
    free = [g for g in counted(view) if g not in judge.ground_truth]
    by_confidence = sorted(range(view.confidence.size), key=lambda k: -view.confidence[k])
    for k in by_confidence:
        if view.confidence[k] < confidence or judge.ignored[k]:
            continue
        g = judge.ground_truth[k]
        if g < 0:
            near = [
                h
                for h in free
                if view.truth.item[h] == view.predictions.item[k]
                and overlap[k, h] >= min(iou, 1 - 1e-10)
            ]
            if near:
                g = max(near, key=lambda h: (overlap[k, h], h))
                free.remove(g)
        labelled = int(view.truth.class_id[g]) if g >= 0 else CLASSES
        cells.setdefault((labelled, int(view.predictions.class_id[k])), []).append((k, g))
    for g in free:
        cells.setdefault((int(view.truth.class_id[g]), CLASSES), []).append((-1, g))
    return cells


def evaluate(view: Comparable, iou: float, confidence: float, **options: Any) -> Confusion:
    pairs = candidate_pairs(view)
    return confusion(view, pairs, LiveMatching(view, pairs).at(iou), confidence, **options)


def rows(found: Confusion, cell: tuple[int, int]) -> list[tuple[int, int]]:
    return list(zip(*(side.tolist() for side in found.cell(*cell)), strict=True))


@given(scenes, thresholds, confidences)
def test_equal_to_plain_loops(view: Comparable, iou: float, confidence: float) -> None:
    mine, expected = evaluate(view, iou, confidence), slow(view, iou, confidence)
    for cell in np.ndindex(CLASSES + 1, CLASSES + 1):
        assert rows(mine, cell) == expected.get(cell, [])
        assert mine.matrix[cell] == len(expected.get(cell, []))


@given(scenes, thresholds, confidences)
def test_adds_up_to_the_counts(view: Comparable, iou: float, confidence: float) -> None:
    pairs = candidate_pairs(view)
    matches = LiveMatching(view, pairs, 2).at(iou)
    counts = count(view, matches, confidence)
    matrix = confusion(view, pairs, matches, confidence).matrix
    right = np.diagonal(matrix)[:-1]
    assert matrix.dtype == np.int64
    assert right.tolist() == counts.tp.tolist()
    assert (matrix[:, :-1].sum(axis=0) - right).tolist() == counts.fp.tolist()
    assert (matrix[:-1].sum(axis=1) - right).tolist() == counts.fn.tolist()
    assert matrix[-1, -1] == 0


@given(scenes, slices, subsets)
def test_slices_and_classes(view: Comparable, items: Any, classes: tuple[int, ...] | None) -> None:
    part = evaluate(view, 0.5, 0.3, items=items, classes=classes)
    alone = evaluate(brute.on_items(view, items), 0.5, 0.3).matrix.copy()
    for cell in np.ndindex(*alone.shape):
        if classes is not None and not set(cell) & set(classes):
            alone[cell] = 0
    assert part.matrix.tolist() == alone.tolist()


@given(scenes)
def test_pairs_are_ranked(view: Comparable) -> None:
    mine = evaluate(view, 0.25, 0.0)
    counts = [n for _, _, n in mine.confused()]
    assert counts == sorted(counts, reverse=True)
    expected = Counter(
        {
            (t, p): len(found)
            for (t, p), found in slow(view, 0.25, 0.0).items()
            if t != p and CLASSES not in (t, p)
        }
    )
    assert {(t, p): n for t, p, n in mine.confused()} == dict(expected)


def test_a_right_prediction_keeps_its_label_before_a_better_wrong_one() -> None:
    """A matrix greedy by overlap alone would give the label to the wrong class."""
    view = Comparable(
        task=brute.scene(0).task, items=1, classes=2,
        truth=brute.side([0], [0], np.array([[0.0, 0, 10, 10]])), crowd=np.zeros(1, np.uint8),
        predictions=brute.side([0, 0], [1, 0], np.array([[0.0, 0, 10, 10], [0, 0, 10, 6]])),
        confidence=np.array([0.9, 0.5]),
    )  # fmt: skip
    assert evaluate(view, 0.5, 0.0).matrix.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert evaluate(view, 0.5, 0.6).matrix.tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_the_most_confused_pairs_come_first_and_every_label_is_counted() -> None:
    view = brute.scene(5)
    mine = evaluate(view, 0.3, 0.2)
    counts = [count for _, _, count in mine.confused()]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) >= 2
    assert mine.matrix[: mine.background].sum() == (view.crowd == 0).sum()


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(RequestError, match="class_id 3"):
        evaluate(brute.scene(1), 0.5, 0.0, classes=(3,))
