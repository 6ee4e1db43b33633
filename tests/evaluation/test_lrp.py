"""LRP and oLRP against the formulas of the paper, matched anew at every confidence."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from boxscore.errors import RequestError
from boxscore.evaluation.lrp import NUMBERS, Lrp, lrp_document, optimal_lrp
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching
from tests.evaluation.scenes import CLASSES, scenes, slices, subsets
from tests.matching import brute

TAU = 0.5
NOWHERE = float("inf")


def slow(view: Comparable, class_id: int, confidence: float) -> dict[str, float]:
    """The paper's equations for one class when predictions from one confidence on are shown."""
    judge, overlap = brute.match(view, TAU, confidence), brute.overlaps(view)
    rows = [
        k
        for k in range(view.confidence.size)
        if view.predictions.class_id[k] == class_id
        and view.confidence[k] >= confidence
        and not judge.ignored[k]
    ]
    objects = int(((view.truth.class_id == class_id) & (view.crowd == 0)).sum())
    if not objects:
        return dict.fromkeys(NUMBERS, np.nan)
    tp = [k for k in rows if judge.ground_truth[k] >= 0]
    fp, fn = len(rows) - len(tp), objects - len(tp)
    location = sum(1 - overlap[k, judge.ground_truth[k]] for k in tp) / len(tp) if tp else np.nan
    wrong = fp / len(rows) if rows else np.nan
    weighted = len(tp) * location / (1 - TAU) if tp else 0.0
    return {
        "value": (weighted + fp + fn) / (len(tp) + fp + fn),
        "location": location,
        "false_positive": wrong,
        "false_negative": fn / objects,
    }


def optimal(view: Comparable, **options: Any) -> Lrp:
    pairs = candidate_pairs(view)
    return optimal_lrp(view, pairs, LiveMatching(view, pairs).at(TAU), **options)


@given(scenes)
def test_optimum(view: Comparable) -> None:
    mine = optimal(view)
    for class_id in range(CLASSES):
        thresholds = [NOWHERE, *sorted(set(view.confidence.tolist()), reverse=True)]
        values = [slow(view, class_id, s)["value"] for s in thresholds]
        best = thresholds[int(np.argmin(np.round(values, 12)))]
        expected = slow(view, class_id, best)
        for name in NUMBERS:
            got = getattr(mine, name)[class_id]
            assert got == pytest.approx(expected[name], abs=1e-12, nan_ok=True), name
        shown = best if best < NOWHERE and not np.isnan(expected["value"]) else np.nan
        assert mine.confidence[class_id] == pytest.approx(shown, abs=0, nan_ok=True)


@given(scenes, slices, subsets)
def test_slices_and_classes(view: Comparable, items: Any, classes: tuple[int, ...] | None) -> None:
    part, alone = optimal(view, items=items, classes=classes), optimal(brute.on_items(view, items))
    chosen = np.isin(np.arange(CLASSES), range(CLASSES) if classes is None else classes)
    for name in NUMBERS:
        got, expected = getattr(part, name), getattr(alone, name)
        assert got[chosen] == pytest.approx(expected[chosen], abs=1e-12, nan_ok=True)
        assert np.isnan(got[~chosen]).all()


def test_means_and_document() -> None:
    mine = optimal(brute.scene(7))
    document = json.loads(json.dumps(lrp_document(mine), allow_nan=False))
    assert document["mean"]["value"] == pytest.approx(np.nanmean(mine.value))
    assert [row["class_id"] for row in document["per_class"]] == np.flatnonzero(
        ~np.isnan(mine.value)
    ).tolist()
    nothing = lrp_document(optimal(brute.scene(7), classes=()))
    assert nothing["per_class"] == [] and set(nothing["mean"].values()) == {None}


def test_a_threshold_of_one_is_refused() -> None:
    view = brute.scene(1)
    pairs = candidate_pairs(view)
    with pytest.raises(RequestError, match="threshold of 1"):
        optimal_lrp(view, pairs, LiveMatching(view, pairs).at(1.0))
