"""Thresholds per class against trying every confidence in plain loops."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.counts import count
from boxscore.evaluation.thresholds import (
    LEAST_OBJECTS,
    Goal,
    choose_thresholds,
    thresholds_document,
)
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching
from boxscore.schema.ontology import ClassRow
from tests.evaluation import population
from tests.matching import brute

GOALS = [
    Goal(),
    Goal(name="precision", floor=0.7),
    Goal(name="precision", floor=1.0),
    Goal(name="recall", floor=0.5),
    Goal(name="recall", floor=0.99),
    Goal(name="cost", cost_fp=1, cost_fn=3),
    Goal(name="cost", cost_fp=5, cost_fn=0),
]


def outcomes(view: Comparable, iou: float, confidence: float, classes: set[int]) -> Any:
    """TP, FP and FN by loops over the judge's matches."""
    judge = brute.match(view, iou)
    tp = fp = 0
    for k, class_id in enumerate(view.predictions.class_id.tolist()):
        if class_id in classes and view.confidence[k] >= confidence:
            tp += judge.ground_truth[k] >= 0 and not judge.ignored[k]
            fp += judge.ground_truth[k] < 0
    objects = sum(
        class_id in classes and not crowd
        for class_id, crowd in zip(view.truth.class_id.tolist(), view.crowd.tolist(), strict=True)
    )
    return tp, fp, objects - tp


def worth(goal: Goal, tp: int, fp: int, fn: int) -> Any:
    """Larger is better; None is not allowed."""
    right = tp / (tp + fp) if tp + fp else None
    found = tp / (tp + fn) if tp + fn else 0.0
    if goal.name == "f1":
        return 2 * tp / (2 * tp + fp + fn) if 2 * tp + fp + fn else 0.0
    if goal.name == "precision":
        return found if right is not None and right >= goal.floor else None
    if goal.name == "recall":
        return (right or 0.0) if found >= goal.floor else None
    return -(goal.cost_fp * fp + goal.cost_fn * fn)


def best(view: Comparable, iou: float, goal: Goal, classes: set[int]) -> tuple[Any, Any]:
    """(worth, confidence) of the best of all operating points; None where none is allowed."""
    tried = [np.inf, *sorted(set(view.confidence.tolist()), reverse=True)]
    chosen, at = None, None
    for confidence in tried:
        value = worth(goal, *outcomes(view, iou, confidence, classes))
        if value is not None and (chosen is None or value > chosen):
            chosen, at = value, confidence
    return chosen, at


@pytest.mark.parametrize("goal", GOALS, ids=lambda g: f"{g.name}-{g.floor}-{g.cost_fn}")
@pytest.mark.parametrize("seed", range(5))
def test_no_other_confidence_is_better(seed: int, goal: Goal) -> None:
    view = brute.scene(seed, ties=seed % 2 == 0)
    live = LiveMatching(view, candidate_pairs(view))
    made = choose_thresholds(view, live, 0.5, goal)
    everything = set(range(view.classes))
    groups = [(everything, made.overall, made.overall_reason)]
    groups += [
        ({k}, made.confidence[k], made.reason[k])
        for k in range(view.classes)
        if not made.fallback[k]
    ]
    for classes, confidence, reason in groups:
        value, _ = best(view, 0.5, goal, classes)
        tp, fp, fn = outcomes(view, 0.5, confidence, classes)
        if value is None:
            assert reason.startswith("no confidence has a")
            assert tp + fp == 0 or goal.name == "recall"
        else:
            assert reason == ""
            assert worth(goal, tp, fp, fn) == value


def test_of_equals_the_highest_confidence() -> None:
    view = population.draw(np.random.default_rng(4), 8, 1, 0.0)
    live = LiveMatching(view, candidate_pairs(view))
    made = choose_thresholds(view, live)
    _, at = best(view, 0.5, Goal(), {0, 1, 2})
    assert made.overall == at


def test_counts_are_those_of_each_class_with_its_own() -> None:
    view = population.draw(np.random.default_rng(4), 30, 1, 0.0)
    live = LiveMatching(view, candidate_pairs(view))
    made = choose_thresholds(view, live, 0.5, Goal(name="precision", floor=0.9))
    for k in range(view.classes):
        alone = count(view, live.at(0.5), float(made.confidence[k]))
        assert made.at_classes.tp[k] == alone.tp[k]
        assert made.at_classes.fp[k] == alone.fp[k]
        assert made.at_classes.fn[k] == alone.fn[k]
        if not made.fallback[k] and not made.reason[k]:
            assert alone.tp[k] / (alone.tp[k] + alone.fp[k]) >= 0.9


def test_a_rare_class_takes_the_threshold_of_all_and_says_so() -> None:
    view = population.draw(np.random.default_rng(0), 20, 1, 0.0)
    objects = np.bincount(view.truth.class_id, minlength=3)
    made = choose_thresholds(view, LiveMatching(view, candidate_pairs(view)))
    assert made.fallback.tolist() == (objects < LEAST_OBJECTS).tolist()
    assert made.fallback.any()
    rare = int(np.flatnonzero(made.fallback)[0])
    assert made.confidence[rare] == made.overall
    assert f"{objects[rare]} objects are too few" in made.reason[rare]


def test_the_document() -> None:
    view = population.draw(np.random.default_rng(4), 30, 1, 0.0)
    made = choose_thresholds(
        view, LiveMatching(view, candidate_pairs(view)), 0.5, Goal(name="cost")
    )
    rows = [
        ClassRow(
            class_id=k,
            name=f"c{k}",
            kind="object",
            shape=None,
            feature_hash=f"hash{k}",
            attribute_hash=None,
            option_hash=None,
            color="#000000",
            source_id=None,
        )
        for k in range(view.classes)
    ]
    document = json.loads(json.dumps(thresholds_document(rows, made), allow_nan=False))
    assert document["method"] == {"goal": "cost", "cost_fp": 1.0, "cost_fn": 1.0}
    assert document["iou"] == 0.5
    own = np.array([row["confidence"] for row in document["classes"]])
    counts = count(view, LiveMatching(view, candidate_pairs(view)).at(0.5), own)
    for k, row in enumerate(document["classes"]):
        assert (row["feature_hash"], row["class"]) == (f"hash{k}", f"c{k}")
        assert (row["tp"], row["fp"], row["fn"]) == (counts.tp[k], counts.fp[k], counts.fn[k])
        assert row["precision"] == row["tp"] / (row["tp"] + row["fp"])
    together = document["with_class_thresholds"]
    assert together["tp"] == counts.tp.sum() and together["fn"] == counts.fn.sum()
    spent = together["fp"] + together["fn"]
    one = document["all_classes"]
    assert spent <= one["fp"] + one["fn"]


def test_nothing_predicted_and_nothing_labelled() -> None:
    empty = brute.repeated(brute.scene(2), [0] * 5)
    made = choose_thresholds(empty, LiveMatching(empty, candidate_pairs(empty)))
    assert made.fallback.all() and np.isfinite(made.overall)
    assert made.at_classes.tp.sum() == made.at_classes.fp.sum() == 0
    assert made.overall_reason == "no ground truth to choose by: nothing is shown"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "f2"}, "E-GOAL-UNKNOWN"),
        ({"name": "precision", "floor": 1.5}, "E-GOAL-RANGE"),
        ({"name": "recall", "floor": float("nan")}, "E-GOAL-RANGE"),
        ({"name": "cost", "cost_fp": -1.0}, "E-GOAL-RANGE"),
        ({"name": "cost", "cost_fp": 0.0, "cost_fn": 0.0}, "E-GOAL-RANGE"),
        ({"name": "cost", "cost_fn": float("inf")}, "E-GOAL-RANGE"),
    ],
)
def test_goals_out_of_range(values: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError, match=code):
        Goal(**values)


def test_one_confidence_or_one_per_class() -> None:
    view = brute.scene(1)
    live = LiveMatching(view, candidate_pairs(view)).at(0.5)
    with pytest.raises(RequestError, match="E-CONFIDENCE-SHAPE"):
        count(view, live, np.zeros(2))
