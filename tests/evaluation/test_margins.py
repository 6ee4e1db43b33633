"""The gate's margin rule: what it says, and how often it is wrong over many seeded data sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.intervals import Intervals, draw_paired
from boxscore.evaluation.margins import cautious, hidden, judge, two_sided
from boxscore.evaluation.run_view import RunView
from boxscore.evaluation.tallies import counts_tally, pooled, pooled_rates
from boxscore.matching.coco import candidate_pairs, match
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import COCO
from boxscore.matching.restrict import chosen
from tests.evaluation import population

DATA_SETS, IMAGES, REPLICATES = 500, 120, 200
CONFIDENCE = 0.95


@pytest.mark.parametrize(
    ("low", "high", "margin", "said"),
    [
        (-0.005, 0.01, 0.01, "within"),
        (-0.01, 0.01, 0.01, "within"),
        (0.0, 0.0, 0.0, "within"),
        (-0.03, -0.02, 0.01, "beyond"),
        (-0.03, -0.01, 0.01, "unsure"),
        (-0.03, 0.02, 0.01, "unsure"),
    ],
)
def test_judgements(low: float, high: float, margin: float, said: str) -> None:
    assert judge(low, high, margin) == said


def test_levels() -> None:
    assert two_sided(0.95) == pytest.approx(0.90)
    assert two_sided(0.95, 10) == pytest.approx(0.99)


def model(view: Comparable, rng: np.random.Generator, lost: float) -> Comparable:
    """One of many equally good models: it overlooks a tenth, and `lost` of the rest."""
    kept = rng.random(view.confidence.size) >= 0.1 + 0.9 * lost
    some = chosen(view, predictions=np.flatnonzero(kept))
    blur = rng.normal(0, 0.1, some.confidence.size)
    return replace(some, confidence=(some.confidence + blur).clip(0, 1))


def said(lost: float, margin: float) -> Any:
    """Shares of "within", "beyond" and "unsure", and the mean difference of AP."""
    rng = np.random.default_rng(2024)
    counts = {"within": 0, "beyond": 0, "unsure": 0}
    differences = []
    for seed in range(DATA_SETS):
        view = population.draw(rng, IMAGES, 1, 0.0)
        models = [match(model(view, rng, share), COCO) for share in (0.0, lost)]
        drawn = draw_paired(*models, plan=Plan(replicates=REPLICATES, seed=seed))
        made = cautious(drawn, two_sided(CONFIDENCE))
        estimate, low, high = made.overall.of("AP")
        counts[judge(low, high, margin)] += 1
        differences.append(estimate)
    return {name: n / DATA_SETS for name, n in counts.items()}, float(np.mean(differences))


@pytest.mark.slow
@pytest.mark.parametrize("margin", [0.0, 0.01])
def test_equal_models_raise_few_false_alarms(margin: float) -> None:
    """No margin at all is the hardest case: the true difference lies on the border."""
    shares, difference = said(0.0, margin)
    assert abs(difference) < 0.005
    assert shares["beyond"] <= 0.05, shares
    assert margin > 0 or shares["within"] <= 0.05, shares


def test_equal_models_are_seldom_called_better_or_worse() -> None:
    """The words of a comparison, on small sets: plain bounds leave 0 out less often than those
    that are corrected for a bias which a difference does not have."""
    rng = np.random.default_rng(77)
    shares = []
    for seed in range(200):
        view = population.draw(rng, 60, 1, 0.0)
        models = [match(model(view, rng, 0.0), COCO) for _ in range(2)]
        drawn = draw_paired(*models, plan=Plan(replicates=200, seed=seed))
        shares.append([_told(drawn.intervals()), _told(drawn.intervals(corrected=True))])
    plain, corrected = np.mean(shares, axis=0)
    assert plain <= 0.1, plain
    assert plain < 0.75 * corrected, (plain, corrected)


def _told(found: Intervals) -> float:
    """The share of the numbers that are called better or worse."""
    bounds = found.overall
    known = np.isfinite(bounds.low)
    return float(((bounds.low > 0) | (bounds.high < 0))[known].mean())


def test_what_no_image_shows_is_not_taken_for_shown() -> None:
    """A rare class, on 10 to 15 of 40 images: often none of its objects changes sides, which
    does not show that a model that is worse by the margin is not."""
    rng = np.random.default_rng(11)
    asked, within, lost = 0, 0, 0.04  # of AR100 of the rare class, over many images
    for seed in range(300):
        view = population.draw(rng, 40, 1, 0.0)
        models = [match(model(view, rng, share), COCO) for share in (0.0, 0.1)]
        drawn = draw_paired(*models, plan=Plan(replicates=100, seed=seed))
        found = cautious(drawn, two_sided(CONFIDENCE)).per_class
        low, high = found.low[2, 2], found.high[2, 2]
        if np.isfinite(low):
            asked += 1
            within += judge(low, high, lost) == "within"
    assert asked > 80 and within / asked <= 0.08, (within, asked)


def test_f1_is_steadier_than_what_it_is_made_of() -> None:
    """Why the first rules of a gate ask how far F1 drops, not precision or recall: of equally good
    models, each at the confidence of its best F1, one is traded for the other."""
    rng = np.random.default_rng(21)
    changes = []
    for _ in range(150):
        view = population.draw(rng, IMAGES, 1, 0.0)
        first, second = (_rates(model(view, rng, 0.0)) for _ in range(2))
        changes.append(second - first)
    precision, recall, f1 = (np.array(changes) < -0.03).mean(axis=0)
    assert f1 <= 0.08 and min(precision, recall) >= 0.12, (precision, recall, f1)


def _rates(view: Comparable) -> Any:
    run = RunView(view, candidate_pairs(view), coco_numbers(match(view, COCO)), 100)
    tally = counts_tally(view, run.live.at(0.5), run.default_confidence(None))
    return pooled_rates(pooled(tally).sums(np.ones((1, view.items), np.uint16)))[0]


def test_the_rule_of_three() -> None:
    assert hidden(np.array([10, 100]), 0.9) == pytest.approx([0.2589, 0.0295], abs=1e-4)
    matching = match(population.draw(np.random.default_rng(1), 30, 1, 0.0), COCO)
    drawn = draw_paired(matching, matching, plan=Plan(replicates=50))
    ap, low, high = cautious(drawn, 0.9).overall.of("AP")
    images, first = int(drawn.support[0].holders[0]), drawn.first.overall[0, 0]
    share = 1 - 0.05 ** (1 / images)
    assert (ap, low, high) == pytest.approx((0, -share * first, 0))
    assert cautious(drawn, 0.9, alike=True).overall.of("AP") == (0, 0, 0)


@pytest.mark.slow
def test_a_worse_model_is_caught() -> None:
    """Power on 120 images, margin 0.01: a model whose AP is lower by about 0.09."""
    shares, difference = said(0.36, 0.01)
    assert -0.11 < difference < -0.08
    assert shares["beyond"] >= 0.8, (shares, difference)
    assert shares["within"] <= 0.05, shares
