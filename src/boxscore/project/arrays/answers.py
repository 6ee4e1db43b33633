"""Answers about whole images as arrays: one class, several at once, or yes and no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.classification_binary import BinaryScores, binary_scores
from boxscore.evaluation.classification_multilabel import multilabel_scores
from boxscore.evaluation.classification_scores import ClassificationScores, classification_scores
from boxscore.evaluation.numbers import Numbers

Array = NDArray[Any]
ONE, SEVERAL, BINARY = "single-label", "multi-label", "binary"


@dataclass(kw_only=True)
class Answers:
    """Collects answers batch by batch.

    The first batch says what they are: a truth of shape (N, C) is multi-label, a truth of bools
    is binary, any other is one class an image.

    Attributes:
        classes: Class names in order; None where classes are numbers.
        threshold: Least confidence of a given answer, for the binary and the multi-label kind.
    """

    classes: Sequence[Any] | None = None
    threshold: float = 0.5
    _truth: list[Array] = field(default_factory=list, repr=False)
    _given: list[Array] = field(default_factory=list, repr=False)
    _confidence: list[Array] = field(default_factory=list, repr=False)

    def update(self, ground_truth: Any, predictions: Any) -> None:
        """Add a batch of N images.

        Args:
            ground_truth: (N,) classes or bools, (N, C) bools; or a mapping with "class".
            predictions: (N,) classes, (N, C) confidences, (N,) confidences of a yes; or a mapping
                with "class" and "confidence", both (N,), or "confidence" alone.
        """
        truth = _field(ground_truth, "class")
        confidence = predictions.get("confidence") if isinstance(predictions, Mapping) else None
        given = _field(predictions, "class", confidence)
        if len(truth) != len(given):
            raise _refused(
                f"{len(given)} predictions for {len(truth)} images", "give one for each image"
            )
        self._truth.append(truth)
        self._given.append(given)
        if confidence is not None and given.ndim == 1 and confidence is not given:
            self._confidence.append(np.asarray(confidence, np.float64))

    def merge(self, other: Self) -> None:
        """Add what another one collected."""
        self._truth += other._truth
        self._given += other._given
        self._confidence += other._confidence

    def numbers(self) -> tuple[Sequence[Any], Numbers, int]:
        """Class names, the scores, and how many images there were."""
        if not self._truth:
            raise _refused("no batch was added", "call update first")
        truth, given = _joined(self._truth), _joined(self._given)
        kind = _kind(truth)
        if kind == SEVERAL:
            names = self._names(truth.shape[1])
            return names, _several(truth, given, self.threshold), len(truth)
        if kind == BINARY:
            return ("yes",), _binary(truth, given, self.threshold), len(truth)
        numbered, answered, names = self._numbered(truth, given)
        confidence = _joined(self._confidence) if self._confidence else None
        scores = classification_scores(numbered, answered, confidence, classes=len(names))
        return names, _single(scores), len(truth)

    def _names(self, size: int) -> Sequence[Any]:
        if self.classes is None:
            return range(size)
        if len(self.classes) != size:
            raise _refused(
                f"{len(self.classes)} class names for {size} columns", "name every column"
            )
        return self.classes

    def _numbered(self, truth: Array, given: Array) -> tuple[Array, Array, Sequence[Any]]:
        """Classes as numbers; names are numbered in the order of `classes`, else sorted."""
        if given.ndim == 2:
            names = self._names(given.shape[1])
            return _places(truth, names), given, names
        if self.classes is not None:
            return _places(truth, self.classes), _places(given, self.classes), self.classes
        if truth.dtype.kind in "iu" and given.dtype.kind in "iu":
            names = range(int(max(truth.max(initial=-1), given.max(initial=-1))) + 1)
            return truth, given, names
        known = sorted({*truth.tolist(), *given.tolist()}, key=str)
        return _places(truth, known), _places(given, known), known


def _field(values: Any, name: str, otherwise: Any = None) -> Array:
    if isinstance(values, Mapping):
        if name in values:
            values = values[name]
        elif otherwise is not None:
            values = otherwise
        else:
            raise _refused(f"field {name!r} is missing", f"it has {', '.join(values) or 'none'}")
    return np.asarray(values)


def _kind(truth: Array) -> str:
    if truth.ndim == 2:
        return SEVERAL
    return BINARY if truth.dtype == np.bool_ else ONE


def _places(values: Array, names: Sequence[Any]) -> Array:
    """Names -> their places; whole numbers are places already."""
    if values.dtype.kind in "iu" and not isinstance(names[0] if len(names) else "", int):
        return values
    place = {name: k for k, name in enumerate(names)}
    unknown = [value for value in values.tolist() if value not in place]
    if unknown:
        raise _refused(f"class {unknown[0]!r} is unknown", "name every class in classes")
    return np.array([place[value] for value in values.tolist()], np.int64)


def _single(scores: ClassificationScores) -> Numbers:
    means = scores.average("macro")
    overall = {
        "accuracy": scores.accuracy,
        "balanced_accuracy": scores.balanced_accuracy,
        **means,
        "top5": scores.top.get(5, float("nan")),
        "ece": scores.ece,
    }
    return Numbers(
        overall=overall,
        ground_truth=scores.support,
        predictions=scores.predicted,
        per_class=scores.per_class(),
        notes=("precision, recall and f1 are means over the classes of the truth.",),
    )


def _several(truth: Array, confidence: Array, threshold: float) -> Numbers:
    scores = multilabel_scores(truth, confidence, threshold=threshold)
    return Numbers(
        overall=scores.overall,
        ground_truth=scores.tp + scores.fn,
        predictions=scores.tp + scores.fp,
        per_class={
            "ap": scores.average_precision,
            "precision": scores.precision,
            "recall": scores.recall,
            "f1": scores.f1,
        },
        notes=(f"An answer is given from a confidence of {threshold:g} on.",),
    )


def _binary(truth: Array, confidence: Array, threshold: float) -> Numbers:
    scores: BinaryScores = binary_scores(truth, confidence, threshold=threshold)
    names = (
        "accuracy precision recall f1 mcc roc_auc average_precision best_f1 best_threshold brier "
        "log_loss"
    )
    yes = int((confidence >= threshold).sum())
    return Numbers(
        overall={name: float(getattr(scores, name)) for name in names.split()},
        ground_truth=np.array([int(truth.sum())]),
        predictions=np.array([yes]),
        per_class={name: np.array([getattr(scores, name)]) for name in ("precision", "recall")},
        notes=(f"An answer is yes from a confidence of {threshold:g} on.",),
    )


def _joined(parts: list[Array]) -> Array:
    shapes = {part.shape[1:] for part in parts}
    if len(shapes) > 1:
        raise _refused(f"batches differ in shape: {sorted(shapes)}", "give them alike")
    return np.concatenate(parts)


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-ARRAYS")
