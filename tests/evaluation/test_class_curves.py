"""Curves of every class are counts at every threshold; the optima are those of all confidences."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxscore.errors import RequestError
from boxscore.evaluation.class_curves import ClassCurves, class_curves, class_curves_document
from boxscore.evaluation.counts import accuracy, count, f1, precision, recall
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching, MatchesAt
from tests.evaluation.scenes import CLASSES, scenes, slices, subsets, thresholds
from tests.matching import brute

IOU = 0.5


def matches_of(view: Comparable, iou: float = IOU) -> MatchesAt:
    return LiveMatching(view, candidate_pairs(view)).at(iou)


def evaluate(view: Comparable, iou: float = IOU, **options: Any) -> ClassCurves:
    return class_curves(view, matches_of(view, iou), **options)


def numbers(tp: int, fp: int, fn: int) -> list[float]:
    return [precision(tp, fp), recall(tp, fn), f1(tp, fp, fn), accuracy(tp, fp, fn)]


@given(scenes, thresholds, st.sampled_from([1, 10, 37]))
def test_equal_to_counts(view: Comparable, iou: float, steps: int) -> None:
    matches, mine = matches_of(view, iou), evaluate(view, iou, steps=steps)
    assert mine.at.size == steps + 1
    single, pooled, mean = mine.per_class(), mine.pooled(), mine.mean()
    for k, confidence in enumerate(mine.at):
        counts = count(view, matches, confidence)
        rows = []
        for c in range(CLASSES):
            tp, fp, fn = (int(v[c]) for v in (counts.tp, counts.fp, counts.fn))
            assert (mine.tp[c, k], mine.fp[c, k], mine.objects[c]) == (tp, fp, tp + fn)
            rows.append(numbers(tp, fp, fn))
            assert _at(single, (c, k)) == pytest.approx(rows[-1], abs=0, nan_ok=True)
        totals = (int(v.sum()) for v in (counts.tp, counts.fp, counts.fn))
        assert _at(pooled, k) == pytest.approx(numbers(*totals), abs=0, nan_ok=True)
        table = np.array(rows)[mine.objects > 0]
        for name, column in zip(("precision", "recall", "f1", "accuracy"), table.T, strict=True):
            some = column[~np.isnan(column)]
            expected = some.mean() if some.size else np.nan
            assert getattr(mean, name)[k] == pytest.approx(expected, nan_ok=True)


def _at(curve: Any, place: Any) -> list[float]:
    return [float(getattr(curve, n)[place]) for n in ("precision", "recall", "f1", "accuracy")]


@given(scenes)
def test_optima(view: Comparable) -> None:
    matches, mine = matches_of(view), evaluate(view)
    present = mine.objects > 0
    single: list[list[tuple[float, float]]] = [[] for _ in range(CLASSES)]
    micro, macro = [], []
    for confidence in sorted(set(view.confidence[matches.right | matches.wrong].tolist())):
        counts = count(view, matches, confidence)
        values = [
            f1(int(tp), int(fp), int(fn))
            for tp, fp, fn in zip(counts.tp, counts.fp, counts.fn, strict=True)
        ]
        for c in np.flatnonzero(present & (counts.tp + counts.fp > 0)).tolist():
            single[c].append((values[c], confidence))
        micro.append((f1(*(int(v.sum()) for v in (counts.tp, counts.fp, counts.fn))), confidence))
        if present.any():
            macro.append((round(float(np.mean(np.array(values)[present])), 12), confidence))
    for c in range(CLASSES):
        best = max(single[c], default=(np.nan, np.nan))
        assert mine.best_f1[c] == pytest.approx(best[0], nan_ok=True)
        if best[0] > 0:
            assert mine.best_confidence[c] >= best[1]
    expected = max(micro, default=(np.nan, np.nan)) if present.any() else (np.nan, np.nan)
    assert mine.micro[1] == pytest.approx(expected[0], nan_ok=True)
    expected = max(macro, default=(np.nan, np.nan))
    assert mine.macro[1] == pytest.approx(expected[0], abs=1e-9, nan_ok=True)
    if expected[0] > 0:
        at_it = count(view, matches, mine.macro[0])
        reached = [f1(*map(int, v)) for v in zip(at_it.tp, at_it.fp, at_it.fn, strict=True)]
        assert np.mean(np.array(reached)[present]) == pytest.approx(mine.macro[1])


@given(scenes, slices, subsets)
def test_slices_and_classes(view: Comparable, items: Any, classes: tuple[int, ...] | None) -> None:
    part = evaluate(view, items=items, classes=classes)
    alone = evaluate(brute.on_items(view, items))
    chosen = np.isin(np.arange(CLASSES), range(CLASSES) if classes is None else classes)
    for name in ("tp", "fp", "objects", "best_f1"):
        got, expected = getattr(part, name), getattr(alone, name)
        assert np.array_equal(got[chosen], expected[chosen], equal_nan=True), name
        assert not np.nan_to_num(got[~chosen]).any()


def test_confidences_that_leave_0_to_1_stretch_the_grid() -> None:
    view = brute.scene(6)
    view.confidence[:2] = -3.0, 7.0
    mine = evaluate(view)
    assert (mine.at[0], mine.at[-1]) == (-3.0, 7.0)
    counts = count(view, matches_of(view), -3.0)
    assert mine.tp[:, 0].tolist() == counts.tp.tolist()


def test_document() -> None:
    mine = evaluate(brute.scene(7), steps=10)
    document = json.loads(json.dumps(class_curves_document(mine), allow_nan=False))
    present = np.flatnonzero(mine.objects > 0).tolist()
    assert [row["class_id"] for row in document["per_class"]] == present
    assert [row["class_id"] for row in document["best"]] == present
    assert all(len(row["f1"]) == 11 for row in document["per_class"])
    one = class_curves_document(mine, classes=(present[0],))
    assert len(one["per_class"]) == 1 and len(one["best"]) == len(present)


def test_a_grid_without_steps_is_refused() -> None:
    with pytest.raises(RequestError, match="0 steps"):
        evaluate(brute.scene(1), steps=0)
