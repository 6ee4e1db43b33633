"""The objects that a model gets right and wrong: filtered, counted, sorted, one page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.queries import ClassOrNone, ErrorQuery, ImageQuery
from boxscore.evaluation.reasons import ErrorKind, missed_at
from boxscore.evaluation.run_view import RunView
from boxscore.matching.restrict import one_per_item
from boxscore.schema.tables import Table

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

    def take(self, index: NDArray[Any]) -> Objects:
        """The objects at `index`."""
        return Objects(**{name: getattr(self, name)[index] for name in self.__slots__})


def objects_at(run: RunView, iou: float, confidence: float, items: Items = None) -> Objects:
    """All true and false positives and misses at one operating point, on the chosen images."""
    view, outcomes = run.view, run.outcomes(iou)
    matches = outcomes.matches
    shown = view.confidence >= confidence
    found = np.flatnonzero(shown & (matches.right | matches.wrong))
    lost = missed_at(view, matches, confidence)
    box = np.concatenate([view.predictions.box[found], view.truth.box[lost]])
    right = matches.right[found]
    labelled, predicted = run.taken_for(iou, confidence, found, lost)
    objects = Objects(
        row=np.concatenate([found, lost]),
        outcome=np.concatenate([np.where(right, TP, FP), np.full(lost.size, FN)]).astype(np.uint8),
        kind=np.concatenate(
            [outcomes.reasons.kind[found], np.full(lost.size, ErrorKind.MISSED, np.uint8)]
        ),
        class_id=np.concatenate([view.predictions.class_id[found], view.truth.class_id[lost]]),
        labelled=labelled,
        predicted=predicted,
        item=np.concatenate([view.predictions.item[found], view.truth.item[lost]]),
        confidence=np.concatenate([view.confidence[found], np.full(lost.size, np.nan)]),
        area=box[:, 2] * box[:, 3],
    )
    if items is None:
        return objects
    return objects.take(one_per_item(items, view.items)[objects.item])


Picked = tuple[NDArray[np.bool_], NDArray[np.bool_]] | None
"""(P,) and (G,) the predictions and labels that may be shown; None is all."""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """One page of objects, or all of them, and the counts beside every filter."""

    total: int
    facets: dict[str, Any]
    objects: Objects

    def page(self, query: ErrorQuery) -> ErrorPage:
        """The page that a query asks for, out of all of them."""
        rows = np.arange(query.offset, min(query.offset + query.limit, self.total))
        return ErrorPage(self.total, self.facets, self.objects.take(rows))


def error_pages(
    run: RunView,
    items: Table,
    query: ErrorQuery,
    confidence: float,
    where: Items = None,
    picked: Picked = None,
) -> ErrorPage:
    """Filter, count and sort: all pages at once; each facet counts what its choice would show.

    Args:
        picked: (P,) and (G,) the predictions and labels that may be shown; None is all.
    """
    end = run.view.classes
    everything = _narrowed(run, query, confidence, where, picked)
    by_error, by_class, by_label = _masks(everything, query, end)
    facets = {
        "outcome": _outcome_counts(everything.outcome[by_class & by_label]),
        "kind": _kind_counts(everything.kind[by_class & by_label]),
        "classes": _class_counts(everything.class_id[by_error & by_label]),
        "labelled": _labelled_counts(everything.labelled[by_error & by_class], end),
    }
    chosen = everything.take(by_error & by_class & by_label)
    order = sort_order(chosen, items, query.sort)
    return ErrorPage(total=chosen.row.size, facets=facets, objects=chosen.take(order))


def error_page(run: RunView, items: Table, query: ErrorQuery, confidence: float) -> ErrorPage:
    """The page of a query."""
    return error_pages(run, items, query, confidence).page(query)


def listed(
    run: RunView, query: ErrorQuery, confidence: float, where: Items = None, picked: Picked = None
) -> Objects:
    """Every object on all pages of a query, in no order."""
    everything = _narrowed(run, query, confidence, where, picked)
    by_error, by_class, by_label = _masks(everything, query, run.view.classes)
    return everything.take(by_error & by_class & by_label)


def wishes(objects: Objects, query: ImageQuery, background: int) -> list[NDArray[np.bool_]]:
    """(N,) masks of what an image must hold: an object of the outcome, one of the kind, and one
    that is in the cell of the confusion matrix and below the confidence at once.
    """
    found = []
    if query.outcome is not None:
        found.append(_outcome_mask(objects, query.outcome))
    if query.kind is not None:
        found.append(_kind_mask(objects, query.kind))
    if (query.labelled, query.predicted, query.below) != (None, None, None):
        cell = _place_mask(objects.labelled, query.labelled, background)
        cell &= _place_mask(objects.predicted, query.predicted, background)
        if query.below is not None:
            cell &= objects.confidence < query.below
        found.append(cell & _outcome_mask(objects, query.outcome) & _kind_mask(objects, query.kind))
    return found


def _narrowed(
    run: RunView, query: ErrorQuery, confidence: float, where: Items, picked: Picked
) -> Objects:
    """What no facet widens again."""
    everything = objects_at(run, query.iou, confidence, where)
    if query.classes is not None:
        everything = everything.take(np.isin(everything.class_id, query.classes))
    narrowed = _place_mask(everything.predicted, query.predicted, run.view.classes)
    if picked is not None:
        narrowed &= _picked(everything, *picked)
    if query.below is not None:
        narrowed &= everything.confidence < query.below
    return everything.take(narrowed)


def _masks(
    objects: Objects, query: ErrorQuery, background: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """By outcome and kind, by class, by labelled class."""
    return (
        _outcome_mask(objects, query.outcome) & _kind_mask(objects, query.kind),
        _class_mask(objects, query.class_id),
        _place_mask(objects.labelled, query.labelled, background),
    )


def _picked(
    objects: Objects, predictions: NDArray[np.bool_], labels: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    lost = objects.outcome == FN
    mask = np.zeros(lost.size, np.bool_)
    mask[lost], mask[~lost] = labels[objects.row[lost]], predictions[objects.row[~lost]]
    return mask


def _outcome_mask(objects: Objects, outcome: str | None) -> NDArray[np.bool_]:
    if outcome is None:
        return np.ones(objects.row.size, np.bool_)
    wanted = (FP, FN) if outcome == "error" else (OUTCOME_NAMES.index(outcome),)
    return np.isin(objects.outcome, wanted)


def _kind_mask(objects: Objects, kind: str | None) -> NDArray[np.bool_]:
    if kind is None:
        return np.ones(objects.row.size, np.bool_)
    return np.isin(objects.kind, KIND_NAMES[kind])


def _class_mask(objects: Objects, class_id: int | None) -> NDArray[np.bool_]:
    if class_id is None:
        return np.ones(objects.row.size, np.bool_)
    return np.isin(objects.class_id, class_id)


def _place_mask(
    column: NDArray[np.int32], wanted: ClassOrNone, background: int
) -> NDArray[np.bool_]:
    if wanted is None:
        return np.ones(column.size, np.bool_)
    mask: NDArray[np.bool_] = column == (background if wanted == "none" else wanted)
    return mask


def _labelled_counts(labelled: NDArray[np.int32], background: int) -> list[dict[str, Any]]:
    """Most frequent first; the class of what took no label is None."""
    return [
        row | {"class_id": None if row["class_id"] == background else row["class_id"]}
        for row in _class_counts(labelled)
    ]


def _outcome_counts(outcome: NDArray[np.uint8]) -> dict[str, int]:
    counts = np.bincount(outcome, minlength=3).tolist()
    return dict(zip(OUTCOME_NAMES, counts, strict=True))


def _kind_counts(kind: NDArray[np.uint8]) -> dict[str, int]:
    counts = np.bincount(kind, minlength=len(ErrorKind)).tolist()
    return {name: counts[k] for name, k in KIND_NAMES.items()}


def _class_counts(class_id: NDArray[np.int32]) -> list[dict[str, int]]:
    counts = np.bincount(class_id)
    order = np.argsort(-counts, kind="stable")
    return [{"class_id": int(k), "count": int(counts[k])} for k in order if counts[k]]


def severity(objects: Objects, items: Table) -> NDArray[np.float64]:
    """How bad each object is, 0..1: the confidence of a false positive, the relative size
    (square root of its share of the image) of a miss; confident mistakes and large misses first.
    """
    pixels = items["width"][objects.item].astype(np.float64) * items["height"][objects.item]
    share = np.sqrt(np.clip(objects.area / np.maximum(pixels, 1), 0, 1))
    return np.where(objects.outcome == FN, share, objects.confidence)


def sort_order(objects: Objects, items: Table, sort: str) -> NDArray[np.int64]:
    """Row numbers in display order; equal values keep the order of images."""
    if sort == "confidence":
        return np.argsort(-np.nan_to_num(objects.confidence, nan=-np.inf), kind="stable")
    if sort == "largest":
        return np.argsort(-objects.area, kind="stable")
    if sort == "smallest":
        return np.argsort(objects.area, kind="stable")
    return np.argsort(-severity(objects, items), kind="stable")
