"""Weak slices: planted faults are found and named, nothing is found where nothing is wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.evaluation.contrasts import Sums, halves, student_quantile, student_tail
from boxscore.evaluation.importance import higher_value, importance
from boxscore.evaluation.searched_facets import Facet, number_facet, text_facet
from boxscore.evaluation.units import Units
from boxscore.evaluation.weak_slices import WeakSlice, confirmed, search, with_q

IMAGES, PER_IMAGE = 400, 8
Values = NDArray[np.float64]


def units_of(good: Values, item: NDArray[np.int64]) -> Units:
    nothing = np.zeros(item.size, np.int64)
    return Units(
        good=good,
        item=item,
        class_id=nothing,
        row=nothing,
        source_row=nothing,
        box=np.zeros((item.size, 4)),
        area=np.ones(item.size),
        confidence=good,
    )


def scene(seed: int, fault: str | None, images: int = IMAGES) -> tuple[Units, list[Facet]]:
    """Objects of images that differ in how hard they are, and one fault."""
    draw = np.random.default_rng(seed)
    item = np.repeat(np.arange(images), draw.poisson(PER_IMAGE, images))
    n = item.size
    numbers = {
        "brightness": draw.random(images)[item],
        "size": draw.lognormal(0, 1, n),
        "x": draw.random(n),
        **{f"other {k}": draw.normal(size=images)[item] for k in range(4)},
        **{f"another {k}": draw.normal(size=n) for k in range(4)},
    }
    texts = {
        "class": draw.integers(0, 8, n),
        "split": draw.integers(0, 4, images)[item],
    }
    wrong = {
        None: np.zeros(n, np.bool_),
        "brightness": numbers["brightness"] < 0.15,
        "size": numbers["size"] < 0.4,
        "x": numbers["x"] < 0.12,
        "class": texts["class"] == 3,
        "split": texts["split"] == 2,
    }[fault]
    ease = 0.75 + 0.1 * draw.normal(size=images)[item] - 0.4 * wrong
    good = (draw.random(n) < ease.clip(0, 1)).astype(np.float64)
    facets = [number_facet(name, values) for name, values in numbers.items()]
    facets += [text_facet(name, code, list("abcdefgh")) for name, code in texts.items()]
    return units_of(good, item), [one for one in facets if one is not None]


def found_in(units: Units, facets: list[Facet], level: float = 0.1) -> list[WeakSlice]:
    return confirmed(with_q([search(units, facets, seed=20)])[0], facets, level)


@pytest.mark.parametrize("fault", ["brightness", "size", "x", "class", "split"])
def test_a_planted_fault_is_the_first_that_is_named(fault: str) -> None:
    units, facets = scene(5, fault)
    first = found_in(units, facets)[0]
    (condition,) = first.conditions
    assert facets[condition.facet].name == fault
    assert condition.value in (None, "d", "c")
    assert condition.low is None
    assert first.q < 0.01
    assert 0.2 < first.held_out.drop < 0.6


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    alarms = sum(bool(found_in(*scene(seed, None, images=60))) for seed in range(60))
    assert alarms <= 3


def test_two_conditions_are_named_only_where_both_are_needed() -> None:
    units, facets = scene(6, None)
    dark = facets[0].inside(1) & facets[2].inside(3)
    good = np.where(dark, np.random.default_rng(1).random(units.size) < 0.2, units.good > 0)
    first = found_in(units_of(good.astype(np.float64), units.item), facets)[0]
    assert [facets[c.facet].name for c in first.conditions] == ["brightness", "x"]


@pytest.mark.parametrize("seed", [1, 3, 7])
def test_a_small_cause_is_found_among_wide_ones(seed: int) -> None:
    units, facets = scene(seed, None, images=150)
    of = {facet.name: facet for facet in facets}
    wide = [of["brightness"].inside(4), of["size"].inside(4), of["x"].inside(7)]
    wrong = 0.25 * np.sum(wide, axis=0) + 0.25 * of["class"].inside(3)
    kept = np.random.default_rng(seed + 500).random(units.size) < 1 - wrong
    found = found_in(units_of(units.good * kept, units.item), facets)
    assert any(facets[c.facet].name == "class" for one in found for c in one.conditions)


def test_conditions_are_the_ranges_that_they_say() -> None:
    values = np.array([1.0, 2.0, 2.0, 3.0, 5.0, 8.0, np.nan, 13.0, 21.0, 34.0])
    facet = number_facet("n", values)
    assert facet is not None
    for k, condition in enumerate(facet.conditions):
        inside = values[facet.inside(k)]
        if condition.high is None:
            assert (inside >= (condition.low or 0)).all()
            assert inside.size == (values >= (condition.low or 0)).sum()
        else:
            assert condition.most == inside.max()
            assert inside.max() < condition.high
            assert inside.size == (values < condition.high).sum()
    assert number_facet("constant", np.ones(9)) is None
    assert number_facet("undefined", np.full(9, np.nan)) is None


def test_the_error_is_that_of_leaving_out_images() -> None:
    units, facets = scene(7, None, images=40)
    inside = facets[0].inside(2)
    found = Sums(units).contrast(inside)
    drops = []
    for image in np.unique(units.item):
        kept = units.item != image
        drops.append(units.good[kept & ~inside].mean() - units.good[kept & inside].mean())
    count = len(drops)
    jackknife = math.sqrt((count - 1) * float(np.var(drops)))
    share, n, m = units.good.mean(), inside.sum(), (~inside).sum()
    independent = math.sqrt(share * (1 - share) * (1 / n + 1 / m))
    assert found.error == pytest.approx(max(jackknife, independent), rel=1e-9)
    assert found.drop == units.good[~inside].mean() - units.good[inside].mean()


def test_halves_divide_images_evenly_and_alike() -> None:
    item = np.repeat(np.arange(11), 3)
    first = halves(item, 4)
    assert (first == halves(item, 4)).all()
    assert np.unique(item[first]).size == 6
    assert not set(item[first].tolist()) & set(item[~first].tolist())


def test_students_law_is_scipys() -> None:
    stats = pytest.importorskip("scipy.stats")
    for freedom in (0.4, 1, 1.7, 2, 5.5, 30, 400, 900):
        for t in (-2, 0, 0.5, 2, 6):
            close = 1e-6 if freedom < 500 else 2e-3
            assert student_tail(t, freedom) == pytest.approx(stats.t.sf(t, freedom), abs=close)
    assert student_quantile(7.0) == pytest.approx(stats.t.ppf(0.975, 7), abs=1e-4)


def test_importance_is_that_of_other_packages() -> None:
    stats = pytest.importorskip("scipy.stats")
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(3)
    values = draw.integers(0, 9, 600).astype(np.float64)
    failed = draw.random(600) < 0.2 + 0.06 * values
    item = np.arange(600) // 4
    units = units_of((~failed).astype(np.float64), item)
    found = importance(units, failed, values, np.zeros(600, np.int64))
    assert found.higher[0] == pytest.approx(metrics.roc_auc_score(failed, values), abs=1e-12)
    assert found.adjusted == found.higher
    assert found.spearman == pytest.approx(stats.spearmanr(values, failed).statistic, abs=1e-12)
    bits = metrics.mutual_info_score(values, failed) / math.log(2)
    assert found.information == pytest.approx(bits, abs=1e-12)
    assert found.p == 1 / 600
    assert found.by_chance < found.information / 5


def test_dark_is_not_just_small() -> None:
    """A metric that only goes with size has no relation left among objects of one size."""
    draw = np.random.default_rng(4)
    size = draw.integers(0, 5, 4000)
    failed = draw.random(4000) < 0.8 - 0.15 * size
    dark = -size + draw.normal(size=4000)
    item = np.arange(4000) // 5
    alone = higher_value(dark, failed, item, np.zeros(4000, np.int64))
    adjusted = higher_value(dark, failed, item, size)
    assert alone[1] > 0.6
    assert adjusted[1] < 0.5 < adjusted[2]
