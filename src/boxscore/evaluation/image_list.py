"""Images with their own counts, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.document import defined
from boxscore.evaluation.error_list import FN, FP, OUTCOME_NAMES, TP, Picked
from boxscore.evaluation.listing import Listing
from boxscore.evaluation.queries import ImageQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageList:
    """The images that fit a filter, in display order.

    Attributes:
        order: (N,) int32, rows of items.
        counts: (3, images) int32, TP, FP and FN of every image of the project.
        f1: (images,) nan where nothing is there to find.
    """

    order: NDArray[np.int32]
    counts: NDArray[np.int32]
    f1: NDArray[np.float64]

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return self.order.nbytes + self.counts.nbytes + self.f1.nbytes

    def page(self, query: ImageQuery) -> list[dict[str, Any]]:
        """Rows with `item`, tp, fp, fn and f1 (null where nothing is there to find)."""
        return [
            {"item": k}
            | {name: int(self.counts[c, k]) for c, name in enumerate(OUTCOME_NAMES)}
            | {"f1": defined(self.f1[k])}
            for k in self.order[query.offset : query.offset + query.limit].tolist()
        ]


def image_list(
    found: Listing, query: ImageQuery, where: Items = None, picked: Picked = None
) -> ImageList:
    """Filter, count and sort the images of a listing.

    Args:
        picked: (P,) and (G,) the predictions and labels of which an image must hold one.
    """
    groups, item, size = found.groups, found.item, found.items.rows
    outcome = groups.outcome.astype(np.int64) * size
    cell = outcome[found.group] + item
    if query.classes is not None:
        cell = cell[np.isin(groups.class_id, query.classes)[found.group]]
    counts = np.bincount(cell, minlength=3 * size).reshape(3, size).astype(np.int32)
    chosen = np.ones(size, np.bool_) if where is None else where.copy()
    for wanted in _wishes(found, query, picked):
        chosen &= np.bincount(item[wanted], minlength=size) > 0
    whole = 2 * counts[TP] + counts[FP] + counts[FN]
    f1 = np.divide(2 * counts[TP], whole, out=np.full(size, np.nan), where=whole > 0)
    rows = np.flatnonzero(chosen)
    order = rows[_order(f1[rows], counts[FP][rows] + counts[FN][rows], query.sort)]
    return ImageList(order=order.astype(np.int32), counts=counts, f1=f1)


def _wishes(found: Listing, query: ImageQuery, picked: Picked) -> list[NDArray[np.bool_]]:
    """(N,) masks of what an image must hold: an object of the outcome, one of the kind, and one
    that is in the cell of the confusion matrix, below the confidence and picked at once.
    """
    groups, wishes = found.groups, []
    known = np.ones(groups.counts.size, np.bool_)
    if query.classes is not None:
        known = np.isin(groups.class_id, query.classes)
    if query.outcome is not None:
        wishes.append((groups.by_outcome(query) & known)[found.group])
    if query.kind is not None:
        wishes.append((groups.by_kind(query) & known)[found.group])
    if (query.labelled, query.predicted, query.below, picked) != (None, None, None, None):
        cell = groups.by_label(query) & groups.within(query)
        cell = cell & groups.by_outcome(query) & groups.by_kind(query)
        flags, below = cell[found.group], found.narrowed(query, picked)
        wishes.append(flags if below is None else flags & below)
    return wishes


def _order(f1: Any, errors: Any, sort: str) -> Any:
    """Worst: lowest F1, of equals the most errors; images without any object come last."""
    if sort == "title":
        return np.arange(f1.size)
    filled = np.nan_to_num(f1, nan=2.0 if sort == "worst" else -1.0)
    if sort == "best":
        return np.lexsort((errors, -filled))
    return np.lexsort((-errors, filled))
