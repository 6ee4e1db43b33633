"""Everything that a run gets right and wrong at one operating point, ready for any filter.

Objects that are alike to every filter form one group, so the counts beside the choices are sums
over a few thousand groups, and a page is read off a sorted list until it is full.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.confusion import Cells
from boxscore.evaluation.error_list import (
    FN,
    FP,
    KIND_NAMES,
    OUTCOME_NAMES,
    TP,
    Objects,
    Picked,
    gathered,
)
from boxscore.evaluation.queries import ClassOrNone, ErrorQuery, Query
from boxscore.evaluation.reasons import ErrorKind
from boxscore.evaluation.run_view import RunView
from boxscore.matching.restrict import one_per_item
from boxscore.schema.tables import Table

Flags = NDArray[np.bool_]
MOST_CELLS = 1 << 24
"""Cells of a table that groups are numbered by; with more classes they are sorted instead."""
BLOCK = 1 << 16
"""Objects that are looked at at once when a page is filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """K groups of objects that no filter but one by confidence or by object tells apart.

    Attributes:
        outcome, kind, class_id, labelled, predicted: (K,) as of `Objects`.
        counts: (K,) int64, how many objects each has.
        background: Labelled and predicted "none".
    """

    outcome: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    class_id: NDArray[np.int32]
    labelled: NDArray[np.int32]
    predicted: NDArray[np.int32]
    counts: NDArray[np.int64]
    background: int

    def by_outcome(self, query: Query) -> Flags:
        """(K,) groups of the outcome that is asked for."""
        if query.outcome is None:
            return np.ones(self.outcome.size, np.bool_)
        error = query.outcome == "error"
        return np.isin(self.outcome, (FP, FN) if error else OUTCOME_NAMES.index(query.outcome))

    def by_kind(self, query: Query) -> Flags:
        """(K,) groups of the kind that is asked for."""
        return self._equal(self.kind, None if query.kind is None else KIND_NAMES[query.kind])

    def by_class(self, class_id: int | None) -> Flags:
        """(K,) groups of a class."""
        return self._equal(self.class_id, class_id)

    def by_label(self, query: Query) -> Flags:
        """(K,) groups of the labelled class that is asked for."""
        return self._place(self.labelled, query.labelled)

    def within(self, query: Query) -> Flags:
        """(K,) groups that no facet widens again: by chosen classes and by predicted class."""
        mask = self._place(self.predicted, query.predicted)
        return mask if query.classes is None else mask & np.isin(self.class_id, query.classes)

    def _place(self, column: NDArray[np.int32], wanted: ClassOrNone) -> Flags:
        return self._equal(column, self.background if wanted == "none" else wanted)

    def _equal(self, column: NDArray[Any], wanted: int | None) -> Flags:
        return np.ones(column.size, np.bool_) if wanted is None else np.asarray(column == wanted)


@dataclass(slots=True)
class Listing:
    """N objects: S predictions by falling confidence, then misses, the largest share first.

    Attributes:
        run: Whose objects.
        row: (N,) int32, row of the run's compared predictions; of a miss, of its ground truth.
        group: (N,) int32, places in `groups`.
        shown: S.
    """

    run: RunView
    items: Table
    iou: float
    row: NDArray[np.int32]
    group: NDArray[np.int32]
    groups: Groups
    shown: int
    _order: dict[str, NDArray[np.int32]] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes that it will take once sorted in two ways."""
        return 4 * self.row.nbytes

    @property
    def lost(self) -> Flags:
        """(N,) misses."""
        flags = np.zeros(self.row.size, np.bool_)
        flags[self.shown :] = True
        return flags

    @property
    def item(self) -> NDArray[np.int32]:
        """(N,) image of each object."""
        view, found, missed = self.run.view, self.row[: self.shown], self.row[self.shown :]
        return np.concatenate([view.predictions.item[found], view.truth.item[missed]])

    def narrowed(self, query: Query, picked: Picked) -> Flags | None:
        """(N,) objects below a confidence that may be shown; None is all of them."""
        keep = None if picked is None else _side_by_side(picked, self.row, self.shown)
        if query.below is not None:
            below = np.zeros(self.row.size, np.bool_)
            found = self.row[: self.shown]
            below[: self.shown] = self.run.view.confidence[found] < query.below
            keep = below if keep is None else keep & below
        return keep

    def page(self, query: ErrorQuery, picked: Picked = None) -> ErrorPage:
        """Filter, count and sort: each facet counts what its choice would show.

        Args:
            picked: (P,) and (G,) the predictions and labels that may be shown; None is all.
        """
        groups, keep = self.groups, self.narrowed(query, picked)
        counts = groups.counts
        if keep is not None:
            counts = np.bincount(self.group[keep], minlength=counts.size)
        counts = np.where(groups.within(query), counts, 0)
        by_error = groups.by_outcome(query) & groups.by_kind(query)
        by_class, by_label = groups.by_class(query.class_id), groups.by_label(query)
        wanted = (counts > 0) & by_error & by_class & by_label
        rows = self._page(wanted, keep, query)
        return ErrorPage(
            total=int(counts[wanted].sum()),
            facets=_facets(groups, counts, by_error, by_class, by_label),
            objects=self._at(rows),
        )

    def listed(self, query: ErrorQuery, picked: Picked = None) -> Objects:
        """Every object on all pages of a query, in no order."""
        groups, keep = self.groups, self.narrowed(query, picked)
        wanted = groups.within(query) & groups.by_outcome(query) & groups.by_kind(query)
        wanted &= groups.by_class(query.class_id) & groups.by_label(query)
        flags = wanted[self.group] if keep is None else wanted[self.group] & keep
        return self._at(np.flatnonzero(flags))

    def _page(self, wanted: Flags, keep: Flags | None, query: ErrorQuery) -> NDArray[np.int64]:
        """The objects of a page, found by walking down the list until it is full."""
        order, seen = self._sorted(query.sort), 0
        parts: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
        for start in range(0, order.size, BLOCK):
            block = order[start : start + BLOCK]
            flags = wanted[self.group[block]]
            hits = block[flags if keep is None else flags & keep[block]]
            parts.append(hits[max(0, query.offset - seen) :][: query.limit])
            seen += hits.size
            if seen >= query.offset + query.limit:
                break
        return np.concatenate(parts)[: query.limit].astype(np.int64)

    def _sorted(self, sort: str) -> NDArray[np.int32]:
        if sort not in self._order:
            self._order[sort] = _order(self, sort).astype(np.int32)
        return self._order[sort]

    def _at(self, index: NDArray[np.int64]) -> Objects:
        group, groups = self.group[index], self.groups
        return gathered(
            self.run,
            self.iou,
            self.row[index].astype(np.int64),
            index >= self.shown,
            (groups.labelled[group], groups.predicted[group]),
        )


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """One page of objects, and the counts beside every filter."""

    total: int
    facets: dict[str, Any]
    objects: Objects


def listing(
    run: RunView, items: Table, iou: float, confidence: float, where: Items = None
) -> Listing:
    """Everything at one operating point, on the chosen images."""
    found = run.cells(iou, confidence, ranked=True)
    rank = run.truth_rank(items)
    missed = np.argsort(rank[found.missed])
    row = np.concatenate([found.shown, found.missed[missed]]).astype(np.int32)
    size = run.view.classes + 1
    kind = np.full(row.size, ErrorKind.MISSED, np.uint8)
    kind[: found.shown.size] = run.kinds(iou, found.shown)
    codes = _codes(found, missed, kind, size)
    shown = found.shown.size
    if where is not None:
        here = _side_by_side(
            tuple(one_per_item(where, run.view.items)[side.item]
                  for side in (run.view.predictions, run.view.truth)), row, shown,
        )  # fmt: skip
        row, codes, shown = row[here], codes[here], int(here[:shown].sum())
    group, present, counts = _numbered(codes, len(ErrorKind) * size * size)
    groups = _groups(present, counts, size)
    return Listing(run, items, iou, row, group, groups, shown)


def _side_by_side(masks: tuple[Flags, ...], row: NDArray[np.int32], shown: int) -> Flags:
    """(N,) from masks of predictions and of ground truths."""
    return np.concatenate([masks[0][row[:shown]], masks[1][row[shown:]]])


# --- groups --------------------------------------------------------------------------------------


def _codes(
    found: Cells, missed: NDArray[np.int64], kind: NDArray[np.uint8], size: int
) -> NDArray[np.int64]:
    """A number for each object's kind, class and other class; `missed` is the misses' order."""
    shown = found.shown.size
    own = np.concatenate([found.predicted[:shown], found.labelled[shown:][missed]])
    other = np.concatenate([found.labelled[:shown], found.predicted[shown:][missed]])
    codes = kind.astype(np.int64)
    for column in (own, other):
        codes *= size
        codes += column
    return codes


def _numbered(
    codes: NDArray[np.int64], cells: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Each code's place among those that occur, these, and how often they do."""
    if cells > MOST_CELLS:
        present, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
        return place.astype(np.int32), present, counts
    table = np.bincount(codes, minlength=cells)
    present = np.flatnonzero(table)
    number = np.zeros(cells, np.int32)
    number[present] = np.arange(present.size)
    return number[codes], present, table[present]


def _groups(codes: NDArray[np.int64], counts: NDArray[np.int64], size: int) -> Groups:
    rest, other = np.divmod(codes, size)
    kind, own = np.divmod(rest, size)
    lost = kind == ErrorKind.MISSED
    return Groups(
        outcome=np.where(lost, FN, np.where(kind == ErrorKind.NONE, TP, FP)).astype(np.uint8),
        kind=kind.astype(np.uint8),
        class_id=own.astype(np.int32),
        labelled=np.where(lost, own, other).astype(np.int32),
        predicted=np.where(lost, other, own).astype(np.int32),
        counts=counts.astype(np.int64),
        background=size - 1,
    )


def _facets(
    groups: Groups, counts: NDArray[np.int64], by_error: Flags, by_class: Flags, by_label: Flags
) -> dict[str, Any]:
    def sums(column: NDArray[Any], mask: Flags, size: int) -> NDArray[np.int64]:
        return np.bincount(column[mask], counts[mask], size).astype(np.int64)

    outcome = sums(groups.outcome, by_class & by_label, len(OUTCOME_NAMES)).tolist()
    kind = sums(groups.kind, by_class & by_label, len(ErrorKind)).tolist()
    labelled = _ranked(sums(groups.labelled, by_error & by_class, 0))
    return {
        "outcome": dict(zip(OUTCOME_NAMES, outcome, strict=True)),
        "kind": {name: kind[k] for name, k in KIND_NAMES.items()},
        "classes": _ranked(sums(groups.class_id, by_error & by_label, 0)),
        "labelled": [
            row | {"class_id": None if row["class_id"] == groups.background else row["class_id"]}
            for row in labelled
        ],
    }


def _ranked(counts: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Most frequent first."""
    order = np.argsort(-counts, kind="stable")
    return [{"class_id": int(k), "count": int(counts[k])} for k in order if counts[k]]


# --- order ---------------------------------------------------------------------------------------


def _order(found: Listing, sort: str) -> NDArray[np.int64]:
    """Places in display order; equal values keep the order of images, predictions before misses.

    By severity: the confidence of a prediction, the relative size (square root of its share of
    the image) of a miss; confident mistakes and large misses first.
    """
    view, shown = found.run.view, found.shown
    predictions, misses = found.row[:shown], found.row[shown:]
    if sort == "confidence":
        return np.concatenate([np.arange(shown), shown + np.argsort(misses)])
    if sort == "severity":
        share = found.run.truth_share(found.items)[misses]
        return _merged(-view.confidence[predictions], -share)
    box = np.concatenate([view.predictions.box[predictions], view.truth.box[misses]])
    area = box[:, 2] * box[:, 3]
    return np.lexsort((found.row, found.lost, -area if sort == "largest" else area))


def _merged(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.int64]:
    """Places of two ascending lists, one after the other, sorted; of equals the first's."""
    order = np.empty(first.size + second.size, np.int64)
    order[np.arange(first.size) + np.searchsorted(second, first, "left")] = np.arange(first.size)
    order[np.arange(second.size) + np.searchsorted(first, second, "right")] = (
        np.arange(second.size) + first.size
    )
    return order
