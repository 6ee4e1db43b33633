"""One pass over a ranking gives what sorting by class and NumPy give, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.kernels import _core

CLASSES, ROWS = 4, 3000
RECALLS = np.arange(101) / 100
Columns = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.uint8]]


def ranking(seed: int, places: int) -> Columns:
    """Class, falling confidence with ties, verdict; one class in four has a single prediction."""
    rng = np.random.default_rng(seed)
    class_id = rng.integers(0, CLASSES - 1, ROWS).astype(np.int32)
    class_id[ROWS // 2] = CLASSES - 1
    confidence = np.sort(rng.random(ROWS).round(places))[::-1].copy()
    verdict = rng.choice([0, 1, 2, 2], ROWS).astype(np.uint8)
    verdict[ROWS // 2] = 1
    return class_id, confidence, verdict


def of_class(columns: Columns, k: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], Any]:
    """Confidence, which are right, and where an operating point ends, of what is there."""
    class_id, confidence, verdict = columns
    mine = (class_id == k) & (verdict > 0)
    shown = confidence[mine]
    return shown, verdict[mine] == 2, np.append(shown[1:] != shown[:-1], True)[: shown.size]


def objects_of(columns: Columns) -> NDArray[np.int64]:
    """As many objects as were found and some more; none of the first class."""
    found = np.bincount(columns[0][columns[2] == 2], minlength=CLASSES)
    return np.where(np.arange(CLASSES) > 0, found + np.arange(CLASSES) * 7, 0).astype(np.int64)


@pytest.mark.parametrize("seed, places", [(0, 2), (1, 3), (2, 12)])
def test_curves_of_classes(seed: int, places: int) -> None:
    columns, grid = ranking(seed, places), np.linspace(0, 1, 11)
    objects = objects_of(columns)
    right, wrong, confidence, f1, pooled, mean = _core.sweep_classes(*columns, objects, grid)
    gain = np.zeros(ROWS)
    for k in range(CLASSES):
        shown, hit, last = of_class(columns, k)
        curve = 2 * np.cumsum(hit) / (np.arange(1, shown.size + 1) + objects[k])
        for got, which in ((right, hit), (wrong, ~hit)):
            step = np.searchsorted(grid, shown[which], side="right") - 1
            assert got[k].tolist() == np.bincount(step, minlength=grid.size).tolist()
        if objects[k]:
            best = np.argmax(curve[last])
            assert (confidence[k], f1[k]) == (shown[last][best], curve[last][best])
            gain[(columns[0] == k) & (columns[2] > 0)] = np.diff(curve, prepend=0.0)
        else:
            assert np.isnan(confidence[k]) and np.isnan(f1[k])
    there = columns[2] > 0
    shown, hit = columns[1][there], columns[2][there] == 2
    last = np.append(shown[1:] != shown[:-1], True)
    curve = 2 * np.cumsum(hit)[last] / (np.arange(1, shown.size + 1)[last] + objects.sum())
    assert pooled == (shown[last][np.argmax(curve)], curve.max())
    means = (np.cumsum(gain[there]) / np.sum(objects > 0))[last]
    assert mean == (shown[last][np.argmax(means)], means.max())


@pytest.mark.parametrize("seed, places", [(0, 2), (1, 3), (2, 12)])
def test_lrp(seed: int, places: int) -> None:
    columns, iou = ranking(seed, places), 0.5
    rng, objects = np.random.default_rng(seed), objects_of(columns)
    rows, overlap = rng.permutation(ROWS), 0.5 + rng.random(ROWS) / 2
    found = _core.lrp_sums(*columns, rows, overlap, objects, iou=iou)
    total = 0.0
    for k in range(CLASSES):
        shown, hit, last = of_class(columns, k)
        mine = (columns[0] == k) & (columns[2] > 0)
        poor = np.where(hit, 1 - overlap[rows][mine], 0.0)
        running = np.cumsum(np.append(total, poor))
        total, poor = running[-1], running[1:] - running[0]
        place, tp = np.arange(1, shown.size + 1), np.cumsum(hit)
        if objects[k]:
            errors = poor / (1 - iou) + (place - tp) + (objects[k] - tp)
            value = np.where(last, np.round(errors / (place + objects[k] - tp), 12), 1.0)
            at = int(np.argmin(value)) if value.min() < 1 else -1
        else:
            at = -1
        expected = (place[at], tp[at], poor[at], shown[at]) if at >= 0 else (0, 0, 0, np.nan)
        assert np.array_equal([column[k] for column in found], expected, equal_nan=True)


@pytest.mark.parametrize("seed", range(3))
def test_highest_precision_of_each_stretch_of_recall(seed: int) -> None:
    class_id, _, code = ranking(seed, 3)
    verdict = np.array([[0, 1, 2], [0, 2, 0]], np.uint8)  # the second one turns it over
    objects = np.stack([np.bincount(class_id[code == c], minlength=CLASSES) + 3 for c in (2, 1)])
    objects[1, 1] = 0
    table, counts = _core.read_ranking(class_id, code, verdict, objects, RECALLS)
    assert counts.tolist() == [
        np.bincount(code[class_id == k], minlength=3).tolist() for k in range(CLASSES)
    ]
    for lane, k in np.ndindex(2, CLASSES):
        if not objects[lane, k]:
            continue
        seen = verdict[lane][code[class_id == k]]
        seen = seen[seen > 0]
        tp = np.cumsum(seen == 2)
        expected = np.zeros(RECALLS.size)
        for n, found in zip(np.flatnonzero(seen == 2), tp[seen == 2], strict=True):
            column = np.searchsorted(RECALLS, found / objects[lane, k], side="right") - 1
            expected[column] = max(expected[column], found / (n + 1))
        assert np.array_equal(np.maximum.accumulate(table[lane, k][::-1]),
                              np.maximum.accumulate(expected[::-1]))  # fmt: skip


def test_first_of_groups() -> None:
    rows, group = np.array([3, 0, 2, 1, 4]), np.array([0, 1, 0, 0, 1], np.int32)
    assert _core.first_of_groups(rows, group, 2, 1).tolist() == [0, 1, 0, 1, 0]
    assert _core.first_of_groups(rows, group, 2, 2).tolist() == [1, 1, 0, 1, 1]


def test_what_does_not_fit_is_refused() -> None:
    class_id, confidence, verdict = ranking(0, 3)
    objects, rows = np.zeros(CLASSES, np.int64), np.arange(ROWS)
    few, two = objects[:1], np.array([[1, 2]], np.uint8)
    with pytest.raises(ValueError, match="class index"):
        _core.sweep_classes(class_id, confidence, verdict, few, RECALLS)
    with pytest.raises(ValueError, match="class index"):
        _core.lrp_sums(class_id, confidence, verdict, rows, confidence, few, iou=0.5)
    with pytest.raises(ValueError, match="row is out of range"):
        _core.lrp_sums(class_id, confidence, verdict, rows, confidence[:2], objects, iou=0.5)
    with pytest.raises(ValueError, match="confidence has 2 values"):
        _core.sweep_classes(class_id, confidence[:2], verdict, objects, RECALLS)
    with pytest.raises(ValueError, match="code is out of range"):
        _core.read_ranking(class_id, verdict, two, objects[None], RECALLS)
    with pytest.raises(ValueError, match="one verdict and one total"):
        _core.read_ranking(class_id, verdict, two, np.stack([objects] * 2), RECALLS)
    with pytest.raises(ValueError, match="out of range"):
        _core.first_of_groups(rows + 1, class_id, CLASSES, 1)
