"""Simulation: how often the nominal 95 % intervals hold the population's number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.intervals import bootstrap
from boxscore.evaluation.slices import Slices
from boxscore.evaluation.tallies import bootstrap_statistic, counts_tally, pooled_rates
from boxscore.matching.coco import candidate_pairs, match
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import COCO
from boxscore.matching.recount import LiveMatching
from tests.evaluation import population

NUMBERS = ("AP", "AP50", "AR100")
CLASSES = (0, 1)
DATA_SETS, REPLICATES = 400, 400


def tally_of(view: Comparable) -> Any:
    return counts_tally(view, LiveMatching(view, candidate_pairs(view)).at(0.5), 0.5)


def truth_of(per_cluster: int, alike: float) -> NDArray[np.float64]:
    """The population's own numbers, from very many images."""
    rng = np.random.default_rng(100)
    view = population.draw(rng, 120_000 // per_cluster, per_cluster, alike)
    once = np.ones((1, view.items), np.uint16)
    overall, per_class = Slices(match(view, COCO)).replicate(once)
    rates = pooled_rates(tally_of(view).sums(once))
    return np.concatenate([overall[0, [0, 1, 8]], per_class[0, CLASSES, 0], rates[0]])


def intervals_of(view: Comparable, clusters: Clusters, seed: int) -> Any:
    plan = Plan(replicates=REPLICATES, seed=seed)
    made = bootstrap(match(view, COCO), clusters=clusters, plan=plan)
    counts = bootstrap_statistic(
        tally_of(view),
        pooled_rates,
        ("precision", "recall", "f1"),
        resting_on=np.full(3, -1),
        clusters=clusters,
        plan=plan,
    )
    rows = [made.overall.of(name) for name in NUMBERS]
    rows += [made.per_class.of("ap", k) for k in CLASSES]
    rows += [counts.of(name) for name in ("precision", "recall", "f1")]
    return np.array(rows)[:, 1:].T


def coverage(clusters: int, per_cluster: int, alike: float, drawn_alone: bool) -> Any:
    """(8,) share of data sets whose interval holds the truth."""
    rng, truth = np.random.default_rng(7), truth_of(per_cluster, alike)
    held = np.zeros(truth.size)
    for seed in range(DATA_SETS):
        view = population.draw(rng, clusters, per_cluster, alike)
        group = np.arange(view.items) // (1 if drawn_alone else per_cluster)
        low, high = intervals_of(view, Clusters.groups(group, unit="group"), seed)
        held += (low <= truth) & (truth <= high)
    return held / DATA_SETS


@pytest.mark.slow
def test_independent_images() -> None:
    share = coverage(clusters=200, per_cluster=1, alike=0.0, drawn_alone=True)
    assert (share >= 0.90).all() and (share <= 0.98).all(), share


@pytest.mark.slow
def test_images_in_clusters() -> None:
    share = coverage(clusters=50, per_cluster=6, alike=0.7, drawn_alone=False)
    assert (share >= 0.90).all() and (share <= 0.98).all(), share


@pytest.mark.slow
def test_images_in_clusters_drawn_one_by_one_promise_too_much() -> None:
    """The reason for clusters: the same data, taken for independent images."""
    share = coverage(clusters=50, per_cluster=6, alike=0.7, drawn_alone=True)
    assert (share < 0.90).all(), share
