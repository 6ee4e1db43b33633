"""Intervals of answers: every drawn set of images against evaluating it written out."""

from __future__ import annotations

import numpy as np
import pytest

from boxscore.evaluation.answer_intervals import (
    ANSWER_NAMES,
    answer_intervals,
    answers_tally,
    class_rates,
    overall_rates,
)
from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.classification import classification_numbers
from boxscore.evaluation.clusters import Clusters
from boxscore.schema.tables import GROUND_TRUTH, PREDICTIONS
from tests.evaluation.test_classification import QUESTION, answers

ITEMS = 40
Rows = list[tuple[int, int, float]]


def drawn_sides(seed: int, *, several: bool) -> tuple[Rows, Rows]:
    """Labels and guesses: some images unlabelled, some not answered, some answered twice."""
    rng = np.random.default_rng(seed)
    labels: Rows = []
    for item in range(ITEMS):
        labels += [(item, int(rng.integers(1, 4)), 1.0)] if rng.random() < 0.8 else []
        chosen = rng.choice([4, 5, 6], size=rng.integers(1, 3) if several else 1, replace=False)
        labels += [(item, int(k), 1.0) for k in chosen]
    guesses: Rows = [
        (item, int(rng.integers(1, 7)), float(rng.random()))
        for item in range(ITEMS)
        for _ in range(rng.integers(0, 4))
    ]
    guesses += [(i, k, 0.95) for i, k, _ in labels if rng.random() < 0.5]
    return labels, guesses


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_drawn_images_written_out(seed: int, several: bool) -> None:
    labels, guesses = drawn_sides(seed, several=several)
    if several:  # so that every set drawn holds an image with several answers, which is a rule
        labels += [(ITEMS - 1, k, 1.0) for k in (4, 5)]
    weights = np.random.default_rng(seed).integers(0, 3, (6, ITEMS)).astype(np.uint16)
    weights[:, -1] = 1
    sides = answers(GROUND_TRUTH, labels), answers(PREDICTIONS, guesses)
    sums = answers_tally(QUESTION, *sides, ITEMS).sums(weights)
    for row, times in enumerate(weights):
        copies = [item for item, n in enumerate(times.tolist()) for _ in range(n)]
        again = [
            answers(schema, [(at, k, c) for at, was in enumerate(copies)
                             for item, k, c in rows if item == was])
            for schema, rows in ((GROUND_TRUTH, labels), (PREDICTIONS, guesses))
        ]  # fmt: skip
        found = classification_numbers(QUESTION, *again)
        expected = [found.overall[name] for name in ANSWER_NAMES]
        assert np.allclose(overall_rates(sums)[row], expected, rtol=1e-12, equal_nan=True)
        shown = np.where(found.predictions > 0, found.predictions, np.nan)
        held = np.where(found.ground_truth > 0, found.ground_truth, np.nan)
        got = class_rates(sums)[row]
        assert np.array_equal(got[:, 0], found.tp / shown, equal_nan=True)
        assert np.array_equal(got[:, 1], found.tp / held, equal_nan=True)


def test_bounds_hold_what_was_drawn_and_the_estimate_is_the_number() -> None:
    labels, guesses = drawn_sides(1, several=False)
    sides = answers(GROUND_TRUTH, labels), answers(PREDICTIONS, guesses)
    plan = Plan(replicates=200, seed=3)
    made = answer_intervals(QUESTION, *sides, ITEMS, plan=plan)
    overall = classification_numbers(QUESTION, *sides).overall
    assert made.overall.estimate.tolist() == [overall[name] for name in ANSWER_NAMES]
    weights = np.concatenate(list(Clusters.images(ITEMS).draw(200, 3)))
    drawn = overall_rates(answers_tally(QUESTION, *sides, ITEMS).sums(weights))
    assert (made.overall.low > drawn.min(axis=0)).all()
    assert (made.overall.high < drawn.max(axis=0)).all()
    assert (made.overall.low < made.overall.estimate).all()
    assert not np.isfinite(made.per_class.estimate[0]).any()  # class 0 answers no question
    assert made.document(["object", *"abcdef"])["per_class"][0]["class"] == "a"


def test_few_images_have_no_bounds_but_a_reason() -> None:
    sides = answers(GROUND_TRUTH, [(0, 1, 1)]), answers(PREDICTIONS, [(0, 1, 0.5)])
    made = answer_intervals(QUESTION, *sides, 2)
    assert np.isnan(made.overall.low).all() and made.overall.reason[0]
