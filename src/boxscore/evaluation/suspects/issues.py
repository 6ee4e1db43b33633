"""The nouns: five things that may be wrong with a label, and a ranking of suspects of one."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


class Issue(StrEnum):
    """What may be wrong with a label."""

    MISSING = "missing"
    SWAPPED = "swapped"
    LOCATED = "located"
    DUPLICATE = "duplicate"
    SPURIOUS = "spurious"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """Suspects of one kind; arrays are (N,).

    Attributes:
        score: In [0, 1]; how much speaks for an error.
        truth: The label, a row of the comparison; -1 of a missing one.
        other: The label that stays, of a duplicate; else -1.
        run: Whose prediction is suggested, by its place; -1 without one.
        prediction: The suggested prediction, a row of that run's comparison; -1 without one.
        iou: Of label and suggestion, or of both labels; nan without.
        expected: What is usual: the IoU of such a label, or the chance that it is found; else nan.
        trust: Chance that the suggestion is right; nan without one.
        own: What speaks for the label as it is: trust in a prediction of its class there.
        agreeing: How many runs say so.
    """

    issue: Issue
    score: Floats
    truth: Rows
    other: Rows
    run: Rows
    prediction: Rows
    iou: Floats
    expected: Floats
    trust: Floats
    own: Floats
    agreeing: Rows

    @classmethod
    def of(cls, issue: Issue, score: Floats, **given: NDArray[Any]) -> Self:
        """Suspects of which only some facts apply."""
        size = score.size
        rows = ("truth", "other", "run", "prediction")
        empty: dict[str, NDArray[Any]] = {name: np.full(size, -1, np.int64) for name in rows}
        empty |= {name: np.full(size, np.nan) for name in ("iou", "expected", "trust")}
        empty |= {"own": np.zeros(size), "agreeing": np.zeros(size, np.int64)}
        return cls(issue=issue, score=score, **(empty | given))

    def take(self, rows: NDArray[Any]) -> Self:
        """Some of them, in that order."""
        columns = [f.name for f in fields(self) if f.name != "issue"]
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def ranked(self, least: float) -> Self:
        """Worst first, from a least score; equal ones in order of label, then of prediction."""
        order = np.lexsort((self.prediction, self.run, self.truth, -self.score))
        return self.take(order[self.score[order] >= least])
