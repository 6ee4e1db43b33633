"""Bootstrap intervals of any statistic that is made of sums over images: counts, F1, accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.bounds import Bounds, Plan, Support, bounds
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.counts import Classes, predictions_shown
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import MatchesAt

Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""(B, cells) sums to (B, ..., K) numbers; undefined is nan."""

TP, FP, OBJECTS = range(3)
COUNT_NAMES = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Rows that are added up, each on one image.

    Attributes:
        items: How many images there are.
        cells: How many sums there are.
        item, cell: (N,) int32, where each row lies and what it is added to.
        amount: (N,) float64; None is 1 for each.
    """

    items: int
    cells: int
    item: NDArray[np.int32]
    cell: NDArray[np.int32]
    amount: NDArray[np.float64] | None = None

    def sums(self, weights: NDArray[np.uint16]) -> NDArray[np.float64]:
        """(B, cells) for (B, items) weights; whole numbers are exact."""
        return _core.weigh(weights, self.item, self.cell, self.cells, self.amount)

    def holders(self, clusters: Clusters) -> NDArray[np.int64]:
        """(cells,) how many clusters have a row of each cell."""
        number = clusters.number[self.item]
        there, drawn = number >= 0, max(clusters.count, 1)
        held = np.unique(self.cell[there].astype(np.int64) * drawn + number[there]) // drawn
        return np.bincount(held, minlength=self.cells)


def bootstrap_statistic(
    tally: Tally,
    statistic: Statistic,
    names: tuple[str, ...],
    *,
    resting_on: NDArray[np.int64],
    clusters: Clusters | None = None,
    plan: Plan | None = None,
) -> Bounds:
    """Bounds of a statistic of one run.

    Args:
        names: (K,) of the numbers, along the last axis of what `statistic` gives.
        resting_on: (..., K) the cell whose rows are the objects behind each number; -1 is any.

    Raises:
        RequestError: The clusters do not fit the images.
    """
    clusters, plan = _complete(tally, clusters, plan)
    ((estimate, replicates),) = _draw((tally,), statistic, clusters, plan)
    rest = _support(tally, resting_on, clusters)
    return bounds(names, estimate, replicates, plan.confidence, rest)


def paired_statistic(
    first: Tally,
    second: Tally,
    statistic: Statistic,
    names: tuple[str, ...],
    *,
    resting_on: NDArray[np.int64],
    clusters: Clusters | None = None,
    plan: Plan | None = None,
) -> Bounds:
    """Bounds of a difference, second less first, over the same drawn images.

    Raises:
        RequestError: The tallies are not of the same images and sums.
    """
    if (first.items, first.cells) != (second.items, second.cells):
        raise RequestError(
            "the two runs were not counted over the same images and classes",
            fix="count both against one project state",
            code="E-PAIRED-TRUTH",
        )
    clusters, plan = _complete(first, clusters, plan)
    before, after = _draw((first, second), statistic, clusters, plan)
    rest = _support(first, resting_on, clusters)
    estimate, replicates = (b - a for a, b in zip(before, after, strict=True))
    return bounds(names, estimate, replicates, plan.confidence, rest, corrected=False)


def _complete(tally: Tally, clusters: Clusters | None, plan: Plan | None) -> tuple[Clusters, Plan]:
    clusters = Clusters.images(tally.items) if clusters is None else clusters
    clusters.fit(tally.items)
    return clusters, plan or Plan()


def _draw(
    tallies: Sequence[Tally], statistic: Statistic, clusters: Clusters, plan: Plan
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Of each tally: its own numbers, and those of every replicate, all of the same images."""
    once = clusters.takes_part.astype(np.uint16)[None]
    drawn: list[list[NDArray[np.float64]]] = [[] for _ in tallies]
    for weights in clusters.draw(plan.replicates, plan.seed):
        for tally, sums in zip(tallies, drawn, strict=True):
            sums.append(tally.sums(weights))
    return [
        (statistic(tally.sums(once))[0], statistic(np.concatenate(sums)))
        for tally, sums in zip(tallies, drawn, strict=True)
    ]


def _support(tally: Tally, resting_on: NDArray[np.int64], clusters: Clusters) -> Support:
    there = clusters.takes_part[tally.item]
    amount = np.ones(there.size) if tally.amount is None else tally.amount
    rows = np.bincount(tally.cell[there], amount[there], minlength=tally.cells).astype(np.int64)
    rows = np.append(rows, rows.sum())
    holders = np.append(tally.holders(clusters), clusters.holding(tally.item))
    return Support(
        objects=rows[resting_on],
        holders=holders[resting_on],
        drawn=clusters.count,
        unit=clusters.unit,
    )


def counts_tally(
    view: Comparable, matches: MatchesAt, confidence: float | NDArray[np.float64]
) -> Tally:
    """TP, FP and objects per class at one operating point; cell = 3 * class + what.

    Args:
        confidence: Least confidence, or one for each class, (C,).
    """
    shown = predictions_shown(view, confidence)
    rows = [
        (view.predictions, matches.right & shown, TP),
        (view.predictions, matches.wrong & shown, FP),
        (view.truth, view.counted, OBJECTS),
    ]
    return Tally(
        items=view.items,
        cells=3 * view.classes,
        item=np.concatenate([side.item[chosen] for side, chosen, _ in rows]),
        cell=np.concatenate([3 * side.class_id[chosen] + what for side, chosen, what in rows]),
    )


def pooled(tally: Tally, classes: Classes = None) -> Tally:
    """A `counts_tally` with the classes, or some of them, together: one row an image and sum.

    Its sums are those of the classes, from as many rows as there are images at most.
    """
    of_class, what = np.divmod(tally.cell, 3)
    kept = np.ones(what.size, np.bool_) if classes is None else np.isin(of_class, classes)
    place = tally.item[kept].astype(np.int64) * 3 + what[kept]
    amount = np.bincount(place, minlength=3 * tally.items)
    held = np.flatnonzero(amount)
    item, cell = np.divmod(held.astype(np.int32), np.int32(3))
    return Tally(
        items=tally.items, cells=3, item=item, cell=cell, amount=amount[held].astype(np.float64)
    )


def pooled_rates(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Precision, recall and F1 over all classes together, (B, 3), from a `counts_tally`."""
    return rates(sums.reshape(len(sums), -1, 3).sum(axis=1))


def rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 3) precision, recall and F1 of (..., 3) TP, FP and objects."""
    tp, fp, objects = (counts[..., k] for k in (TP, FP, OBJECTS))
    shown = tp + fp
    return np.stack(
        [ratio_where(tp, shown), ratio_where(tp, objects), ratio_where(2 * tp, shown + objects)],
        axis=-1,
    )


def ratio_where(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """The quotient; nan where the whole is nothing."""
    nothing = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=nothing, where=whole > 0)
    return nothing
