"""Weighted sums and replicates against plain NumPy and against the exact curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxscore.cli.plain_score import MEANING as NAMES
from boxscore.errors import RequestError
from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.drawn_ap import Judged, drawn_ap
from boxscore.evaluation.slices import Slices
from boxscore.kernels import _core
from boxscore.matching.coco import match
from boxscore.matching.policy import COCO
from tests.evaluation import population
from tests.matching import brute

CLASS_NAMES = ("ap", "ap50", "ar100")


@pytest.mark.parametrize("seed", range(8))
def test_weighted_sums(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, items, cells, replicates = 200, 17, 5, int(rng.integers(1, 30))
    weights = rng.integers(0, 5, (replicates, items)).astype(np.uint16)
    item = rng.integers(0, items, rows).astype(np.int32)
    cell = rng.integers(0, cells, rows).astype(np.int32)
    amount = rng.integers(-9, 9, rows).astype(np.float64)
    for given in (None, amount):
        expected = np.zeros((replicates, cells))
        for k in range(rows):
            value = 1.0 if given is None else given[k]
            expected[:, cell[k]] += weights[:, item[k]] * value
        assert np.array_equal(_core.weigh(weights, item, cell, cells, given), expected)


def test_sums_of_nothing() -> None:
    none = np.zeros(0, np.int32)
    assert _core.weigh(np.ones((3, 2), np.uint16), none, none, 4).tolist() == [[0.0] * 4] * 3
    assert _core.weigh(np.ones((0, 2), np.uint16), none, none, 4).shape == (0, 4)
    assert _core.weigh(np.ones((3, 0), np.uint16), none, none, 4).shape == (3, 4)


@pytest.mark.parametrize(("item", "cell"), [(2, 0), (-1, 0), (0, 4), (0, -1)])
def test_rows_that_do_not_exist_are_refused(item: int, cell: int) -> None:
    where, what = np.array([item], np.int32), np.array([cell], np.int32)
    with pytest.raises(ValueError, match="out of range"):
        _core.weigh(np.ones((1, 2), np.uint16), where, what, 4)


def one_by_one(slices: Slices, weights: Any) -> tuple[Any, Any]:
    """The exact numbers of each weighting."""
    numbers = [slices.weighted(w) for w in weights]
    overall = np.array([[n.overall[name] for name in NAMES] for n in numbers])
    per_class = np.stack(
        [np.stack([n.per_class[name] for name in CLASS_NAMES], axis=-1) for n in numbers]
    )
    return overall, per_class


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_replicates_are_the_exact_numbers(seed: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    slices = Slices(match(brute.scene(seed, ties), COCO))
    weights = rng.integers(0, 4, (int(rng.integers(1, 20)), 5)).astype(np.uint16)
    for ours, exact in zip(slices.replicate(weights), one_by_one(slices, weights), strict=True):
        assert np.allclose(ours, exact, rtol=1e-12, atol=0, equal_nan=True)


def test_replicates_of_a_large_class() -> None:
    """More ground truths of one class than tables of recall points are remembered for."""
    rng = np.random.default_rng(2)
    slices = Slices(match(population.draw(rng, 4000, 1, 0.0), COCO))
    weights = rng.poisson(1, (3, 4000)).astype(np.uint16)
    for ours, exact in zip(slices.replicate(weights), one_by_one(slices, weights), strict=True):
        assert np.allclose(ours, exact, rtol=1e-12, atol=0)


def test_replicates_without_predictions() -> None:
    """Objects of the first class of two: it has AP 0; `make sanitize` looks at the empty curves."""
    none = np.zeros(0, np.int32)
    found = drawn_ap(
        Judged(
            class_id=none, item=none, confidence=np.zeros(0), right=np.zeros(0, np.bool_),
            truth_class=np.zeros(3, np.int32), truth_item=np.arange(3, dtype=np.int32), classes=2,
        ),
        np.ones((4, 3), np.uint16),
    )  # fmt: skip
    assert np.array_equal(found, [[0.0, np.nan]] * 4, equal_nan=True)


def test_threads_change_nothing() -> None:
    view = population.draw(np.random.default_rng(1), 60, 1, 0.0)
    weights = np.random.default_rng(2).poisson(1, (40, 60)).astype(np.uint16)
    matching = match(view, COCO)
    one, two = (Slices(matching, threads=n).replicate(weights) for n in (1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_weights_beyond_the_prepared_ones_are_refused_by_the_kernel() -> None:
    view = brute.scene(4)
    counts = view.crowd == 0
    kernel = _core.Resampling(
        match(view, COCO).matches,
        view.truth.item[counts],
        view.truth.class_id[counts],
        view.truth.area[counts],
        COCO.kernel(),
        view.items,
        copies=2,
    )
    with pytest.raises(ValueError, match="larger than the number of copies"):
        kernel.curves(np.full(view.items, 3, np.uint16))
    with pytest.raises(ValueError, match="for 5 rows"):
        kernel.curves(np.ones(4, np.uint16))
    with pytest.raises(ValueError, match="for 5 images"):
        kernel.replicate(np.ones((2, 6), np.uint16))
    with pytest.raises(ValueError, match="other ground truths"):
        _core.Resampling(
            match(view, COCO).matches,
            view.truth.item,
            view.truth.class_id,
            view.truth.area,
            COCO.kernel(),
            view.items,
        )


@pytest.mark.parametrize("items", [np.ones(4, np.bool_), np.ones(5, np.int64), np.ones((5, 1))])
def test_a_slice_is_one_bool_per_image(items: Any) -> None:
    with pytest.raises(RequestError, match="E-SLICE-SHAPE"):
        Slices(match(brute.scene(1), COCO)).numbers(items)


def test_no_image_has_no_number() -> None:
    matching = match(brute.scene(1), COCO)
    numbers = Slices(matching).numbers(np.zeros(5, np.bool_))
    assert np.isnan(list(numbers.overall.values())).all()
    assert numbers.ground_truth.tolist() == numbers.predictions.tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(6))
def test_a_subset_is_that_subset_matched_alone(seed: int) -> None:
    view = brute.scene(seed, ties=True)
    chosen = np.random.default_rng(seed).random(view.items) < 0.6
    ours = Slices(match(view, COCO)).numbers(chosen)
    alone = coco_numbers(match(brute.repeated(view, chosen.astype(int)), COCO))
    assert np.array_equal(list(ours.overall.values()), list(alone.overall.values()), equal_nan=True)
    for name in CLASS_NAMES:
        assert np.array_equal(ours.per_class[name], alone.per_class[name], equal_nan=True)
    assert np.array_equal(ours.ground_truth, alone.ground_truth)
    assert np.array_equal(ours.predictions, alone.predictions)
