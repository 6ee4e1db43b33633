"""Answers of a run in tables: one right answer, several guesses, several right answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation.classification import ClassificationNumbers, classification_numbers
from boxscore.evaluation.classification_scores import classification_scores
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import (
    GROUND_TRUTH,
    MASKS,
    POINTS,
    PREDICTIONS,
    Annotations,
    Table,
    TableSchema,
)

QUESTION = np.array([-1, 0, 0, 0, 1, 1, 1])
"""Class 0 is an object; 1 to 3 answer the first question, 4 to 6 the second."""


def answers(schema: TableSchema, rows: list[tuple[int, int, float]]) -> Annotations:
    """Classifications of (item, class, confidence), in file order within an item."""
    rows = sorted(rows, key=lambda r: r[0])
    filled: dict[str, Any] = {
        "item": np.array([r[0] for r in rows], np.int32),
        "class_id": np.array([r[1] for r in rows], np.int32),
        "confidence": np.array([r[2] for r in rows], np.float64),
        "kind": np.full(len(rows), Kind.CLASSIFICATION, np.uint8),
        "track": np.full(len(rows), "", object),
    }
    columns = {
        c.name: filled.get(c.name, np.zeros(len(rows), c.numpy)).astype(c.numpy)
        for c in schema.columns
    }
    return Annotations(
        table=Table(schema, columns), masks=Table.empty(MASKS), points=Table.empty(POINTS)
    )


def evaluated(
    truth: list[tuple[int, int]], guesses: list[tuple[int, int, float]]
) -> ClassificationNumbers:
    labels = answers(GROUND_TRUTH, [(item, class_id, 1) for item, class_id in truth])
    return classification_numbers(QUESTION, labels, answers(PREDICTIONS, guesses))


def test_one_guess_per_image() -> None:
    found = evaluated([(0, 1), (1, 2), (2, 2)], [(0, 1, 0.9), (1, 1, 0.7), (3, 2, 0.4)])
    assert found.overall["accuracy"] == 1 / 3
    assert found.overall["balanced_accuracy"] == 0.5
    assert found.overall["precision"] == 0.25
    assert math.isnan(found.overall["top5"])
    assert found.overall["ece"] == pytest.approx(0.5 * 0.1 + 0.5 * 0.7)
    assert (found.tp.sum(), found.fp.sum(), found.fn.sum()) == (1, 1, 2)
    assert list(found.overall) == [
        "accuracy", "balanced_accuracy", "precision", "recall", "f1", "top5", "ece",
    ]  # fmt: skip


def test_several_guesses_give_top_five() -> None:
    guesses = [(0, 1, 0.5), (0, 2, 0.3), (0, 2, 0.2), (1, 3, 0.6), (1, 1, 0.6)]
    found = evaluated([(0, 2), (1, 3), (2, 1)], guesses)
    assert found.overall["accuracy"] == 1 / 3
    assert found.overall["top5"] == 2 / 3
    assert found.counts == {
        "tp": 1, "fp": 1, "fn": 2, "precision": 0.5, "recall": 1 / 3, "f1": 0.4,
    }  # fmt: skip


def test_questions_are_apart() -> None:
    found = evaluated([(0, 1), (0, 4)], [(0, 4, 0.9), (0, 2, 0.8)])
    assert found.overall["accuracy"] == 0.5
    assert math.isnan(found.overall["top5"])


def test_several_right_answers_make_a_set() -> None:
    truth = [(0, 4), (0, 5), (1, 4), (0, 1)]
    guesses = [(0, 4, 0.9), (0, 5, 0.6), (0, 6, 0.4), (1, 4, 0.8), (1, 6, 0.5), (0, 1, 0.9)]
    found = evaluated(truth, guesses)
    assert found.overall["accuracy"] == 2 / 3
    assert found.tp.tolist() == [0, 1, 0, 0, 2, 1, 0]
    assert found.fp.tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert found.fn.sum() == 0
    assert math.isnan(found.overall["top5"])
    assert found.overall["ece"] == pytest.approx(0.1)


def test_confidences_beyond_one_have_no_calibration() -> None:
    found = evaluated([(0, 1)], [(0, 1, 7.0)])
    assert found.overall["accuracy"] == 1
    assert math.isnan(found.overall["ece"])


@pytest.mark.parametrize(("truth", "guesses"), [([], [(0, 1, 0.5)]), ([], [])])
def test_without_labels_nothing_is_defined(truth: Any, guesses: Any) -> None:
    found = evaluated(truth, guesses)
    assert all(math.isnan(v) for v in found.overall.values())


@pytest.mark.parametrize("seed", range(5))
def test_tables_and_arrays_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, confidence = rng.integers(1, 4, 80), rng.random((80, 3))
    rows = [(k, c + 1, float(confidence[k, c])) for k in range(80) for c in range(3)]
    found = evaluated([(k, int(c)) for k, c in enumerate(truth)], rows)
    scores = classification_scores(truth - 1, confidence, top=(5,))
    macro = scores.average("macro")
    assert found.overall == {
        "accuracy": scores.accuracy,
        "balanced_accuracy": scores.balanced_accuracy,
        **macro,
        "top5": scores.top[5],
        "ece": scores.ece,
    }
