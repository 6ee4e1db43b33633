"""Image classification: the answers of a run against the labelled ones, question by question.

A question has one right answer on an image, of several guesses the most confident counts; or,
where the truth has several answers on some image, every guess of confidence 0.5 or more counts.
Images without a label for a question are left out. Per-class means run over the classes of the
truth. Source: scikit-learn's `precision_recall_fscore_support` (macro), `balanced_accuracy_score`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.calibration import expected_calibration_error
from boxscore.evaluation.counts import mean, ratio, ratios
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import Annotations

TOP = 5
GIVEN = 0.5
"""Least confidence of an answer to a question with several right ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationNumbers:
    """Overall numbers by name and per-class counts, (C,) over all class rows; nan undefined.

    `accuracy` is the share of image and question whose answer, or whole set of answers, is right;
    `top5` and `ece` are of the questions with one right answer.
    """

    overall: dict[str, float]
    counts: dict[str, float]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    fn: NDArray[np.int64]
    predictions: NDArray[np.int64]
    ground_truth: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Answers:
    """Distinct answers, sorted by place (image and question), then by falling confidence."""

    place: NDArray[np.int64]
    class_id: NDArray[np.int64]
    confidence: NDArray[np.float64]

    def where(self, chosen: NDArray[np.bool_]) -> _Answers:
        return _Answers(self.place[chosen], self.class_id[chosen], self.confidence[chosen])

    def first(self) -> NDArray[np.bool_]:
        """The most confident answer of each place."""
        return np.diff(self.place, prepend=-1) > 0

    def cells(self, classes: int) -> NDArray[np.int64]:
        """One number for each place and class."""
        return self.place * classes + self.class_id


def classification_numbers(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> ClassificationNumbers:
    """Compare the answers of a run with the labels.

    Args:
        question: (C,) number of the question that a class row answers, -1 for objects.
    """
    size = question.size
    truth, guess, several = _sides(question, ground_truth, predictions)
    many_truth, many = several
    given = _given(guess, many)
    right = np.isin(given.cells(size), truth.cells(size))
    tp = np.bincount(given.class_id[right], minlength=size)
    guessed = np.bincount(given.class_id, minlength=size)
    objects = np.bincount(truth.class_id, minlength=size)
    single, guesses = truth.where(~many_truth), guess.where(~many)
    return ClassificationNumbers(
        overall=_means(tp, guessed, objects)
        | {
            "accuracy": _exact(truth, given, right),
            "top5": _top(single, guesses, size),
            "ece": _calibration(single, guesses, size),
        },
        counts=_counts(tp, guessed, objects),
        tp=tp,
        fp=guessed - tp,
        fn=objects - tp,
        predictions=guessed,
        ground_truth=objects,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswers:
    """Every labelled image and question, (N,), in order of images, then questions.

    Attributes:
        item: Row of items.
        class_id: The right answer; of several the first.
        right: Whether exactly the right answers were given.
    """

    item: NDArray[np.int32]
    class_id: NDArray[np.int32]
    right: NDArray[np.bool_]


def right_answers(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> RightAnswers:
    """Which labelled questions a run answers right; their mean is `accuracy`.

    Args:
        question: (C,) number of the question that a class row answers, -1 for objects.
    """
    truth, guess, (_, many) = _sides(question, ground_truth, predictions)
    given = _given(guess, many)
    right = np.isin(given.cells(question.size), truth.cells(question.size))
    places, first = np.unique(truth.place, return_index=True)
    return RightAnswers(
        item=(places // (int(question.max(initial=0)) + 1)).astype(np.int32),
        class_id=truth.class_id[first].astype(np.int32),
        right=_right_places(truth, given, right),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswers:
    """Every labelled image and question, (N,), in order of images, with the answers of both sides.

    Attributes:
        item, question: Row of items; number of the question.
        right: Whether exactly the right answers were given.
        labelled, given: (M, 2) number of the image and question, and class, in that order; what
            is given to one stands by falling confidence.
        confidence: (M,) of each given answer.
    """

    item: NDArray[np.int32]
    question: NDArray[np.int32]
    right: NDArray[np.bool_]
    labelled: NDArray[np.int64]
    given: NDArray[np.int64]
    confidence: NDArray[np.float64]

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return sum(getattr(self, name).nbytes for name in self.__slots__)


def given_answers(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> GivenAnswers:
    """The answers that count, side by side with the right ones; see `right_answers`."""
    truth, guess, (_, many) = _sides(question, ground_truth, predictions)
    given, size = _given(guess, many), question.size
    right = np.isin(given.cells(size), truth.cells(size))
    places, number = np.unique(truth.place, return_inverse=True)
    questions = int(question.max(initial=0)) + 1
    return GivenAnswers(
        item=(places // questions).astype(np.int32),
        question=(places % questions).astype(np.int32),
        right=_right_places(truth, given, right),
        labelled=np.column_stack([number, truth.class_id]),
        given=np.column_stack([np.searchsorted(places, given.place), given.class_id]),
        confidence=given.confidence,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredAnswers:
    """Labels, or given answers, each right or not, (N,), in order of images.

    Attributes:
        confidence: Of a given answer; nan of a label.
    """

    item: NDArray[np.int32]
    class_id: NDArray[np.int32]
    right: NDArray[np.bool_]
    confidence: NDArray[np.float64]


def scored_answers(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> tuple[ScoredAnswers, ScoredAnswers]:
    """Every label, given by the run or not, and every given answer, among the labels or not.

    Their means are the pooled recall and precision.
    """
    truth, guess, (_, many) = _sides(question, ground_truth, predictions)
    given, size = _given(guess, many), question.size
    questions = int(question.max(initial=0)) + 1

    def scored(mine: _Answers, other: _Answers) -> ScoredAnswers:
        return ScoredAnswers(
            item=(mine.place // questions).astype(np.int32),
            class_id=mine.class_id.astype(np.int32),
            right=np.isin(mine.cells(size), other.cells(size)),
            confidence=mine.confidence,
        )

    return scored(truth, given), scored(given, truth)


def _sides(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> tuple[_Answers, _Answers, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Labels and guesses, and which of each belong to questions with several right answers."""
    truth = _answers(question, ground_truth, None)
    guess = _answers(question, predictions, predictions.table["confidence"])
    guess = guess.where(np.isin(guess.place, truth.place))
    questions = int(question.max(initial=0)) + 1
    several = np.unique(truth.place[~truth.first()] % questions)
    many_truth, many = (np.isin(a.place % questions, several) for a in (truth, guess))
    return truth, guess, (many_truth, many)


def _given(guess: _Answers, many: NDArray[np.bool_]) -> _Answers:
    """The guesses that count as answers."""
    return guess.where(np.where(many, guess.confidence >= GIVEN, guess.first()))


def answer_confusion(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> NDArray[np.int64]:
    """(C + 1, C + 1) right by given answer, of questions with one right answer on each image.

    The last column counts images without an answer; the last row stays empty.
    """
    truth, guess = _single(question, ground_truth, predictions)
    given = np.full(truth.place.size, question.size)
    best = guess.where(guess.first())
    given[np.searchsorted(truth.place, best.place)] = best.class_id
    size = question.size + 1
    cells = np.bincount(truth.class_id * size + given, minlength=size * size)
    return cells.reshape(size, size).astype(np.int64)


def guess_outcomes(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(N,) confidence of the most confident guesses, and whether each is right."""
    truth, guess = _single(question, ground_truth, predictions)
    best = guess.where(guess.first())
    return best.confidence, np.isin(best.cells(question.size), truth.cells(question.size))


def _single(
    question: NDArray[np.int64], ground_truth: Annotations, predictions: Annotations
) -> tuple[_Answers, _Answers]:
    """Labels and guesses of the questions that have one right answer on every image."""
    truth, guess, (many_truth, many) = _sides(question, ground_truth, predictions)
    return truth.where(~many_truth), guess.where(~many)


def _answers(
    question: NDArray[np.int64], annotations: Annotations, confidence: NDArray[np.float64] | None
) -> _Answers:
    """Answers with their places; of equal confidences the first in the file comes first."""
    table = annotations.table
    answers = table["kind"] == Kind.CLASSIFICATION
    rows = np.flatnonzero(answers & (question[table["class_id"]] >= 0))
    class_id = table["class_id"][rows].astype(np.int64)
    sure = np.ones(rows.size) if confidence is None else confidence[rows]
    questions = int(question.max(initial=0)) + 1
    place = table["item"][rows].astype(np.int64) * questions + question[class_id]
    order = np.lexsort((-sure, place))
    found = _Answers(place[order], class_id[order], sure[order])
    _, first = np.unique(found.cells(question.size), return_index=True)
    distinct = np.zeros(rows.size, np.bool_)
    distinct[first] = True
    return found.where(distinct)


def _exact(truth: _Answers, given: _Answers, right: NDArray[np.bool_]) -> float:
    """Share of the places whose given answers are exactly the right ones."""
    flags = _right_places(truth, given, right)
    return ratio(int(flags.sum()), flags.size)


def _right_places(truth: _Answers, given: _Answers, right: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(places,) whether the given answers are exactly the right ones, in order of places."""
    places, wanted = np.unique(truth.place, return_counts=True)
    at = np.searchsorted(places, given.place)
    found = np.bincount(at[right], minlength=places.size)
    wrong = np.bincount(at[~right], minlength=places.size)
    exact: NDArray[np.bool_] = (found == wanted) & (wrong == 0)
    return exact


def _top(truth: _Answers, guess: _Answers, classes: int) -> float:
    """Share of the places with the right answer among the five most confident guesses."""
    first = guess.first()
    if first.all():
        return float("nan")
    start = np.flatnonzero(first)[np.cumsum(first) - 1]
    within = guess.where(np.arange(first.size) - start < TOP)
    return ratio(int(np.isin(truth.cells(classes), within.cells(classes)).sum()), truth.place.size)


def _calibration(truth: _Answers, guess: _Answers, classes: int) -> float:
    """ECE of the most confident guesses; undefined when one is outside [0, 1]."""
    best = guess.where(guess.first())
    if not ((best.confidence >= 0) & (best.confidence <= 1)).all():
        return float("nan")
    right = np.isin(best.cells(classes), truth.cells(classes))
    return expected_calibration_error(best.confidence, right)


def _means(
    tp: NDArray[np.int64], guessed: NDArray[np.int64], objects: NDArray[np.int64]
) -> dict[str, float]:
    """In the document's order; a class never guessed counts 0 in the mean precision."""
    present = objects > 0
    recall = mean(ratios(tp, objects)[present])
    return {
        "accuracy": float("nan"),
        "balanced_accuracy": recall,
        "precision": mean(tp[present] / np.maximum(guessed[present], 1)),
        "recall": recall,
        "f1": mean(ratios(2 * tp, guessed + objects)[present]),
    }


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
