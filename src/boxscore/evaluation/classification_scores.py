"""One right answer per image: accuracy, means over classes, top-k, confusion, calibration.

Sources: scikit-learn's `precision_recall_fscore_support`, `balanced_accuracy_score`,
`confusion_matrix` and `top_k_accuracy_score`. Means over classes run over the classes of the
truth; a class that was never predicted has no precision of its own and counts 0 in the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.calibration import expected_calibration_error
from boxscore.evaluation.counts import ratio, ratios


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationScores:
    """Numbers of N single-label answers among C classes; nan is undefined.

    Attributes:
        confusion: (C, C + 1) int64, truth by prediction; the last column is "no answer".
        top: k -> share of images whose right class is among the k most confident; of equal
            confidences the lower class comes first.
        ece: Expected calibration error of the most confident class, 15 bins of equal width; nan
            without confidences, or where one is outside [0, 1].
    """

    confusion: NDArray[np.int64]
    top: dict[int, float] = field(default_factory=dict)
    ece: float = float("nan")

    @property
    def tp(self) -> NDArray[np.int64]:
        """(C,) right answers."""
        return np.diagonal(self.confusion).copy()

    @property
    def support(self) -> NDArray[np.int64]:
        """(C,) images of each class."""
        return np.asarray(self.confusion.sum(axis=1), np.int64)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """(C,) how often each class was the answer."""
        return np.asarray(self.confusion[:, :-1].sum(axis=0), np.int64)

    @property
    def accuracy(self) -> float:
        """Share of the images that are right."""
        return ratio(int(self.tp.sum()), int(self.confusion.sum()))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes of the truth."""
        return self.average("macro")["recall"]

    def per_class(self) -> dict[str, NDArray[np.float64]]:
        """(C,) precision, recall and f1; nan where nothing was predicted or labelled."""
        tp, support, predicted = self.tp, self.support, self.predicted
        return {
            "precision": ratios(tp, predicted),
            "recall": ratios(tp, support),
            "f1": ratios(2 * tp, support + predicted),
        }

    def average(self, over: str) -> dict[str, float]:
        """Precision, recall and f1 as "macro", "weighted" (by support) or "micro" means.

        Raises:
            RequestError: There is no such mean.
        """
        if over == "micro":
            return self._micro()
        present = self.support > 0
        weights = {"macro": None, "weighted": self.support[present]}
        if over not in weights:
            raise RequestError(
                f"mean {over!r} is unknown",
                fix="use 'macro', 'weighted' or 'micro'",
                code="E-MEAN-UNKNOWN",
            )
        return {
            name: float(np.average(np.nan_to_num(values[present]), weights=weights[over]))
            if present.any()
            else float("nan")
            for name, values in self.per_class().items()
        }

    def _micro(self) -> dict[str, float]:
        tp, answered, total = int(self.tp.sum()), int(self.predicted.sum()), self.confusion.sum()
        return {
            "precision": ratio(tp, answered),
            "recall": ratio(tp, int(total)),
            "f1": ratio(2 * tp, answered + int(total)),
        }


def classification_scores(
    truth: NDArray[Any],
    predicted: NDArray[Any],
    confidence: NDArray[Any] | None = None,
    *,
    classes: int | None = None,
    top: Sequence[int] = (1, 5),
) -> ClassificationScores:
    """Score one answer per image.

    Args:
        truth: (N,) class numbers from 0.
        predicted: (N, C) confidences, of which the largest is the answer, or (N,) class numbers,
            -1 for no answer.
        confidence: (N,) of the answers, only with class numbers; for the calibration error.
        classes: C where `predicted` does not say it; else the largest number there is, plus 1.
        top: Which k of top-k to compute, with (N, C) confidences only.

    Raises:
        RequestError: Shapes or types do not fit, or a number is outside its range or nan.
    """
    truth, predicted = _whole("truth", truth), np.asarray(predicted)
    if predicted.ndim == 2:
        if confidence is not None:
            raise _bad_shape("confidence is given twice", "leave out the second one")
        return _from_confidences(truth, predicted, classes, top)
    predicted = _whole("predicted", predicted)
    size = classes
    if size is None:
        size = int(max(truth.max(initial=-1), predicted.max(initial=-1))) + 1
    _check_classes("truth", truth, 0, size)
    _check_classes("predicted", predicted, -1, size)
    if predicted.shape != truth.shape:
        raise _bad_shape(
            f"{predicted.shape} predictions for {truth.shape} truths", "give one for each"
        )
    answered = predicted >= 0
    right = predicted == truth
    ece = _ece(confidence, right, answered)
    return ClassificationScores(confusion=_confusion(truth, predicted, size), ece=ece)


def _from_confidences(
    truth: NDArray[np.int64], confidence: NDArray[Any], classes: int | None, top: Sequence[int]
) -> ClassificationScores:
    size = confidence.shape[1]
    if confidence.shape[0] != truth.size or classes not in (None, size) or not size:
        raise _bad_shape(
            f"confidences of shape {confidence.shape} for {truth.size} truths",
            f"give one row for each truth and one column for each class, shape ({truth.size}, C)",
        )
    _check_classes("truth", truth, 0, size)
    if not np.isfinite(confidence).all():
        raise RequestError(
            "a confidence is not a finite number",
            fix="remove nan and infinity",
            code="E-CONFIDENCE-RANGE",
        )
    predicted = confidence.argmax(axis=1)
    rank = _rank(truth, confidence)
    return ClassificationScores(
        confusion=_confusion(truth, predicted, size),
        top={k: ratio(int((rank < k).sum()), truth.size) for k in _ks(top)},
        ece=_ece(confidence.max(axis=1), predicted == truth, np.ones(truth.size, np.bool_)),
    )


def _ks(top: Sequence[int]) -> Sequence[int]:
    if any(k < 1 for k in top):
        raise RequestError("top-k needs k of at least 1", fix="give 1 or more", code="E-TOP-K")
    return top


def _rank(truth: NDArray[np.int64], confidence: NDArray[Any]) -> NDArray[np.int64]:
    """(N,) classes that come before the right one: more confident, or equal and lower."""
    own = confidence[np.arange(truth.size), truth][:, None]
    lower = np.arange(confidence.shape[1])[None, :] < truth[:, None]
    before: NDArray[np.int64] = ((confidence > own) | ((confidence == own) & lower)).sum(axis=1)
    return before


def _ece(
    confidence: NDArray[Any] | None, right: NDArray[np.bool_], answered: NDArray[np.bool_]
) -> float:
    if confidence is None:
        return float("nan")
    confidence = np.asarray(confidence)
    if confidence.shape != right.shape:
        raise _bad_shape(
            f"{confidence.shape} confidences for {right.shape} answers", "give one for each"
        )
    shown = confidence[answered]
    if not ((shown >= 0) & (shown <= 1)).all():
        return float("nan")
    return expected_calibration_error(shown, right[answered])


def _confusion(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], size: int
) -> NDArray[np.int64]:
    column = np.where(predicted < 0, size, predicted)
    cells = np.bincount(truth * (size + 1) + column, minlength=size * (size + 1))
    return cells.reshape(size, size + 1)


def _whole(name: str, values: NDArray[Any]) -> NDArray[np.int64]:
    values = np.asarray(values)
    if values.ndim != 1 or (values.size and not np.issubdtype(values.dtype, np.integer)):
        raise _bad_shape(
            f"{name} has shape {values.shape} of {values.dtype}", "give (N,) whole numbers"
        )
    return values.astype(np.int64)


def _check_classes(name: str, values: NDArray[np.int64], low: int, size: int) -> None:
    if values.size and not (low <= values.min() and values.max() < size):
        raise RequestError(
            f"{name} names classes from {values.min()} to {values.max()} of {size}",
            fix=f"use numbers from {low} to {size - 1}",
            code="E-CLASS-UNKNOWN",
        )


def _bad_shape(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-SHAPE")
