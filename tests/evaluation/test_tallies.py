"""Statistics of sums: counts and rates of drawn images against counting them anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.counts import count, f1, precision, recall
from boxscore.evaluation.tallies import (
    COUNT_NAMES,
    bootstrap_statistic,
    counts_tally,
    paired_statistic,
    pooled,
    pooled_rates,
    rates,
)
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching
from tests.evaluation import population
from tests.matching import brute


def class_rates(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return rates(sums.reshape(len(sums), -1, 3))


def matches(view: Comparable, iou: float = 0.5) -> Any:
    return LiveMatching(view, candidate_pairs(view)).at(iou)


@pytest.mark.parametrize("seed", range(8))
def test_rates_of_repeated_images(seed: int) -> None:
    view = brute.scene(seed)
    weights = np.random.default_rng(seed).integers(0, 4, (3, view.items)).astype(np.uint16)
    own = np.array([0.2, 0.5, 0.7])
    for confidence in (0.4, own):
        sums = counts_tally(view, matches(view), confidence).sums(weights)
        for row, times in enumerate(weights):
            again = brute.repeated(view, times)
            counts = count(again, matches(again), confidence)
            tp, fp, fn = (int(v.sum()) for v in (counts.tp, counts.fp, counts.fn))
            expected = [precision(tp, fp), recall(tp, fn), f1(tp, fp, fn)]
            assert np.array_equal(pooled_rates(sums)[row], expected, equal_nan=True)
            for k in range(view.classes):
                tp, fp, fn = (int(v[k]) for v in (counts.tp, counts.fp, counts.fn))
                expected = [precision(tp, fp), recall(tp, fn), f1(tp, fp, fn)]
                assert np.array_equal(class_rates(sums)[row, k], expected, equal_nan=True)


@pytest.mark.parametrize("seed", range(8))
def test_classes_together_have_the_sums_and_the_bounds_of_the_classes(seed: int) -> None:
    view = brute.scene(seed)
    tally = counts_tally(view, matches(view), 0.3)
    weights = np.random.default_rng(seed).integers(0, 4, (5, view.items)).astype(np.uint16)
    each = tally.sums(weights).reshape(5, -1, 3)
    assert np.array_equal(pooled(tally).sums(weights), each.sum(axis=1))
    assert np.array_equal(pooled(tally, (1,)).sums(weights), each[:, 1])
    any_row, plan = np.full(3, -1), Plan(replicates=50)
    made, slow = (
        bootstrap_statistic(one, pooled_rates, COUNT_NAMES, resting_on=any_row, plan=plan)
        for one in (pooled(tally), tally)
    )
    for name in ("estimate", "low", "high", "reason"):
        assert np.array_equal(getattr(made, name), getattr(slow, name), equal_nan=name != "reason")


def test_bounds_per_class_say_where_there_is_too_little() -> None:
    view = population.draw(np.random.default_rng(1), 40, 1, 0.0)
    tally = counts_tally(view, matches(view), 0.5)
    objects = np.arange(view.classes)[:, None] * 3 + np.full((1, 3), 2)
    made = bootstrap_statistic(
        tally, class_rates, COUNT_NAMES, resting_on=objects, plan=Plan(replicates=100)
    )
    counts = count(view, matches(view), 0.5)
    tp, fp, fn = (int(v[0]) for v in (counts.tp, counts.fp, counts.fn))
    estimate, low, high = made.of("f1", 0)
    assert low < estimate == f1(tp, fp, fn) < high
    held = [np.unique(view.truth.item[view.truth.class_id == k]).size for k in range(3)]
    assert (made.reason[:, 0] == "").tolist() == [n >= 10 for n in held]


def test_paired_differences_use_the_same_images() -> None:
    view = population.draw(np.random.default_rng(1), 60, 1, 0.0)
    before, after = (counts_tally(view, matches(view), c) for c in (0.0, 0.5))
    any_row, plan = np.full(3, -1), Plan(replicates=60, seed=4)
    made = paired_statistic(before, after, pooled_rates, COUNT_NAMES, resting_on=any_row, plan=plan)
    weights = np.concatenate(list(Clusters.images(60).draw(60, 4)))
    drawn = pooled_rates(after.sums(weights)) - pooled_rates(before.sums(weights))
    assert ((drawn.min(axis=0) <= made.low) & (made.high <= drawn.max(axis=0))).all()
    assert made.of("precision")[1] > 0 > made.of("recall")[2]  # for certain, both
    assert made.p[0] < 0.05


def test_tallies_that_do_not_fit() -> None:
    one, two = (
        counts_tally(v, matches(v), 0.5)
        for v in (population.draw(np.random.default_rng(1), n, 1, 0.0) for n in (20, 21))
    )
    none = np.full(3, -1)
    with pytest.raises(RequestError, match="E-PAIRED-TRUTH"):
        paired_statistic(one, two, pooled_rates, COUNT_NAMES, resting_on=none)
    with pytest.raises(RequestError, match="E-CLUSTERS-SHAPE"):
        bootstrap_statistic(
            one, pooled_rates, COUNT_NAMES, resting_on=none, clusters=Clusters.images(3)
        )
