"""Encord Active's numbers against its own procedure in plain loops, rounded by SQLite itself."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation.protocols import encord
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options
from tests.evaluation.protocols.scenes import iou, same, scene, view_of

BOX = (10.0, 10.0, 20.0, 20.0)


def matched(view: Comparable) -> dict[int, list[tuple[int, float]]]:
    """Ground truth -> the predictions whose greatest overlap within their class it is."""
    lists: dict[int, list[tuple[int, float]]] = defaultdict(list)
    truth, found = view.truth, view.predictions
    for k in sorted(range(found.rows.size), key=lambda k: -view.confidence[k]):
        overlaps = [
            (iou(found.box[k], truth.box[g]), -g)
            for g in range(truth.rows.size)
            if truth.item[g] == found.item[k] and truth.class_id[g] == found.class_id[k]
            if not view.crowd[g]
        ]
        most, minus = max(overlaps, default=(0.0, 0))
        if most > 0:
            lists[-minus].append((k, most))
    return lists


def legacy(view: Comparable, least: float) -> tuple[list[float], list[float]]:
    """AP and AR per class."""
    right: set[int] = set()
    for candidates in matched(view).values():
        good = [k for k, overlap in candidates if overlap >= least]
        right |= set(good[:1])
    ap, ar = [], []
    eps = np.finfo(float).eps
    for class_id in range(view.classes):
        objects = int(((view.truth.class_id == class_id) & (view.crowd == 0)).sum())
        rows = np.flatnonzero(view.predictions.class_id == class_id).tolist()
        points, tp = [(0.0, 0.0)], 0
        for shown, k in enumerate(sorted(rows, key=lambda k: -view.confidence[k]), 1):
            tp += k in right
            points.append((tp / (objects + eps), tp / (shown + eps)))
        levels = [
            max((p for r, p in points if r >= level), default=0) for level in np.linspace(0, 1, 101)
        ]
        ap.append(sum(levels) / 101 if objects else np.nan)
        ar.append(points[-1][0] if objects else np.nan)
    return ap, ar


def bounds(view: Comparable) -> dict[int, tuple[float, float]]:
    """Prediction -> it is right for thresholds above the first and up to the second number."""
    ranges = dict.fromkeys(range(view.predictions.rows.size), (1.0, 0.0))
    for candidates in matched(view).values():
        falling = sorted(candidates, key=lambda c: (-c[1], -view.confidence[c[0]], c[0]))
        current, overlap = falling[0]
        ranges[current] = (-1.0, overlap)
        for k, lower in falling[1:]:
            if view.confidence[k] > view.confidence[current]:
                ranges[current] = (lower, overlap)
                current, overlap = k, lower
                ranges[k] = (-1.0, lower)
            else:
                ranges[k] = (1.0, lower)
    return ranges


def summary(view: Comparable, least: float) -> dict[str, Any]:
    """The summary page: overall numbers and columns per class."""
    ranges, rounds = bounds(view), sqlite3.connect(":memory:")
    columns: dict[str, list[float]] = defaultdict(list)
    totals = [0, 0, 0]

    def is_right(k: int, t: float) -> bool:
        return ranges[k][0] < t <= ranges[k][1]

    for class_id in range(view.classes):
        rows = np.flatnonzero(view.predictions.class_id == class_id).tolist()
        objects = int(((view.truth.class_id == class_id) & (view.crowd == 0)).sum())
        if not objects and not len(rows):
            for name in ("ap", "ar", "p", "r", "f1_encord"):
                columns[name].append(np.nan)
            continue
        shown_at: dict[int, int] = {}
        tp = 0
        for shown, k in enumerate(sorted(rows, key=lambda k: -view.confidence[k]), 1):
            tp += is_right(k, least)
            shown_at[tp] = shown
        points = [
            (rounds.execute("select round(?, 2)", (n / objects,)).fetchone()[0], n / shown)
            for n, shown in shown_at.items()
            if objects
        ]
        levels = [max((p for r, p in points if r >= i / 10), default=0) for i in range(11)]
        p, r = tp / max(len(rows), 1), tp / max(objects, 1)
        recall = [sum(is_right(k, t / 10) for k in rows) / max(objects, 1) for t in range(5, 11)]
        columns["ap"].append(sum(levels) / 11)
        columns["ar"].append(2 * sum(0.1 * (a + b) / 2 for a, b in pairwise(recall)))
        columns["p"].append(p)
        columns["r"].append(r)
        columns["f1_encord"].append(2 * p * r / max(p + r, 1))
        totals = [totals[0] + tp, totals[1] + len(rows) - tp, totals[2] + objects - tp]
    rounds.close()
    means = {n: np.nanmean(v) for n, v in columns.items() if not np.isnan(v).all()}
    return {"columns": dict(columns), "means": means, "totals": totals}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("least", [0.3, 0.5, 0.75])
def test_legacy_equals_plain_loops(seed: int, least: float) -> None:
    view = scene(seed)
    numbers = encord.evaluate_legacy(view, Options(iou_thresholds=(least,)))
    ap, ar = legacy(view, least)
    same(numbers.per_class["ap"], ap)
    same(numbers.per_class["ar"], ar)
    if not np.isnan(ap).all():
        same([numbers.overall["mAP"], numbers.overall["mAR"]], [np.nanmean(ap), np.nanmean(ar)])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("least", [0.3, 0.5, 0.75])
def test_summary_equals_plain_loops(seed: int, least: float) -> None:
    view = scene(seed)
    numbers = encord.evaluate(view, Options(iou_thresholds=(least,)))
    expected = summary(view, least)
    for name, values in expected["columns"].items():
        same(numbers.per_class[name], values)
    names = dict(
        zip(("ap", "ar", "p", "r", "f1_encord"), ("mAP", "mAR", "mP", "mR", "mF1"), strict=True)
    )
    for name, mean in expected["means"].items():
        same(numbers.overall[names[name]], mean)
    assert [numbers.overall[n] for n in ("tTP", "tFP", "tFN")] == expected["totals"]


def test_f1_is_too_low_where_precision_and_recall_are() -> None:
    """The example of the fault list: precision .2 and recall .3 give .12 instead of .24."""
    truth = [(i, 0, BOX) for i in range(10)]
    found = [(i, 0, 0.9, BOX) for i in range(3)] + [(0, 0, 0.1, (90.0, 90.0, 5.0, 5.0))] * 12
    numbers = encord.evaluate(view_of(truth, found, items=10), Options())
    assert (numbers.overall["mP"], numbers.overall["mR"]) == (0.2, 0.3)
    assert numbers.overall["mF1"] == pytest.approx(0.12)
    assert any("F1" in note for note in numbers.notes)


def test_a_class_with_one_object_never_reaches_recall_one_in_legacy() -> None:
    numbers = encord.evaluate_legacy(view_of([(0, 0, BOX)], [(0, 0, 0.5, BOX)]), Options())
    assert numbers.overall["mAP"] == pytest.approx(100 / 101)


def test_recall_just_below_a_tenth_is_rounded_up() -> None:
    """19 of 200 are .095, which SQL rounds to .10: two recall levels are reached, not one."""
    truth = [(i, 0, BOX) for i in range(200)]
    found = [(i, 0, 0.9, BOX) for i in range(19)]
    numbers = encord.evaluate(view_of(truth, found, items=200), Options())
    assert numbers.overall["mAP"] == pytest.approx(2 / 11)


def test_a_class_without_objects_pulls_the_mean_down_only_in_the_later_definition() -> None:
    view = view_of([(0, 0, BOX)], [(0, 0, 0.5, BOX), (0, 1, 0.5, BOX)], classes=3)
    assert encord.evaluate(view, Options()).overall["mAP"] == 0.5
    assert np.isnan(encord.evaluate(view, Options()).per_class["ap"][2])
    assert encord.evaluate_legacy(view, Options()).overall["mAP"] == pytest.approx(100 / 101)
