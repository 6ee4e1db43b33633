"""How well boxes that are read in one way lie on the ground truth: what the doctor believes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import Annotations, boxes_of

MOST_RECORDS = 20_000
WELL_PLACED = 0.5
"""IoU from which a record says something about classes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Boxes of the ground truth, sorted by item.

    Attributes:
        item, class_id: (G,) int32.
        box: (G, 4) x, y, width, height in pixels.
    """

    item: NDArray[np.int32]
    class_id: NDArray[np.int32]
    box: NDArray[np.float64]

    @classmethod
    def of(cls, ground_truth: Annotations | None) -> Evidence:
        """Objects with a box; nothing when there is no ground truth."""
        if ground_truth is None:
            return cls(np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, 4)))
        table = ground_truth.table
        rows = np.flatnonzero((table["kind"] != Kind.CLASSIFICATION) & np.isfinite(table["x"]))
        chosen = table.take(rows)
        return cls(chosen["item"], chosen["class_id"], boxes_of(chosen))

    def best(
        self, item: NDArray[np.int32], box: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64]]:
        """Overlaps of N records with the ground truth, whatever the classes.

        Returns:
            (N,) best IoU of each record, 0 without; (N,) row of that ground truth, -1 without;
            (G,) best IoU of each ground truth on the items that have records, nan elsewhere.
        """
        order = np.argsort(item, kind="stable")
        crowd = np.zeros(self.item.size, np.uint8)
        pred, truth, iou = _core.candidate_pairs(
            self.item, self.box, crowd, item[order].astype(np.int32), box[order].copy(), 0.1
        )
        value, place = np.zeros(item.size), np.full(item.size, -1, np.int32)
        rank = np.argsort(iou, kind="stable")
        value[order[pred[rank]]] = iou[rank]
        place[order[pred[rank]]] = truth[rank]
        seen = np.isin(self.item, np.unique(item))
        reached = np.where(seen, 0.0, np.nan)
        np.maximum.at(reached, truth, iou)
        return value, place, reached

    def due(self, item: NDArray[np.int32]) -> int:
        """Ground truths that N records could reach: on no image more than it has records."""
        size = max(int(self.item.max(initial=-1)), int(item.max(initial=-1))) + 1
        labels, records = (np.bincount(rows, minlength=size) for rows in (self.item, item))
        return int(np.minimum(labels, records).sum())


def sample(item: NDArray[np.int32], confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    """At most 20,000 records: all of some items, spread evenly, confident ones first."""
    rows = np.flatnonzero(item >= 0)
    if rows.size <= MOST_RECORDS:
        return rows.astype(np.int64)
    items = np.unique(item[rows])
    share = MOST_RECORDS / rows.size
    kept = items[np.linspace(0, items.size - 1, max(int(items.size * share), 1)).astype(np.int64)]
    rows = rows[np.isin(item[rows], kept)]
    order = np.argsort(-np.nan_to_num(confidence[rows]), kind="stable")
    return np.sort(rows[order[:MOST_RECORDS]]).astype(np.int64)
