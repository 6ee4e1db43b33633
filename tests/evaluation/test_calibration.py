"""Calibration against loops over bins, scikit-learn and torchmetrics."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.calibration import (
    brier_score,
    calibration_cells,
    error_of_cells,
    expected_calibration_error,
    reliability,
)


def answers(seed: int, size: int = 500) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    confidence = rng.random(size)
    return confidence, rng.random(size) < confidence**2


def slow_error(cells: list[Any], confidence: Any, right: Any) -> float:
    """Weighted gap over cells, one at a time."""
    total = 0.0
    for cell in set(cells):
        inside = [k for k, c in enumerate(cells) if c == cell]
        gap = np.mean([right[k] for k in inside]) - np.mean([confidence[k] for k in inside])
        total += len(inside) / len(cells) * abs(float(gap))
    return total


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("bins", [1, 10, 15])
def test_expected_error_is_that_of_a_loop(seed: int, bins: int) -> None:
    confidence, right = answers(seed)
    confidence[:20] = np.repeat([0.0, 1.0, 1 / bins, 0.5], 5)
    upper = [max(0, math.ceil(round(float(c) * bins, 9)) - 1) for c in confidence]
    expected = slow_error(upper, confidence, right)
    got = expected_calibration_error(confidence, right, bins=bins)
    assert got == pytest.approx(expected, abs=1e-12)
    cell = calibration_cells(confidence, None, bins)
    assert error_of_cells(cell, confidence, right) == pytest.approx(got)


def test_a_diagram_by_hand() -> None:
    diagram = reliability(
        np.array([0.1, 0.5, 0.6, 1.0]), np.array([False, True, False, True]), bins=2
    )
    assert diagram.n.tolist() == [2, 2]
    assert diagram.confidence.tolist() == [0.3, 0.8]
    assert diagram.accuracy.tolist() == [0.5, 0.5]
    assert diagram.ece == pytest.approx(0.25)
    assert diagram.mce == pytest.approx(0.3)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("norm", ["l1", "max"])
def test_errors_are_those_of_torchmetrics(seed: int, norm: str) -> None:
    # torchmetrics keeps float32 and puts 1.0 into a bin of its own; none occurs here.
    torch = pytest.importorskip("torch")
    classification = pytest.importorskip("torchmetrics.functional.classification")
    confidence, right = answers(seed)
    theirs = classification.binary_calibration_error(
        torch.tensor(confidence), torch.tensor(right.astype(int)), n_bins=15, norm=norm
    )
    diagram = reliability(confidence, right)
    ours = diagram.ece if norm == "l1" else diagram.mce
    assert ours == pytest.approx(float(theirs), abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spacing", ["width", "count"])
def test_diagrams_are_those_of_scikit_learn(seed: int, spacing: Any) -> None:
    oracle = pytest.importorskip("sklearn.calibration")
    confidence, right = answers(seed)
    strategy = "uniform" if spacing == "width" else "quantile"
    accuracy, mean = oracle.calibration_curve(right, confidence, n_bins=10, strategy=strategy)
    diagram = reliability(confidence, right, bins=10, spacing=spacing)
    filled = diagram.n > 0
    assert np.array_equal(diagram.accuracy[filled], accuracy)
    assert np.array_equal(diagram.confidence[filled], mean)


def test_equal_confidences_share_a_bin() -> None:
    diagram = reliability(
        np.array([0.2] * 9 + [0.7]), np.ones(10, np.bool_), bins=5, spacing="count"
    )
    assert sorted(diagram.n.tolist()) == [0, 0, 0, 1, 9]


@pytest.mark.parametrize("seed", range(4))
def test_detection_error_over_position_is_that_of_a_loop(seed: int) -> None:
    confidence, right = answers(seed)
    place = np.random.default_rng(seed + 9).random((confidence.size, 2))
    bins = (5, 3, 2)
    columns = [confidence, place[:, 0], place[:, 1]]
    cells = [
        tuple(math.ceil(v[k] * b) - 1 for v, b in zip(columns, bins, strict=True))
        for k in range(confidence.size)
    ]
    got = error_of_cells(calibration_cells(confidence, place, bins), confidence, right)
    assert got == pytest.approx(slow_error(cells, confidence, right), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_brier_is_that_of_scikit_learn(seed: int) -> None:
    oracle = pytest.importorskip("sklearn.metrics")
    confidence, right = answers(seed)
    assert brier_score(confidence, right) == pytest.approx(
        oracle.brier_score_loss(right, confidence), abs=1e-15
    )


def test_nothing_is_undefined() -> None:
    none = np.empty(0)
    diagram = reliability(none, none)
    assert math.isnan(diagram.ece)
    assert math.isnan(diagram.mce)
    assert math.isnan(brier_score(none, none))
    assert math.isnan(error_of_cells(calibration_cells(none, None, 15), none, none))
    assert math.isnan(reliability(none, none, spacing="count").ece)


@pytest.mark.parametrize(
    ("confidence", "right", "settings", "code"),
    [
        ([0.5, 1.5], [0, 1], {}, "E-CONFIDENCE-RANGE"),
        ([0.5, np.nan], [0, 1], {}, "E-CONFIDENCE-RANGE"),
        ([0.5], [0, 1], {}, "E-SHAPE"),
        ([0.5], [2], {}, "E-TRUTH-RANGE"),
        ([0.5], [1], {"bins": 0}, "E-CALIBRATION-BINS"),
    ],
)
def test_bad_input_is_refused(confidence: Any, right: Any, settings: Any, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        reliability(np.array(confidence), np.array(right), **settings)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("place", "bins", "code"),
    [
        (np.zeros((3, 2)), 5, "E-SHAPE"),
        (np.full((2, 2), 7.0), 5, "E-CONFIDENCE-RANGE"),
        (np.zeros((2, 2)), (5, 5), "E-CALIBRATION-BINS"),
    ],
)
def test_bad_places_are_refused(place: Any, bins: Any, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        calibration_cells(np.full(2, 0.5), place, bins)
    assert refused.value.code == code
