"""What is right or wrong one by one: ground truths found or missed, predictions right or false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items, chosen
from boxscore.evaluation.classification import ScoredAnswers
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.flips import Followed
from boxscore.evaluation.run_view import RunView
from boxscore.matching.comparable import Side

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """N things that are right or wrong, in order of images.

    Attributes:
        good: (N,) 1 found or right, 0 missed or false; in a comparison the change: 1 fixed, -1
            broken.
        item: (N,) image of each.
        class_id: (N,) its class: labelled, or predicted.
        row: (N,) its row among the run's compared ground truths, or predictions.
        source_row: (N,) its row in the table of annotations.
        box: (N, 4) pixels; nan for answers about an image.
        area: (N,) square pixels; nan for answers.
        confidence: (N,) nan for ground truths.
    """

    good: Values
    item: NDArray[np.int64]
    class_id: NDArray[np.int64]
    row: NDArray[np.int64]
    source_row: NDArray[np.int64]
    box: Values
    area: Values
    confidence: Values

    @property
    def size(self) -> int:
        """How many there are."""
        return self.good.size

    def take(self, index: NDArray[Any]) -> Units:
        """Some of them, by place or by flag."""
        return Units(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


def truth_units(
    run: RunView, iou: float, confidence: float, items: Items = None, classes: Classes = None
) -> Units:
    """Every ground truth that counts: found at the operating point, or missed.

    Their mean is recall.
    """
    view, taker = run.view, run.live.at(iou).prediction
    rows = np.flatnonzero(view.counted & chosen(view, view.truth, items, classes))
    mine = taker[rows]
    found = (mine >= 0) & (np.append(view.confidence, 0.0)[mine] >= confidence)
    return _units(view.truth, rows, found.astype(np.float64))


def prediction_units(
    run: RunView, iou: float, confidence: float, items: Items = None, classes: Classes = None
) -> Units:
    """Every prediction shown at the operating point: right or false.

    Their mean is precision; predictions that are ignored are none of them.
    """
    view, matches = run.view, run.live.at(iou)
    shown = (matches.right | matches.wrong) & (view.confidence >= confidence)
    rows = np.flatnonzero(shown & chosen(view, view.predictions, items, classes))
    right = matches.right[rows].astype(np.float64)
    return _units(view.predictions, rows, right, view.confidence[rows])


def change_units(followed: Sequence[Followed], truth: Side) -> Units:
    """Every ground truth from a first run to a second: 1 fixed, -1 broken, 0 as before.

    Their mean is the difference in recall.

    Args:
        followed: The same ground truths at one or several IoU thresholds; their mean counts.
    """
    changes = [one.found[1].astype(np.float64) - one.found[0] for one in followed]
    return _units(truth, followed[0].row, np.mean(changes, axis=0))


def answer_units(answers: ScoredAnswers) -> Units:
    """Labelled questions answered right or not, or given answers that are right or not."""
    nothing = np.full(answers.item.size, np.nan)
    places = np.arange(answers.item.size)
    return Units(
        good=answers.right.astype(np.float64),
        item=answers.item.astype(np.int64),
        class_id=answers.class_id.astype(np.int64),
        row=places,
        source_row=places,
        box=np.full((answers.item.size, 4), np.nan),
        area=nothing,
        confidence=answers.confidence,
    )


def _units(
    side: Side, rows: NDArray[np.int64], good: Values, confidence: Values | None = None
) -> Units:
    return Units(
        good=good,
        item=side.item[rows].astype(np.int64),
        class_id=side.class_id[rows].astype(np.int64),
        row=rows,
        source_row=side.rows[rows],
        box=side.box[rows],
        area=side.area[rows],
        confidence=np.full(rows.size, np.nan) if confidence is None else confidence,
    )
