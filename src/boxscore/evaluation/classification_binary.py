"""Yes or no with a confidence: areas under curves, and numbers at one threshold.

Sources: scikit-learn's `roc_auc_score`, `average_precision_score`, `matthews_corrcoef` and
`log_loss`, whose definitions these follow; equal confidences count as one step of a curve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.calibration import brier_score
from boxscore.evaluation.counts import f1, precision, ratio, recall

Steps = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]
"""Distinct confidences, falling, and the TP and FP at or above each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryScores:
    """Numbers of N yes-or-no answers; nan is undefined.

    Attributes:
        roc_auc: Chance that a positive has more confidence than a negative; ties count half.
        average_precision: Precision summed over the steps of recall, not interpolated.
        precision, recall, f1, mcc, accuracy: At `threshold`, inclusive.
        best_threshold, best_f1: The confidence with the highest F1, the higher one of equals.
        brier: Mean squared difference; nan where a confidence is outside [0, 1].
        log_loss: Mean negative logarithm, confidences clipped to [eps, 1 - eps] of float64; nan
            likewise.
    """

    threshold: float
    roc_auc: float
    average_precision: float
    accuracy: float
    precision: float
    recall: float
    f1: float
    mcc: float
    best_threshold: float
    best_f1: float
    brier: float
    log_loss: float


def binary_scores(
    truth: NDArray[Any], confidence: NDArray[Any], *, threshold: float = 0.5
) -> BinaryScores:
    """Score the confidences of a yes.

    Args:
        truth: (N,) bool, or 0 and 1.
        confidence: (N,) any finite numbers.
        threshold: Least confidence of a yes.

    Raises:
        RequestError: Shapes differ, a value of the truth is neither 0 nor 1, or a number is nan.
    """
    truth, confidence = checked_answers(truth, confidence, 1)
    yes = confidence >= _finite(threshold)
    tp, fp = int((truth & yes).sum()), int((~truth & yes).sum())
    fn, tn = int((truth & ~yes).sum()), int((~truth & ~yes).sum())
    steps = steps_of(truth, confidence)
    best_threshold, best_f1 = _best(steps, int(truth.sum()))
    unit = bool(((confidence >= 0) & (confidence <= 1)).all())
    return BinaryScores(
        threshold=threshold,
        roc_auc=_roc_auc(steps),
        average_precision=average_precision(truth, confidence),
        accuracy=ratio(tp + tn, truth.size),
        precision=precision(tp, fp),
        recall=recall(tp, fn),
        f1=f1(tp, fp, fn),
        mcc=_mcc(tp, fp, fn, tn),
        best_threshold=best_threshold,
        best_f1=best_f1,
        brier=brier_score(confidence, truth) if unit else float("nan"),
        log_loss=_log_loss(truth, confidence) if unit else float("nan"),
    )


def average_precision(truth: NDArray[np.bool_], confidence: NDArray[np.float64]) -> float:
    """Sum of (R[k] - R[k-1]) P[k] over falling confidences; undefined without a positive."""
    positives = int(truth.sum())
    if not positives:
        return float("nan")
    _, tp, fp = steps_of(truth, confidence)
    gained = np.diff(tp / positives, prepend=0.0)
    return float((gained * (tp / (tp + fp))).sum())


def steps_of(truth: NDArray[np.bool_], confidence: NDArray[np.float64]) -> Steps:
    """The operating points that distinct confidences allow."""
    order = np.argsort(-confidence, kind="stable")
    falling, right = confidence[order], truth[order]
    last = np.flatnonzero(np.append(np.diff(falling) != 0, True)) if falling.size else order
    tp = np.cumsum(right)[last].astype(np.int64)
    return falling[last], tp, last + 1 - tp


def checked_answers(
    truth: NDArray[Any], confidence: NDArray[Any], dimensions: int
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Truth as booleans and confidences as float64, of one shape.

    Raises:
        RequestError: They are not that.
    """
    truth, confidence = np.asarray(truth), np.asarray(confidence, np.float64)
    if truth.shape != confidence.shape or truth.ndim != dimensions:
        raise RequestError(
            f"truth has shape {truth.shape} and confidence has shape {confidence.shape}",
            fix="give both the shape (N,)" if dimensions == 1 else "give both the shape (N, C)",
            code="E-SHAPE",
        )
    if not np.isin(truth, (0, 1)).all():
        raise RequestError(
            "truth has values other than 0 and 1", fix="give booleans", code="E-TRUTH-RANGE"
        )
    if not np.isfinite(confidence).all():
        raise RequestError(
            "a confidence is not a finite number",
            fix="remove nan and infinity",
            code="E-CONFIDENCE-RANGE",
        )
    return truth.astype(np.bool_), confidence


def _finite(threshold: float) -> float:
    if not math.isfinite(threshold):
        raise RequestError(
            f"threshold {threshold} is not a finite number",
            fix="give a number, for example 0.5",
            code="E-CONFIDENCE-RANGE",
        )
    return threshold


def _roc_auc(steps: Steps) -> float:
    _, tp, fp = steps
    if not tp.size or not tp[-1] or not fp[-1]:
        return float("nan")
    before = np.concatenate([[0], tp[:-1]])
    twice = int((np.diff(fp, prepend=0) * (tp + before)).sum())
    return twice / (2 * int(tp[-1]) * int(fp[-1]))


def _best(steps: Steps, positives: int) -> tuple[float, float]:
    confidence, tp, fp = steps
    if not positives:
        return float("nan"), float("nan")
    values = 2 * tp / (tp + fp + positives)
    k = int(np.argmax(values))
    return float(confidence[k]), float(values[k])


def _mcc(tp: int, fp: int, fn: int, tn: int) -> float:
    """Matthews correlation; undefined when a row or column of the table is empty."""
    root = math.sqrt((tp + fp) * (tp + fn)) * math.sqrt((tn + fp) * (tn + fn))
    return ratio(tp * tn - fp * fn, root)


def _log_loss(truth: NDArray[np.bool_], confidence: NDArray[np.float64]) -> float:
    if not truth.size:
        return float("nan")
    eps = np.finfo(np.float64).eps
    clipped = np.clip(np.where(truth, confidence, 1 - confidence), eps, 1 - eps)
    return float(-np.log(clipped).mean())
