"""mAP under any rules: COCO's equals the product's own, every rule does what it says."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.explain.assignment import Verdicts
from boxscore.evaluation.explain.curves import single_linspace
from boxscore.evaluation.explain.mean_ap import KeptRows, decide, mean_ap
from boxscore.evaluation.explain.rules import Absent, Assignment, Crowd, Curve, Limit, Rules
from boxscore.evaluation.explain.tools import COCO, TOOLS
from boxscore.evaluation.protocols import protocol_of
from boxscore.matching.coco import match
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import COCO as POLICY
from boxscore.matching.policy import Options
from tests.evaluation.explain import plain
from tests.matching import brute

SEEDS = range(10)


def scene(seed: int) -> Comparable:
    return brute.scene(seed, ties=seed % 2 == 0)


def without_crowd(view: Comparable) -> Comparable:
    keep = view.crowd == 0
    truth = brute.side(view.truth.item[keep], view.truth.class_id[keep], view.truth.box[keep])
    return replace(view, truth=truth, crowd=view.crowd[keep])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_default_rules_are_coco(seed: int) -> None:
    view = scene(seed)
    numbers = coco_numbers(match(view, POLICY)).overall
    mine = mean_ap(view, Rules())
    assert np.array_equal(
        [mine.at_50_95, mine.at_50], [numbers["AP"], numbers["AP50"]], equal_nan=True
    )


@pytest.mark.parametrize("rule", list(Assignment))
@pytest.mark.parametrize("seed", SEEDS)
def test_assignment_equals_plain_loops(seed: int, rule: Assignment) -> None:
    view = scene(seed)
    rows = KeptRows(view, Rules(assignment=rule, max_detections=None))
    verdicts: Verdicts = decide(rows)
    order = np.lexsort((-view.confidence, view.predictions.item))
    for at, threshold in enumerate(np.linspace(0.5, 0.95, 10)):
        judge = plain.assign(view, rule, float(threshold))
        assert verdicts.right[:, at].tolist() == [judge.right[k] for k in order]
        assert verdicts.ignored[:, at].tolist() == [judge.ignored[k] for k in order]


@pytest.mark.parametrize("name", ["encord", "encord-legacy"])
@pytest.mark.parametrize("seed", [s for s in SEEDS if s != 4])
def test_encord_equals_its_definition(seed: int, name: str) -> None:
    """Within 1e-12: the sums are the same, their order is not."""
    view = without_crowd(scene(seed))
    mine = mean_ap(view, TOOLS[name].rules).at_50
    assert mine == pytest.approx(plain.encord(view, legacy=name == "encord-legacy"), abs=1e-12)
    theirs = protocol_of(name).evaluate(view, Options()).overall["mAP"]
    assert mine == pytest.approx(theirs, abs=1e-12)


def test_rounded_recall_is_what_sqlite_rounds() -> None:
    base = sqlite3.connect(":memory:")
    fractions = [(n, of) for of in range(1, 201) for n in range(1, of + 1)]
    for n, of in fractions:
        (value,) = base.execute("select round(cast(? as real) / ?, 2)", (n, of)).fetchone()
        assert round(value * 100) == (200 * n + of) // (2 * of), (n, of)


def one_class(boxes: list[list[float]], found: list[list[float]], confidence: list[float],
              crowd: list[int] | None = None) -> Comparable:  # fmt: skip
    """One image, one class."""
    truth, dt = np.array(boxes).reshape(-1, 4), np.array(found).reshape(-1, 4)
    view = brute.scene(0)
    return replace(
        view, items=1, classes=1, confidence=np.array(confidence, np.float64),
        truth=brute.side([0] * len(truth), [0] * len(truth), truth),
        predictions=brute.side([0] * len(dt), [0] * len(dt), dt),
        crowd=np.array(crowd or [0] * len(truth), np.uint8),
    )  # fmt: skip


BOX = [0.0, 0.0, 10.0, 10.0]
AWAY = [500.0, 500.0, 10.0, 10.0]


def test_nothing_on_either_side() -> None:
    nobody = one_class([], [BOX], [0.5])
    assert math.isnan(mean_ap(nobody, Rules()).at_50)
    assert mean_ap(nobody, Rules(absent=Absent.ZERO)).at_50 == 0
    for tool in (COCO, *TOOLS.values()):
        assert mean_ap(one_class([BOX], [], []), tool.rules).at_50_95 == 0
    assert math.isnan(mean_ap(one_class([], [], []), Rules()).at_50_95)


def test_the_confidence_floor_is_exclusive() -> None:
    view = one_class([BOX], [BOX], [0.001])
    assert mean_ap(view, Rules(curve=Curve.AREA, confidence_floor=0.001)).at_50 == 0
    assert mean_ap(view, Rules(curve=Curve.AREA, confidence_floor=0.0009)).at_50 == 1


def test_limits_keep_the_most_confident() -> None:
    view = one_class([BOX], [AWAY, BOX], [0.9, 0.5])
    assert (
        mean_ap(view, Rules(curve=Curve.AREA, max_detections=Limit(count=1, per_class=False))).at_50
        == 0
    )
    assert mean_ap(view, Rules(curve=Curve.AREA, max_detections=Limit(count=2))).at_50 == 0.5


def test_a_limit_over_all_classes_is_shared() -> None:
    view = one_class([BOX], [AWAY, BOX], [0.9, 0.5])
    other = brute.side([0, 0], [1, 0], view.predictions.box)
    view = replace(view, classes=2, predictions=other)
    assert (
        mean_ap(view, Rules(curve=Curve.AREA, max_detections=Limit(count=1, per_class=False))).at_50
        == 0
    )
    assert mean_ap(view, Rules(curve=Curve.AREA, max_detections=Limit(count=1))).at_50 == 1


@pytest.mark.parametrize(
    ("crowd", "expected"), [(Crowd.IGNORED, 1.0), (Crowd.DROPPED, 0.5), (Crowd.COUNTED, 1.0)]
)
def test_crowd(crowd: Crowd, expected: float) -> None:
    view = one_class([BOX, AWAY], [AWAY, BOX], [0.9, 0.5], crowd=[0, 1])
    assert mean_ap(view, Rules(curve=Curve.AREA, crowd=crowd)).at_50 == expected


def test_boxes_of_no_size_are_dropped_with_the_crowds() -> None:
    view = one_class([BOX, [5.0, 5.0, 0.0, 3.0]], [BOX], [0.9])
    assert mean_ap(view, Rules(crowd=Crowd.DROPPED, curve=Curve.AREA)).at_50 == 1
    assert mean_ap(view, Rules(curve=Curve.AREA)).at_50 == 0.5


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        (Curve.COCO, 51 / 101),
        (Curve.ELEVEN, 6 / 11),
        (Curve.AREA, 0.5),
        (Curve.LINE, 0.75),
        (Curve.LINE_DROP, 0.495),
        (Curve.COCO_EPSILON, 51 / 101),
        (Curve.ELEVEN_LOWEST, 6 / 11),
    ],
)
def test_half_of_the_objects_found_without_a_mistake(curve: Curve, expected: float) -> None:
    view = one_class([BOX, AWAY], [BOX], [0.9])
    assert mean_ap(view, Rules(curve=curve)).at_50 == pytest.approx(expected, abs=1e-12)


def test_single_thresholds_are_as_torch_has_them() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed: make peers")
    for low, high, points in ((0.5, 0.95, 10), (0.0, 1.0, 101)):
        theirs = torch.linspace(low, high, points).double().tolist()
        assert single_linspace(low, high, points).tolist() == theirs
