"""The confusion matrix of a detector, with background.

Right predictions come first: the diagonal is the matching that makes the counts, class by class.
What is left over is matched across classes: by falling confidence, each false positive takes the
object it overlaps most that nobody found. So the matrix adds up to TP, FP and FN exactly, and a
wrong class counts once as a false positive and once as a miss, in one cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items, chosen, class_mask
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.reasons import missed_at
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import MatchesAt
from boxscore.matching.restrict import one_per_item
from boxscore.schema.tables import Table

ALMOST_ONE = 1 - 1e-10
"""The highest threshold that is compared with, as in the reference loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Who was taken for whom at one operating point.

    Attributes:
        iou, confidence: The operating point.
        matrix: (C + 1, C + 1) int64, rows labelled, columns predicted class; the last of either
            is background: nothing labelled there, nothing predicted there.
        prediction: (N,) row of the prediction behind each count, or -1 for a miss.
        ground_truth: (N,) row of the label behind each count, or -1.
        labelled, predicted: (N,) row and column of `matrix`. By cell, then falling confidence.
    """

    iou: float
    confidence: float
    matrix: NDArray[np.int64]
    prediction: NDArray[np.int32]
    ground_truth: NDArray[np.int32]
    labelled: NDArray[np.int64]
    predicted: NDArray[np.int64]

    @property
    def background(self) -> int:
        """Row and column of background."""
        return len(self.matrix) - 1

    def cell(self, labelled: int, predicted: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Predictions and ground truths behind one cell, most confident first; -1 for none."""
        size = len(self.matrix)
        key = self.labelled * size + self.predicted
        start, stop = np.searchsorted(key, [labelled * size + predicted + k for k in (0, 1)])
        return self.prediction[start:stop], self.ground_truth[start:stop]

    def confused(self) -> list[tuple[int, int, int]]:
        """(labelled, predicted, count) of pairs of classes, most frequent first."""
        between = self.matrix[:-1, :-1].copy()
        np.fill_diagonal(between, 0)
        labelled, predicted = np.nonzero(between)
        count = between[labelled, predicted]
        order = np.argsort(-count, kind="stable")
        columns = (labelled[order], predicted[order], count[order])
        return list(zip(*(c.tolist() for c in columns), strict=True))


def confusion(
    view: Comparable,
    pairs: Table,
    matches: MatchesAt,
    confidence: float,
    items: Items = None,
    classes: Classes = None,
) -> Confusion:
    """Count who was taken for whom.

    Args:
        confidence: Predictions at or above it are shown.
        classes: Counts whose labelled or predicted class is one of these.
    """
    prediction, ground_truth = _counted(view, pairs, matches, confidence)
    labelled = _class_or(view.classes, view.truth.class_id, ground_truth)
    predicted = _class_or(view.classes, view.predictions.class_id, prediction)
    here = _either(
        chosen(view, view.predictions, items), prediction, chosen(view, view.truth, items),
        ground_truth,
    ) & _either(
        chosen(view, view.predictions, None, classes), prediction,
        chosen(view, view.truth, None, classes), ground_truth,
    )  # fmt: skip
    size = view.classes + 1
    strength = np.where(prediction >= 0, np.append(view.confidence, 0)[prediction], 0)
    rows = np.flatnonzero(here)
    rows = rows[np.argsort(-strength[rows], kind="stable")]
    rows = rows[np.argsort(labelled[rows] * size + predicted[rows], kind="stable")]
    cells = np.bincount(labelled[rows] * size + predicted[rows], minlength=size * size)
    return Confusion(
        iou=matches.iou,
        confidence=confidence,
        matrix=cells.reshape(size, size).astype(np.int64),
        prediction=prediction[rows],
        ground_truth=ground_truth[rows],
        labelled=labelled[rows],
        predicted=predicted[rows],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cell of the matrix that counts each object; a wrong class is one cell of two objects.

    Attributes:
        shown: (S,) predictions that are right or wrong, in the order that was asked for.
        missed: (M,) ground truths that are missed, ascending.
        labelled, predicted: (S + M,) row and column of the matrix, `classes` for background.
    """

    shown: NDArray[np.int64]
    missed: NDArray[np.int64]
    labelled: NDArray[np.int32]
    predicted: NDArray[np.int32]


def cells(
    view: Comparable,
    pairs: Table,
    matches: MatchesAt,
    confidence: float,
    shown: NDArray[np.int64],
) -> Cells:
    """Labelled and predicted class of every object at one operating point.

    Args:
        pairs: Candidate pairs, or what `leftover` leaves of them.
        shown: The predictions at or above the confidence, in any order.
    """
    shown = shown[(matches.right | matches.wrong)[shown]]
    missed = missed_at(view, matches, confidence)
    unfound = np.zeros(view.truth.item.size, np.bool_)
    unfound[missed] = True
    taker, taken = _across_classes(view, pairs, matches, confidence, unfound)
    of_prediction = np.full(view.predictions.item.size, view.classes, np.int32)
    of_prediction[taker] = view.truth.class_id[taken]
    of_label = np.full(view.truth.item.size, view.classes, np.int32)
    of_label[taken] = view.predictions.class_id[taker]
    right, given = matches.right[shown], view.predictions.class_id[shown]
    labelled = of_prediction[shown]
    labelled[right] = view.truth.class_id[matches.ground_truth[shown[right]]]
    return Cells(
        shown=shown,
        missed=missed,
        labelled=np.concatenate([labelled, view.truth.class_id[missed]]),
        predicted=np.concatenate([given, of_label[missed]]),
    )


def leftover(pairs: Table, matches: MatchesAt) -> Table:
    """The candidate pairs that may match across classes at one IoU, whatever the confidence."""
    near = np.flatnonzero(pairs["iou"] >= min(matches.iou, ALMOST_ONE))
    return pairs.take(near[matches.wrong[pairs["prediction"][near]]])


def matrix_of(
    found: Cells, view: Comparable, items: Items = None, classes: Classes = None
) -> NDArray[np.int64]:
    """(C + 1, C + 1) the matrix alone: every prediction, and the misses that nothing was taken for.

    Args:
        classes: Counts whose labelled or predicted class is one of these.
    """
    size = view.classes + 1
    here = np.ones(found.labelled.size, np.bool_)
    here[found.shown.size :] = found.predicted[found.shown.size :] == view.classes
    if items is not None:
        chosen_items = one_per_item(items, view.items)
        here[: found.shown.size] &= chosen_items[view.predictions.item[found.shown]]
        here[found.shown.size :] &= chosen_items[view.truth.item[found.missed]]
    if classes is not None:
        wanted = np.append(class_mask(view, classes), False)
        here &= wanted[found.labelled] | wanted[found.predicted]
    cell = found.labelled[here].astype(np.int64) * size + found.predicted[here]
    return np.bincount(cell, minlength=size * size).reshape(size, size).astype(np.int64)


def _counted(
    view: Comparable, pairs: Table, matches: MatchesAt, confidence: float
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Prediction and ground truth behind every count: found, confused, false, missed."""
    shown = view.confidence >= confidence
    label = np.where(matches.right, matches.ground_truth, -1)
    wrong, missed = matches.wrong & shown, missed_at(view, matches, confidence)
    unfound = np.zeros(view.truth.item.size, np.bool_)
    unfound[missed] = True
    taker, taken = _across_classes(view, pairs, matches, confidence, unfound)
    label[taker] = taken
    unfound[taken] = False
    visible = np.flatnonzero((matches.right & shown) | wrong)
    lost = np.flatnonzero(unfound)
    prediction = np.concatenate([visible, np.full(lost.size, -1)]).astype(np.int32)
    return prediction, np.concatenate([label[visible], lost]).astype(np.int32)


def _across_classes(
    view: Comparable,
    pairs: Table,
    matches: MatchesAt,
    confidence: float,
    unfound: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The same greedy matching as within a class, of what is left over, as if of one class."""
    left = np.flatnonzero(unfound[pairs["ground_truth"]])
    of_left = pairs["prediction"][left]
    left = left[matches.wrong[of_left] & (view.confidence[of_left] >= confidence)]
    prediction, ground_truth = pairs["prediction"][left], pairs["ground_truth"][left]
    rows, place = np.unique(prediction, return_inverse=True)
    if not rows.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    plain = np.zeros(view.truth.item.size, np.uint8)
    recount = _core.Recount(
        np.zeros(view.truth.item.size, np.int32),
        plain,
        plain,
        view.predictions.item[rows],
        np.zeros(rows.size, np.int32),
        view.confidence[rows],
        place.astype(np.int32),
        ground_truth,
        pairs["iou"][left],
        max_detections=rows.size,
    )
    got, _, _ = recount.at(matches.iou)
    hit = np.flatnonzero(got >= 0)
    return rows[hit].astype(np.int64), got[hit]


def _class_or(
    background: int, class_id: NDArray[np.int32], rows: NDArray[np.int32]
) -> NDArray[np.int64]:
    """The class of each row, background for -1."""
    return np.append(class_id, np.int32(background))[rows].astype(np.int64)


def _either(
    first: NDArray[np.bool_],
    first_rows: NDArray[np.int32],
    second: NDArray[np.bool_],
    second_rows: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Whether the one row or the other is chosen; -1 never is."""
    either: NDArray[np.bool_] = (
        np.append(first, False)[first_rows] | np.append(second, False)[second_rows]
    )
    return either
