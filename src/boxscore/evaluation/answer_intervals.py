"""Bootstrap intervals of a classification run's numbers, overall and of each class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.classification import right_answers, scored_answers
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.intervals import Intervals
from boxscore.evaluation.tallies import (
    COUNT_NAMES,
    FP,
    OBJECTS,
    TP,
    Tally,
    bootstrap_statistic,
    rates,
    ratio_where,
)
from boxscore.schema.tables import Annotations

ANSWER_NAMES = ("accuracy", "balanced_accuracy", "precision", "recall", "f1")
RIGHT, ASKED = range(2)


def answer_intervals(
    question: NDArray[np.int64],
    ground_truth: Annotations,
    predictions: Annotations,
    items: int,
    *,
    clusters: Clusters | None = None,
    plan: Plan | None = None,
) -> Intervals:
    """Bounds of accuracy and the macro means, and of precision, recall and F1 of each class.

    Args:
        question: (C,) number of the question that a class row answers, -1 for objects.
        items: How many images there are.
        clusters: What is drawn; None is every image on its own.

    Raises:
        RequestError: The clusters do not fit the images.
    """
    clusters = Clusters.images(items) if clusters is None else clusters
    plan = plan or Plan()
    tally = answers_tally(question, ground_truth, predictions, items)
    labels = 3 * np.arange(question.size)[:, None] + OBJECTS
    asked = 3 * question.size + ASKED
    overall, per_class = (
        bootstrap_statistic(tally, statistic, names, resting_on=rest, clusters=clusters, plan=plan)
        for statistic, names, rest in (
            (overall_rates, ANSWER_NAMES, np.full(len(ANSWER_NAMES), asked)),
            (class_rates, COUNT_NAMES, np.repeat(labels, len(COUNT_NAMES), axis=1)),
        )
    )
    return Intervals(
        overall=overall, per_class=per_class, plan=plan, unit=clusters.unit, clusters=clusters.count
    )


def answers_tally(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations, items: int
) -> Tally:
    """TP, FP and labels per class, cell = 3 * class + what; then right and asked questions."""
    labels, given = scored_answers(question, ground_truth, predictions)
    asked = right_answers(question, ground_truth, predictions)
    first = 3 * question.size
    rows = [
        (given.item[given.right], 3 * given.class_id[given.right] + TP),
        (given.item[~given.right], 3 * given.class_id[~given.right] + FP),
        (labels.item, 3 * labels.class_id + OBJECTS),
        (asked.item[asked.right], np.full(int(asked.right.sum()), first + RIGHT)),
        (asked.item, np.full(asked.item.size, first + ASKED)),
    ]
    item, cell = (np.concatenate(parts).astype(np.int32) for parts in zip(*rows, strict=True))
    return Tally(items=items, cells=first + 2, item=item, cell=cell)


def overall_rates(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(B, 5) accuracy, and means over the classes of the truth, from an `answers_tally`."""
    counts = sums[:, :-2].reshape(len(sums), -1, 3)
    present = counts[..., OBJECTS] > 0
    means = [
        ratio_where((np.nan_to_num(v) * present).sum(axis=1), present.sum(axis=1))
        for v in np.moveaxis(rates(counts), -1, 0)
    ]
    accuracy = ratio_where(sums[:, -2 + RIGHT], sums[:, -2 + ASKED])
    return np.stack([accuracy, means[1], *means], axis=-1)


def class_rates(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Precision, recall and F1 of each class, (B, C, 3), from an `answers_tally`."""
    return rates(sums[:, :-2].reshape(len(sums), -1, 3))
