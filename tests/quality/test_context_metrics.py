"""Metrics of annotations beside the rest of the project, counted one object after the other."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from boxscore.quality import Objects
from boxscore.quality import context_metrics as cm
from boxscore.quality.beside import Beside
from tests.quality.drawn import images, objects

NAN = pytest.approx(math.nan, nan_ok=True)


def beside(some: Objects, **facts: Any) -> Objects:
    return replace(some, beside=Beside(**facts))


def test_the_training_picture() -> None:
    items = images(3).replace(width=np.array([1280, 320, 0], np.int32),
                              height=np.array([640, 320, 0], np.int32))  # fmt: skip
    rows = [{"item": 0, "box": [0, 0, 40, 10]}, {"item": 1, "box": [0, 0, 20, 20]}]
    some = objects(items, rows)
    assert cm.training_scale(some).tolist() == [0.5, 2, NAN]
    assert cm.training_padding(some).tolist() == [0.5, 0, NAN]
    assert cm.object_size_in_training(some).tolist() == [10, 40]
    assert cm.training_scale(beside(some, training_size=320)).tolist() == [0.25, 1, NAN]


def slow_surprise(
    per_image: list[list[int]], image: int, own: int, beside: list[list[int]]
) -> float:
    """By the card's words, with sets."""
    others = [set(c) for k, c in enumerate(per_image) if c and k != image]
    bits = []
    for other in set(beside[image]) - {own}:
        a = sum(own in c for c in others)
        b = sum(other in c for c in others)
        both = sum(own in c and other in c for c in others)
        expected = a * b / len(others) if others else 0.0
        bits.append(math.log2((expected + 0.5) / (both + 0.5)))
    return float(np.mean(bits)) if bits else math.nan


def test_cooccurrence_is_counted() -> None:
    rng = np.random.default_rng(2)
    per_image = [rng.integers(0, 4, rng.integers(0, 5)).tolist() for _ in range(12)]
    rows = [{"item": k, "box": [0, 0, 9, 9], "class_id": c}
            for k, classes in enumerate(per_image) for c in classes]  # fmt: skip
    truth = objects(images(12), rows)
    found = cm.cooccurrence_surprise(beside(truth, ground_truth=truth.annotations))
    for k, row in enumerate(rows):
        expected = slow_surprise(per_image, row["item"], row["class_id"], per_image)
        assert found[k] == pytest.approx(expected, nan_ok=True)
    guess = [rng.integers(0, 4, rng.integers(0, 6)).tolist() for _ in range(12)]
    rows = [{"item": k, "box": [0, 0, 9, 9], "class_id": c, "confidence": 0.5}
            for k, classes in enumerate(guess) for c in classes]  # fmt: skip
    guesses = objects(images(12), rows, predicted=True)
    guessed = cm.cooccurrence_surprise(beside(guesses, ground_truth=truth.annotations))
    for k, row in enumerate(rows):
        expected = slow_surprise(per_image, row["item"], row["class_id"], guess)
        assert guessed[k] == pytest.approx(expected, nan_ok=True)
    alone = cm.cooccurrence_surprise(guesses)
    assert np.nanmax(np.abs(alone)) == 0


def test_an_image_s_own_labels_do_not_give_away_who_is_right() -> None:
    """Of classes that are labelled once each, right and wrong predictions look alike."""
    pairs: list[dict[str, Any]] = [
        {"item": k // 2, "box": [0, 0, 9, 9], "class_id": k} for k in range(24)
    ]
    truth = objects(images(12), pairs)
    shifted = [row | {"class_id": (row["class_id"] + 6) % 24} for row in pairs[::3]]
    told = [row | {"confidence": 0.5} for row in [*pairs, *shifted]]
    told.sort(key=lambda row: row["item"])
    guesses = objects(images(12), told, predicted=True)
    found = cm.cooccurrence_surprise(beside(guesses, ground_truth=truth.annotations))
    right = np.array([row["class_id"] // 2 == row["item"] for row in told])
    assert abs(found[right].mean() - found[~right].mean()) < 0.1


FIRST: list[dict[str, Any]] = [
    {"item": 0, "box": [0, 0, 10, 10], "confidence": 0.9},
    {"item": 0, "box": [50, 0, 10, 10], "confidence": 0.4},
    {"item": 1, "box": [0, 0, 10, 10], "confidence": 0.5},
    {"item": 1, "box": [0, 0, 10, 10], "confidence": 5.0},
]
SECOND: list[dict[str, Any]] = [
    {"item": 0, "box": [0, 0, 10, 8], "confidence": 0.6},
    {"item": 0, "box": [50, 0, 10, 10], "confidence": 0.8, "class_id": 1},
    {"item": 2, "box": [0, 0, 10, 10], "confidence": 0.3},
]


def test_disagreement_by_hand() -> None:
    first, second = (objects(images(4), rows, predicted=True) for rows in (FIRST, SECOND))
    ours = beside(first, others=lambda: [second.annotations])
    found = cm.disagreement_on_predictions(ours)
    assert found.tolist() == pytest.approx([0.3, 0.4, 0.5, math.nan], nan_ok=True)
    by_image = cm.disagreement_between_runs(ours)
    # 0.9 beside 0.6, seen from both; 0.4 and 0.8 are alone.
    expected = (0.3 + 0.4 + 0.3 + 0.8) / (0.9 + 0.4 + 0.9 + 0.8)
    assert by_image.tolist() == pytest.approx([expected, 1, 1, math.nan], nan_ok=True)
    back = beside(second, others=lambda: [first.annotations])
    assert cm.disagreement_between_runs(back).tolist() == pytest.approx(
        by_image.tolist(), nan_ok=True
    )


def test_a_run_agrees_with_itself_and_one_run_says_nothing() -> None:
    first = objects(images(2), FIRST[:3], predicted=True)
    twice = beside(first, others=lambda: [first.annotations, first.annotations])
    assert cm.disagreement_on_predictions(twice).tolist() == [0, 0, 0]
    assert cm.disagreement_between_runs(twice).tolist() == [0, 0]
    assert np.isnan(cm.disagreement_on_predictions(first)).all()
    assert np.isnan(cm.disagreement_between_runs(first)).all()
