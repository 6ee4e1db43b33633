"""Several answers may be right on one image: means over answers, over classes, and exact sets.

Sources: scikit-learn's `f1_score`, `average_precision_score`, `accuracy_score` and `hamming_loss`
on indicator matrices, whose definitions these follow. A class without a positive has no recall
and no average precision; it is left out of the means over classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.classification_binary import average_precision, checked_answers
from boxscore.evaluation.counts import f1, mean, precision, ratio, ratios, recall


@dataclass(frozen=True, slots=True, kw_only=True)
class MultilabelScores:
    """Numbers of N images and C possible answers at one threshold; nan is undefined.

    Attributes:
        overall: Numbers by name: micro and macro precision, recall and F1, mean average
            precision ("map"), share of images with exactly the right set ("subset_accuracy"),
            share of wrong cells ("hamming_loss").
        precision, recall, f1, average_precision: (C,) per class.
        tp, fp, fn: (C,) int64 at the threshold.
    """

    threshold: float
    overall: dict[str, float]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    average_precision: NDArray[np.float64]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    fn: NDArray[np.int64]


def multilabel_scores(
    truth: NDArray[Any], confidence: NDArray[Any], *, threshold: float = 0.5
) -> MultilabelScores:
    """Score a matrix of confidences against a matrix of right answers.

    Args:
        truth: (N, C) bool.
        confidence: (N, C) any finite numbers.
        threshold: Least confidence of a given answer, inclusive.

    Raises:
        RequestError: Shapes differ, a value of the truth is neither 0 nor 1, or a number is nan.
    """
    truth, confidence = checked_answers(truth, confidence, 2)
    if not np.isfinite(threshold):
        raise RequestError(
            f"threshold {threshold} is not a finite number",
            fix="give a number, for example 0.5",
            code="E-CONFIDENCE-RANGE",
        )
    given = confidence >= threshold
    sides = (truth, given), (~truth, given), (truth, ~given)
    tp, fp, fn = ((a & b).sum(axis=0) for a, b in sides)
    present = tp + fn > 0
    per_class = {
        "precision": ratios(tp, tp + fp),
        "recall": ratios(tp, tp + fn),
        "f1": ratios(2 * tp, 2 * tp + fp + fn),
        "average_precision": np.array(
            [average_precision(truth[:, k], confidence[:, k]) for k in range(truth.shape[1])]
        ),
    }
    means = {
        f"macro_{name}": mean(np.nan_to_num(per_class[name][present]))
        for name in ("precision", "recall", "f1")
    }
    return MultilabelScores(
        threshold=threshold,
        overall=_micro(int(tp.sum()), int(fp.sum()), int(fn.sum()))
        | means
        | {
            "map": mean(per_class["average_precision"]),
            "subset_accuracy": ratio(int((truth == given).all(axis=1).sum()), len(truth)),
            "hamming_loss": ratio(int((truth != given).sum()), truth.size),
        },
        tp=tp,
        fp=fp,
        fn=fn,
        **per_class,
    )


def _micro(tp: int, fp: int, fn: int) -> dict[str, float]:
    return {
        "micro_precision": precision(tp, fp),
        "micro_recall": recall(tp, fn),
        "micro_f1": f1(tp, fp, fn),
    }
