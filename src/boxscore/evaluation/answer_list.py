"""Labelled images of a run of answers: filtered, in order of confidence, with counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.classification import GivenAnswers
from boxscore.evaluation.queries import AnswerQuery, ClassOrNone

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerList:
    """What a filter leaves, and what each choice of it would leave under its other conditions.

    Attributes:
        order: Numbers of images and questions, in display order.
        right, wrong: How many there are of each outcome.
        labelled, predicted: (C,) by right answer, and by given answer.
        unanswered: How many got no answer.
    """

    order: NDArray[np.int64]
    right: int
    wrong: int
    labelled: NDArray[np.int64]
    predicted: NDArray[np.int64]
    unanswered: int


def answer_list(found: GivenAnswers, classes: int, query: AnswerQuery) -> AnswerList:
    """Filter, count and sort.

    Args:
        classes: How many classes there are.
    """
    number = found.item.size
    outcome = np.ones(number, np.bool_)
    if query.outcome is not None:
        outcome = found.right == (query.outcome == "right")
    labelled = _having(found.labelled, query.labelled, number)
    given = _having(found.given, query.predicted, number)
    either = np.ones(number, np.bool_)
    if query.classes is not None:
        rows = np.concatenate([found.labelled, found.given])
        either = _marked(rows[np.isin(rows[:, 1], query.classes), 0], number)
    of_outcomes = labelled & given & either
    of_given = outcome & labelled & either
    answered = _marked(found.given[:, 0], number)
    chosen = np.flatnonzero(outcome & of_outcomes)
    surest = _surest(found)[chosen]
    return AnswerList(
        order=chosen[np.argsort(-surest if query.sort == "surest" else surest, kind="stable")],
        right=int((of_outcomes & found.right).sum()),
        wrong=int((of_outcomes & ~found.right).sum()),
        labelled=_counts(found.labelled, outcome & given & either, classes),
        predicted=_counts(found.given, of_given, classes),
        unanswered=int((of_given & ~answered).sum()),
    )


def _marked(numbers: NDArray[np.int64], size: int) -> Mask:
    marked = np.zeros(size, np.bool_)
    marked[numbers] = True
    return marked


def _having(rows: NDArray[np.int64], wanted: ClassOrNone, size: int) -> Mask:
    """Which images and questions have an answer of a class, or have none."""
    if wanted is None:
        return np.ones(size, np.bool_)
    if wanted == "none":
        return ~_marked(rows[:, 0], size)
    return _marked(rows[rows[:, 1] == wanted, 0], size)


def _counts(rows: NDArray[np.int64], chosen: Mask, classes: int) -> NDArray[np.int64]:
    return np.bincount(rows[chosen[rows[:, 0]], 1], minlength=classes).astype(np.int64)


def _surest(found: GivenAnswers) -> NDArray[np.float64]:
    """(N,) confidence of the most confident answer; where there is none, less than any."""
    surest = np.full(found.item.size, -np.inf)
    np.maximum.at(surest, found.given[:, 0], found.confidence)
    return surest
