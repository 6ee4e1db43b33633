"""The objects that a model gets right and wrong at one operating point, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.queries import ClassOrNone
from boxscore.evaluation.reasons import ErrorKind
from boxscore.evaluation.run_view import RunView
from boxscore.matching.restrict import one_per_item

Value = TypeVar("Value", bound=np.generic)
TP, FP, FN = 0, 1, 2
OUTCOME_NAMES = ("tp", "fp", "fn")
KIND_NAMES = {kind.name.lower(): int(kind) for kind in ErrorKind if kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """Predictions shown at an operating point and ground truths missed there, (N,) each.

    Attributes:
        row: Row of the run's compared predictions; for a miss, of its ground truth.
        outcome: TP, FP or FN.
        kind: ErrorKind.
        class_id: Predicted class; of a miss the labelled one.
        labelled, predicted: Row and column of the confusion matrix; its size for background.
        item: Row of items.
        confidence: nan for a miss.
        area: Square pixels of the box.
    """

    row: NDArray[np.int64]
    outcome: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    class_id: NDArray[np.int32]
    labelled: NDArray[np.int32]
    predicted: NDArray[np.int32]
    item: NDArray[np.int32]
    confidence: NDArray[np.float64]
    area: NDArray[np.float64]

    @property
    def nbytes(self) -> int:
        """Bytes that they take."""
        return sum(getattr(self, name).nbytes for name in self.__slots__)

    def take(self, index: NDArray[Any]) -> Objects:
        """The objects at `index`."""
        return Objects(**{name: getattr(self, name)[index] for name in self.__slots__})


def objects_at(run: RunView, iou: float, confidence: float, items: Items = None) -> Objects:
    """All true and false positives and misses at one operating point, on the chosen images."""
    found = run.cells(iou, confidence)
    lost = np.zeros(found.labelled.size, np.bool_)
    lost[found.shown.size :] = True
    row, cell = np.concatenate([found.shown, found.missed]), (found.labelled, found.predicted)
    objects = gathered(run, iou, row, lost, cell)
    if items is None:
        return objects
    return objects.take(one_per_item(items, run.view.items)[objects.item])


def gathered(
    run: RunView,
    iou: float,
    row: NDArray[np.int64],
    lost: NDArray[np.bool_],
    cell: tuple[NDArray[np.int32], NDArray[np.int32]],
) -> Objects:
    """Objects by their rows and sides; `cell` is row and column of the confusion matrix."""
    view, right = run.view, run.live.at(iou).right
    of_prediction, of_label = row[~lost], row[lost]

    def column(predicted: NDArray[Any], missed: Any) -> NDArray[Any]:
        values = np.empty(row.size, predicted.dtype)
        values[~lost], values[lost] = predicted, missed
        return values

    box = np.empty((row.size, 4))
    box[~lost], box[lost] = view.predictions.box[of_prediction], view.truth.box[of_label]
    return Objects(
        row=row,
        outcome=column(np.where(right[of_prediction], TP, FP).astype(np.uint8), FN),
        kind=column(run.kinds(iou, of_prediction), ErrorKind.MISSED),
        class_id=column(view.predictions.class_id[of_prediction], view.truth.class_id[of_label]),
        labelled=cell[0],
        predicted=cell[1],
        item=column(view.predictions.item[of_prediction], view.truth.item[of_label]),
        confidence=column(view.confidence[of_prediction], np.nan),
        area=box[:, 2] * box[:, 3],
    )


Picked = tuple[NDArray[np.bool_], NDArray[np.bool_]] | None
"""(P,) and (G,) the predictions and labels that may be shown; None is all."""


def of_objects(
    objects: Objects, predictions: NDArray[Value], labels: NDArray[Value]
) -> NDArray[Value]:
    """(N,) of (P,) values of predictions and (G,) of labels those of some objects."""
    lost = objects.outcome == FN
    values = np.empty(lost.size, predictions.dtype)
    values[lost], values[~lost] = labels[objects.row[lost]], predictions[objects.row[~lost]]
    return values


def outcome_mask(objects: Objects, outcome: str | None) -> NDArray[np.bool_]:
    """(N,) objects of an outcome, or of "error"; None is all."""
    if outcome is None:
        return np.ones(objects.row.size, np.bool_)
    wanted = (FP, FN) if outcome == "error" else (OUTCOME_NAMES.index(outcome),)
    return np.isin(objects.outcome, wanted)


def kind_mask(objects: Objects, kind: str | None) -> NDArray[np.bool_]:
    """(N,) objects of a kind of error; None is all."""
    if kind is None:
        return np.ones(objects.row.size, np.bool_)
    return np.isin(objects.kind, KIND_NAMES[kind])


def place_mask(
    column: NDArray[np.int32], wanted: ClassOrNone, background: int
) -> NDArray[np.bool_]:
    """(N,) objects in a row or column of the confusion matrix; None is all."""
    if wanted is None:
        return np.ones(column.size, np.bool_)
    mask: NDArray[np.bool_] = column == (background if wanted == "none" else wanted)
    return mask
