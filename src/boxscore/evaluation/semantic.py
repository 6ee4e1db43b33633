"""Semantic segmentation: every pixel has one class, counted in one table over all images.

Only classes with a number below C are named. A pixel whose truth is unnamed, or has the ignored
index, is not looked at; an unnamed prediction on a named pixel is wrong, but no false alarm of
any class. Means run over the classes that occur. Sources: Long et al. 2015, "Fully Convolutional
Networks" (the four numbers); scikit-learn's `confusion_matrix` and `jaccard_score`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.counts import mean, ratio, ratios
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.semantic_maps import PaintedImage, overlap_notes, painted_images
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options

CONVENTION = (
    "Every class named by the ontology counts; pixels whose truth has no named class are ignored."
)


class SemanticScores:
    """Pixels counted by true and predicted class, image after image.

    Attributes:
        confusion: (C, C + 1) int64, truth by prediction; the last column is "no named class".

    >>> scores = SemanticScores(2)
    >>> scores.update(np.array([[0, 1]]), np.array([[0, 0]]))
    >>> scores.numbers().overall["miou"]
    0.25
    """

    def __init__(self, classes: int, *, ignored: int | None = None) -> None:
        """Start with no pixel.

        Args:
            classes: C, how many classes are named.
            ignored: A named index of the truth that is not looked at.
        """
        if classes < 1:
            raise RequestError(
                f"{classes} classes", fix="name at least one class", code="E-CLASS-UNKNOWN"
            )
        self._ignored = ignored
        self.confusion = np.zeros((classes, classes + 1), np.int64)

    def update(self, truth: NDArray[Any], predicted: NDArray[Any]) -> None:
        """Count one image, or several of one shape.

        Args:
            truth: Class indices of any integer type and shape.
            predicted: The same shape.

        Raises:
            RequestError: Shapes differ, or a map is not of whole numbers.
        """
        truth, predicted = np.asarray(truth), np.asarray(predicted)
        _check_maps(truth, predicted)
        size = self.confusion.shape[0]
        known = (truth >= 0) & (truth < size)
        if self._ignored is not None:
            known &= truth != self._ignored
        row, column = truth[known].astype(np.int64), predicted[known]
        named = (column >= 0) & (column < size)
        cell = row * (size + 1) + np.where(named, column, size).astype(np.int64)
        self.confusion += np.bincount(cell, minlength=self.confusion.size).reshape(size, size + 1)

    def merge(self, other: SemanticScores) -> None:
        """Add what another one counted, in another process for example."""
        if other.confusion.shape != self.confusion.shape:
            raise RequestError(
                f"{len(other.confusion)} classes cannot be added to {len(self.confusion)}",
                fix="count both with the same classes",
                code="E-SHAPE",
            )
        self.confusion += other.confusion

    def numbers(self, notes: tuple[str, ...] = ()) -> Numbers:
        """The means over all classes and the table of each; objects are pixels here."""
        right = np.diagonal(self.confusion).astype(np.int64)
        truth = np.asarray(self.confusion.sum(axis=1), np.int64)
        predicted = np.asarray(self.confusion[:, :-1].sum(axis=0), np.int64)
        iou = ratios(right, truth + predicted - right)
        dice = ratios(2 * right, truth + predicted)
        accuracy = ratios(right, truth)
        total = int(truth.sum())
        present = truth > 0
        overall = {
            "miou": mean(iou),
            "pixel_accuracy": ratio(int(right.sum()), total),
            "frequency_weighted_iou": ratio(float((truth * iou)[present].sum()), total),
            "mean_accuracy": mean(accuracy),
            "dice": mean(dice),
        }
        return Numbers(
            overall=overall,
            ground_truth=truth,
            predictions=predicted,
            per_class={"iou": iou, "dice": dice, "accuracy": accuracy},
            notes=(CONVENTION, *notes),
        )


def evaluate(view: Comparable, options: Options) -> Numbers:
    """Paint class maps from the masks of both sides, image by image, and count their pixels.

    Of predictions the most confident lies on top, of the truth the last in the file, crowd
    regions below all others. `options.class_agnostic` makes all classes one.
    """
    classes = 1 if options.class_agnostic else view.classes
    scores = SemanticScores(classes)
    overlaps, unlabelled, pixels = np.zeros(2, np.int64), 0, 0
    for image in painted_images(view, only_predicted=options.only_predicted):
        scores.update(*_class_maps(view, image, options.class_agnostic))
        overlaps += image.overlaps
        unlabelled += int((image.truth < 0).sum())
        pixels += image.truth.size
    notes = overlap_notes(overlaps)
    if unlabelled:
        notes += (f"{unlabelled / pixels:.1%} of the pixels have no truth and are ignored.",)
    return scores.numbers(notes)


def _class_maps(
    view: Comparable, image: PaintedImage, one_class: bool
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Rows to classes; ignored truth and bare pixels are -1."""
    truth = view.truth.class_id * (not one_class)
    if view.ignored is not None:
        truth = np.where(view.ignored != 0, -1, truth)
    predicted = view.predictions.class_id * (not one_class)
    return _of_rows(truth, image.truth), _of_rows(predicted, image.predicted)


def _of_rows(class_id: NDArray[Any], rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """The class of each pixel's row; row -1 takes the one appended last."""
    return np.append(class_id, -1).astype(np.int32)[rows]


def _check_maps(truth: NDArray[Any], predicted: NDArray[Any]) -> None:
    if truth.shape != predicted.shape:
        raise RequestError(
            f"a truth map of shape {truth.shape} and a predicted one of shape {predicted.shape}",
            fix="resize the prediction to its image first",
            code="E-SHAPE",
        )
    for name, values in (("truth", truth), ("predicted", predicted)):
        if not np.issubdtype(values.dtype, np.integer):
            raise RequestError(
                f"the {name} map is {values.dtype}",
                fix="give class indices of an integer type",
                code="E-SHAPE",
            )
