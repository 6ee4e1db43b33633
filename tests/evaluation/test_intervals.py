"""Bootstrap intervals: their stream, their arithmetic, and what they refuse to tell."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from boxscore.cli.plain_score import MEANING as NAMES
from boxscore.errors import RequestError
from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.bounds import Plan, Support, bounds
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.intervals import bootstrap, paired
from boxscore.matching.coco import match
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import COCO
from tests.evaluation import population
from tests.matching import brute

PLENTY = Support(objects=np.full(1, 99), holders=np.full(1, 99), drawn=99, unit="image")


def all_draws(clusters: Clusters, replicates: int, seed: int = 0) -> Any:
    return np.concatenate(list(clusters.draw(replicates, seed)))


def test_the_stream_is_numpys() -> None:
    generator = np.random.default_rng(5)
    expected = [np.bincount(generator.integers(0, 7, 7), minlength=7) for _ in range(9)]
    assert np.array_equal(all_draws(Clusters.images(7), 9, seed=5), expected)


def test_more_replicates_add_to_those_before(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = Clusters.images(50)
    many = all_draws(clusters, 100)
    assert np.array_equal(all_draws(clusters, 30), many[:30])
    monkeypatch.setattr("boxscore.evaluation.clusters.AT_ONCE", 1)  # eight at a time
    assert np.array_equal(all_draws(clusters, 100), many)


def test_clusters_are_drawn_whole() -> None:
    group = np.array([4, 4, 9, -1, 9, -1, 4])
    clusters = Clusters.groups(group, unit="video")
    weights = all_draws(clusters, 20)
    assert clusters.count == 4  # two videos, two images on their own
    for a, b in [(0, 1), (0, 6), (2, 4)]:
        assert np.array_equal(weights[:, a], weights[:, b])
    assert (weights[:, [0, 2, 3, 5]].sum(axis=1) == 4).all()


def test_images_that_take_no_part() -> None:
    chosen = np.array([True, False, True, True])
    weights = all_draws(Clusters.images(4, chosen), 30)
    assert (weights[:, 1] == 0).all() and (weights.sum(axis=1) == 3).all()


@pytest.mark.parametrize("group", [np.zeros((3, 1), np.int64), np.zeros(3), np.array(["a", "b"])])
def test_clusters_are_one_whole_number_per_image(group: Any) -> None:
    with pytest.raises(RequestError, match="E-CLUSTERS-SHAPE"):
        Clusters.groups(group, unit="site")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"replicates": 0}, "E-BOOTSTRAP-REPLICATES"),
        ({"replicates": 10**9}, "E-BOOTSTRAP-REPLICATES"),
        ({"confidence": 1.0}, "E-BOOTSTRAP-LEVEL"),
        ({"confidence": float("nan")}, "E-BOOTSTRAP-LEVEL"),
        ({"seed": -1}, "E-BOOTSTRAP-SEED"),
    ],
)
def test_plans_out_of_range(values: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError, match=code):
        Plan(**values)


def slow_bounds(estimate: float, draws: list[float], confidence: float) -> tuple[float, float]:
    """Bias-corrected percentiles in plain Python."""
    normal, kept = NormalDist(), sorted(x for x in draws if x == x)
    below = sum(x < estimate for x in kept) + sum(x == estimate for x in kept) / 2
    share = min(max(below, 0.5), len(kept) - 0.5) / len(kept)
    bias = normal.inv_cdf(share)
    ends = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        ends.append(float(np.quantile(kept, normal.cdf(2 * bias + normal.inv_cdf(tail)))))
    return ends[0], ends[1]


@pytest.mark.parametrize("seed", range(8))
def test_bounds_in_plain_python(seed: int) -> None:
    rng = np.random.default_rng(seed)
    draws = rng.normal(size=101).round(1 if seed % 2 else 9)
    draws[rng.random(101) < 0.1] = np.nan
    estimate = float(rng.normal() * 0.3)
    made = bounds(("x",), np.array([estimate]), draws[:, None], 0.9, PLENTY)
    assert np.allclose(
        [made.low[0], made.high[0]], slow_bounds(estimate, draws.tolist(), 0.9), rtol=1e-12
    )


@pytest.mark.parametrize("seed", range(8))
def test_p_is_the_level_at_which_the_bounds_touch_zero(seed: int) -> None:
    draws = np.random.default_rng(seed).normal(1.5, 1, (4000, 1))
    estimate = np.array([1.5])
    p = float(bounds(("x",), estimate, draws, 0.95, PLENTY).p[0])
    assert 0.05 < p < 0.3
    for level, inside in ((1 - p - 0.01, False), (1 - p + 0.01, True)):
        made = bounds(("x",), estimate, draws, level, PLENTY)
        assert bool(made.low[0] <= 0 <= made.high[0]) is inside


def differences(before: Comparable, after: Comparable, weights: Any) -> Any:
    """Each replicate evaluated as a data set of its own."""
    rows = []
    for times in weights:
        a, b = (coco_numbers(match(brute.repeated(view, times), COCO)) for view in (before, after))
        rows.append([b.overall[name] - a.overall[name] for name in NAMES])
    return np.array(rows)


def two_runs(items: int = 40) -> tuple[Comparable, Comparable]:
    """One ground truth; the second run has lost a quarter of the predictions."""
    view = population.draw(np.random.default_rng(8), items, 1, 0.0)
    kept = np.flatnonzero(np.random.default_rng(9).random(view.confidence.size) < 0.75)
    found = view.predictions
    fewer = brute.side(found.item[kept], found.class_id[kept], found.box[kept])
    return view, replace(view, predictions=fewer, confidence=view.confidence[kept])


def test_paired_bounds_are_those_of_a_slow_reference() -> None:
    before, after = two_runs()
    plan = Plan(replicates=40, seed=3, confidence=0.9)
    made = paired(match(before, COCO), match(after, COCO), plan=plan)
    drawn = differences(before, after, all_draws(Clusters.images(40), 40, seed=3))
    estimate = differences(before, after, [np.ones(40, np.int64)])[0]
    assert made.overall.low[0] < made.overall.high[0] < 0  # AP is lower, for certain
    for k, name in enumerate(NAMES):
        assert made.overall.estimate[k] == estimate[k]
        if not made.overall.reason[k]:
            kept = drawn[:, k][np.isfinite(drawn[:, k])]
            expected = np.quantile(kept, [0.05, 0.95])
            assert np.allclose(made.overall.of(name)[1:], expected, rtol=1e-9, atol=1e-12)


def test_a_run_does_not_differ_from_itself() -> None:
    matching = match(two_runs()[0], COCO)
    made = paired(matching, matching, plan=Plan(replicates=50))
    told = made.per_class.reason == ""
    assert told.any() and (made.per_class.low[told] == 0).all()
    assert (made.per_class.high[told] == 0).all() and (made.per_class.p[told] == 1).all()


def test_the_same_seed_gives_the_same_bounds() -> None:
    matching = match(two_runs()[0], COCO)
    first, again, other = (bootstrap(matching, plan=Plan(seed=s)) for s in (1, 1, 2))
    assert np.array_equal(first.overall.low, again.overall.low, equal_nan=True)
    assert not np.array_equal(first.overall.low, other.overall.low, equal_nan=True)
    ap, low, high = first.overall.of("AP")
    assert low < ap < high


def test_a_slice_has_its_own_intervals() -> None:
    view = two_runs(60)[0]
    chosen = np.arange(60) < 30
    alone = match(brute.repeated(view, chosen.astype(int)), COCO)
    part = bootstrap(match(view, COCO), clusters=Clusters.images(60, chosen))
    whole = bootstrap(alone)
    assert np.allclose(part.overall.low, whole.overall.low, equal_nan=True, rtol=1e-12)
    assert np.array_equal(part.per_class.reason, whole.per_class.reason)


def test_too_few_to_tell() -> None:
    matching = match(population.draw(np.random.default_rng(0), 21, 1, 0.0), COCO)
    made = bootstrap(matching, plan=Plan(replicates=20))
    rare = made.per_class.document(2)["ap"]
    assert rare["low"] is None and rare["high"] is None
    assert "too few objects to tell" in rare["reason"]
    assert made.document()["metrics"]["AP"]["reason"] is None
    videos = Clusters.groups(np.arange(21) // 3, unit="video")
    few = bootstrap(matching, clusters=videos, plan=Plan(replicates=20)).overall
    assert np.isnan(few.low).all()
    assert few.reason[0] == "too few videos to tell: 7, at least 20 are needed"


def test_nothing_at_all() -> None:
    empty = brute.repeated(brute.scene(2), [0] * 5)
    made = bootstrap(match(empty, COCO), plan=Plan(replicates=20))
    assert np.isnan(made.overall.estimate).all() and np.isnan(made.overall.low).all()
    assert made.clusters == 0 and (made.per_class.reason != "").all()


def test_runs_of_other_truth_are_not_paired() -> None:
    before, after = two_runs()
    moved = replace(before, truth=replace(before.truth, box=before.truth.box + 1))
    with pytest.raises(RequestError, match="E-PAIRED-TRUTH"):
        paired(match(after, COCO), match(moved, COCO))
    with pytest.raises(RequestError, match="E-PAIRED-TRUTH"):
        paired(match(after, COCO), match(two_runs(41)[0], COCO))


def test_clusters_of_another_project() -> None:
    with pytest.raises(RequestError, match="E-CLUSTERS-SHAPE"):
        bootstrap(match(two_runs()[0], COCO), clusters=Clusters.images(41))
