"""TIDE against its slow twin: limits, slices, classes, and the variant that keeps ties in order."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxscore.errors import RequestError
from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.reasons import ErrorKind, best_overlaps
from boxscore.evaluation.tide import KINDS, Tide, assign, tide, tide_document
from boxscore.matching.coco import candidate_pairs, match
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import COCO
from boxscore.matching.recount import LiveMatching
from tests.evaluation.scenes import CLASSES, scenes, slices, subsets, thresholds
from tests.evaluation.twins import SlowTide
from tests.matching import brute


def evaluate(view: Comparable, iou: float = 0.5, **options: Any) -> Tide:
    pairs = candidate_pairs(view)
    limits = {k: options.pop(k) for k in ("background", "max_detections") if k in options}
    errors = assign(view, LiveMatching(view, pairs).at(iou), best_overlaps(view, pairs), **limits)
    return tide(view, errors, **options)


@given(
    scenes, thresholds, st.sampled_from([0.1, 0.25]), st.sampled_from([1, 3, 100]), st.booleans()
)
def test_equal_to_the_slow_twin(
    view: Comparable, iou: float, background: float, most: int, published: bool
) -> None:
    background = min(background, iou)
    mine = evaluate(view, iou, background=background, max_detections=most, published=published)
    slow = SlowTide(view, iou, background, most, published)
    for class_id in range(CLASSES):
        owners = [int(k) for k in slow.view.predictions.class_id]
        expected = [
            sum(o == class_id and k is kind for o, k in zip(owners, slow.kind, strict=True))
            for kind in KINDS[:-1]
        ]
        missed = sum(int(slow.view.truth.class_id[g]) == class_id for g in slow.missed)
        assert mine.class_counts[class_id].tolist() == [*expected, missed]
        base = slow.ap(class_id)
        fixed = [slow.ap(class_id, kind) for kind in KINDS[:-1]]
        fixed.append(slow.ap(class_id, ErrorKind.MISSED, slow.missed))
        assert mine.class_ap[class_id] == pytest.approx(base, abs=1e-12, nan_ok=True)
        gains = np.maximum(np.array(fixed) - base, 0)
        assert mine.class_delta[class_id] == pytest.approx(gains, abs=1e-12, nan_ok=True)
        complete = slow.ap(class_id, ErrorKind.MISSED, slow.unmatched)
        assert mine.class_false_negative[class_id] == pytest.approx(
            complete - base, abs=1e-12, nan_ok=True
        )
    assert mine.counts.tolist() == mine.class_counts.sum(axis=0).tolist()


@given(scenes, slices)
def test_a_slice_is_the_data_of_its_images(view: Comparable, items: Any) -> None:
    sliced = evaluate(view, items=items)
    alone = evaluate(brute.on_items(view, items))
    for name in Tide.__slots__:
        assert np.array_equal(getattr(sliced, name), getattr(alone, name), equal_nan=True), name


@given(scenes, subsets)
def test_classes_are_rows_of_the_whole(view: Comparable, classes: tuple[int, ...] | None) -> None:
    part, whole = evaluate(view, classes=classes), evaluate(view)
    chosen = np.isin(np.arange(CLASSES), range(CLASSES) if classes is None else classes)
    assert np.array_equal(part.class_delta[chosen], whole.class_delta[chosen], equal_nan=True)
    assert np.array_equal(part.class_counts[chosen], whole.class_counts[chosen])
    assert not part.class_counts[~chosen].any() and np.isnan(part.class_ap[~chosen]).all()
    some = whole.class_ap[chosen & ~np.isnan(whole.class_ap)]
    assert part.ap == pytest.approx(some.mean() if some.size else np.nan, nan_ok=True)


def _numbers(view: Comparable) -> Numbers:
    return coco_numbers(match(view, COCO))


@pytest.mark.parametrize("seed", range(8))
def test_without_the_peculiarities_ap_is_that_of_coco(seed: int) -> None:
    view = brute.scene(seed)
    mine = evaluate(view, published=False, max_detections=10**6)
    coco = _numbers(view)
    assert mine.ap == pytest.approx(coco.overall["AP50"], abs=1e-12, nan_ok=True)
    assert mine.class_ap == pytest.approx(coco.per_class["ap50"], abs=1e-12, nan_ok=True)


def test_perfect_predictions_have_nothing_to_gain() -> None:
    view = brute.scene(4)
    truth = view.truth
    exact = replace(
        view, crowd=np.zeros_like(view.crowd), predictions=truth,
        confidence=np.linspace(1, 0.5, truth.item.size),
    )  # fmt: skip
    mine = evaluate(exact)
    assert mine.ap == 1 and not mine.counts.any() and not mine.delta.any()
    assert mine.false_positive == mine.false_negative == 0


def test_document_is_json_with_null_for_the_undefined() -> None:
    view = brute.scene(2)
    nothing = evaluate(view, items=np.zeros(view.items, bool))
    document = tide_document(nothing)
    assert document["ap"] is None and document["per_class"] == []
    full = json.loads(json.dumps(tide_document(evaluate(view)), allow_nan=False))
    assert list(full["kinds"]) == [k.name.lower() for k in KINDS]
    for name, kind in full["kinds"].items():
        assert kind["count"] == sum(row["kinds"][name]["count"] for row in full["per_class"])


@pytest.mark.parametrize(
    "options, problem",
    [
        ({"background": 0.05}, "background threshold"),
        ({"background": 0.6}, "background threshold"),
        ({"background": float("nan")}, "background threshold"),
        ({"max_detections": 0}, "leaves none"),
        ({"classes": (7,)}, "class_id 7"),
        ({"items": np.ones(2, bool)}, "slice"),
        ({"items": np.ones(5)}, "slice"),
    ],
)
def test_what_cannot_be_answered_is_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        evaluate(brute.scene(1), **options)
