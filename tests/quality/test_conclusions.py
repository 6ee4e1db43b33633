"""Fences, the choice of images, and drift: by definition, by brute force and beside SciPy."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from boxscore.quality.cards import Bad
from boxscore.quality.choosing import farthest_first, shares_below, standardised
from boxscore.quality.drifting import (
    benjamini_hochberg,
    cliffs_delta,
    ks_probability,
    ks_statistic,
)
from boxscore.quality.findings import FINDINGS, fences
from boxscore.quality.registry import BUILT_IN

RNG = np.random.default_rng(5)


def test_codes_are_stable_and_their_metrics_exist() -> None:
    codes = [one.code for one in FINDINGS]
    assert len(set(codes)) == len(codes)
    roles = {"IMG": ((), ("ground_truth",), ("ground_truth", "prediction"))}
    cards = {one.card.id: one.card for one in BUILT_IN}
    for one in FINDINGS:
        card = cards[one.metric]
        assert card.low <= one.threshold <= card.high
        if one.code.startswith("IMG"):
            assert card.on == "image" and card.roles in roles["IMG"]
        else:
            side = "ground_truth" if one.code.startswith("ANN") else "prediction"
            assert side in card.roles


def test_fences_are_tukeys() -> None:
    values = np.array([1.0, 2, 3, 4, 5, 9, 12, 30, -10, math.nan])
    both = fences(values)
    q1, q3 = np.percentile(values[:-1], [25, 75])
    assert (both.moderate_low, both.severe_high) == (q1 - 1.5 * (q3 - q1), q3 + 2.5 * (q3 - q1))
    assert both.severity(values).tolist() == [0, 0, 0, 0, 0, 0, 0, 2, 1, 0]
    only = fences(values, Bad.HIGH)
    assert only.severity(values).tolist() == [0, 0, 0, 0, 0, 0, 0, 2, 0, 0]
    assert not fences(values, Bad.NONE).severity(values).any()
    assert not fences(np.full(3, math.nan)).severity(values).any()
    assert not fences(np.full(9, 2.0)).severity(np.full(9, 2.0)).any()


def test_core_sets_cover_within_twice_the_least_radius() -> None:
    vectors = RNG.normal(size=(12, 2))
    nobody, everybody = np.zeros(12, np.bool_), np.ones(12, np.bool_)
    rows, _ = farthest_first(vectors, nobody, everybody, np.full(12, math.nan), 0.0, 3)

    def radius(centres: tuple[int, ...]) -> float:
        away = np.linalg.norm(vectors[:, None] - vectors[list(centres)][None], axis=2)
        return float(away.min(axis=1).max())

    best = min(radius(some) for some in itertools.combinations(range(12), 3))
    assert best <= radius(tuple(rows.tolist())) <= 2 * best


def test_weights_candidates_and_what_is_known() -> None:
    vectors = np.array([[0.0], [1], [2], [10], [11]])
    known = np.array([True, False, False, False, False])
    free, unsure = np.array([True, True, True, True, False]), np.array([1, 0.9, 0.1, 0.2, 1])
    rows, away = farthest_first(vectors, known, free, unsure, 0.0, 9)
    assert rows.tolist() == [3, 2, 1] and away.tolist() == [10, 2, 1]
    rows, _ = farthest_first(vectors, known, free, unsure, 1.0, 2)
    assert rows.tolist() == [1, 3]
    none, _ = farthest_first(vectors, known, known, unsure, 0.5, 2)
    assert none.size == 0


def test_ranks_and_scales() -> None:
    assert shares_below(np.array([3.0, 1, math.nan, 1]), "high")[[0, 1, 3]].tolist() == [
        1,
        0.25,
        0.25,
    ]
    assert shares_below(np.array([3.0, 1]), "low").tolist() == [0, 1]
    table = standardised([np.array([0.0, 1, math.nan]), np.ones(3), np.full(3, math.nan)])
    assert table.tolist() == [[-1], [1], [0]]
    assert standardised([]).shape == (0, 0)


@pytest.mark.parametrize("shift", [0.0, 0.5, 3.0])
@pytest.mark.parametrize(("n", "m"), [(3, 4), (40, 60), (100, 90), (1000, 700)])
def test_kolmogorov_smirnov_is_scipys(n: int, m: int, shift: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    a, b = RNG.normal(size=n), RNG.normal(shift, size=m)
    mine = ks_statistic(a, b)
    exact = n * m <= 10_000
    theirs = stats.ks_2samp(a, b, method="exact" if exact else "asymp")
    assert mine == pytest.approx(theirs.statistic, abs=1e-12)
    found = ks_probability(mine, n, m)
    if exact:
        assert found == pytest.approx(theirs.pvalue, abs=1e-10)
    else:
        limit = stats.kstwobign.sf(math.sqrt(n * m / (n + m)) * mine)
        assert found == pytest.approx(limit, abs=1e-12)
        assert found == pytest.approx(theirs.pvalue, abs=0.05)


def test_correction_is_scipys_and_effects_are_counted() -> None:
    stats = pytest.importorskip("scipy.stats")
    p = RNG.uniform(size=20) ** 3
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))
    gap = benjamini_hochberg(np.array([0.01, math.nan, 0.04]))
    assert gap.tolist() == [0.02, pytest.approx(math.nan, nan_ok=True), 0.04]
    a, b = RNG.integers(0, 5, 30).astype(float), RNG.integers(1, 6, 20).astype(float)
    assert cliffs_delta(a, b) == np.sign(b[:, None] - a[None]).mean()
    assert math.isnan(cliffs_delta(a, b[:0])) and math.isnan(ks_statistic(a, b[:0]))
    assert ks_probability(0.0, 3, 3) == 1 and math.isnan(ks_probability(0.5, 0, 3))
