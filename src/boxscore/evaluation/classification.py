"""Image classification: one answer per image and question against the labelled one.

Of several guesses for one question on one image the most confident counts; images without a
label for the question are left out. Per-class means run over the classes of the truth.
Source: scikit-learn's `precision_recall_fscore_support` (macro) and `balanced_accuracy_score`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.counts import ratio
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import Annotations


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationNumbers:
    """Overall numbers by name and per-class counts, (C,) over all class rows; nan undefined."""

    overall: dict[str, float]
    counts: dict[str, float]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    fn: NDArray[np.int64]
    predictions: NDArray[np.int64]
    ground_truth: NDArray[np.int64]


def classification_numbers(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> ClassificationNumbers:
    """Compare the answers of a run with the labels.

    Args:
        question: (C,) number of the question that a class row answers, -1 for objects.
    """
    truth = _answers(question, ground_truth, None)
    guess = _answers(question, predictions, predictions.table["confidence"])
    pairs = [(answer, guess.get(place)) for place, answer in truth.items()]
    size = question.size
    labels = np.array([t for t, _ in pairs], np.int64)
    guesses = np.array([-1 if g is None else g for _, g in pairs], np.int64)
    right = labels == guesses
    tp = np.bincount(labels[right], minlength=size)
    objects = np.bincount(labels, minlength=size)
    guessed = np.bincount(guesses[guesses >= 0], minlength=size)
    return ClassificationNumbers(
        overall=_overall(tp, guessed, objects, len(pairs)),
        counts=_counts(tp, guessed, objects),
        tp=tp,
        fp=guessed - tp,
        fn=objects - tp,
        predictions=guessed,
        ground_truth=objects,
    )


def _answers(
    question: NDArray[np.int64], annotations: Annotations, confidence: NDArray[np.float64] | None
) -> dict[tuple[int, int], int]:
    """(item, question) -> class row; the most confident, of equals the first."""
    table = annotations.table
    rows = np.flatnonzero(table["kind"] == Kind.CLASSIFICATION)
    if confidence is not None:
        rows = rows[np.argsort(-confidence[rows], kind="stable")]
    found: dict[tuple[int, int], int] = {}
    for item, class_id in zip(
        table["item"][rows].tolist(), table["class_id"][rows].tolist(), strict=True
    ):
        found.setdefault((item, int(question[class_id])), class_id)
    return found


def _overall(
    tp: NDArray[np.int64], guessed: NDArray[np.int64], objects: NDArray[np.int64], total: int
) -> dict[str, float]:
    present = objects > 0
    recall = tp[present] / objects[present]
    precision = tp[present] / np.maximum(guessed[present], 1)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)
    return {
        "accuracy": ratio(float(tp.sum()), total),
        "balanced_accuracy": _mean(recall),
        "precision": _mean(precision),
        "recall": _mean(recall),
        "f1": _mean(f1),
        "top5": float("nan"),
        "ece": float("nan"),
    }


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.mean(values)) if values.size else float("nan")


def _counts(
    tp: NDArray[np.int64], guessed: NDArray[np.int64], objects: NDArray[np.int64]
) -> dict[str, float]:
    found, shown, total = float(tp.sum()), float(guessed.sum()), float(objects.sum())
    return {
        "tp": found,
        "fp": shown - found,
        "fn": total - found,
        "precision": ratio(found, shown),
        "recall": ratio(found, total),
        "f1": ratio(2 * found, shown + total),
    }
