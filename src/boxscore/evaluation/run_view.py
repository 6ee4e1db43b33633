"""One run held ready for live questions: its rows, candidate pairs and remembered matches."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.class_curves import ClassCurves, class_curves
from boxscore.evaluation.confusion import (
    Cells,
    Confusion,
    cells,
    confusion,
    leftover,
    matrix_of,
)
from boxscore.evaluation.counts import Classes, Counts, count
from boxscore.evaluation.curves import Sweep, sweep
from boxscore.evaluation.lrp import Lrp, optimal_lrp
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.reasons import (
    BestOverlaps,
    Misses,
    PairsByTruth,
    Reasons,
    best_overlaps,
    error_kinds,
    explain,
    explain_misses,
)
from boxscore.evaluation.tide import Tide, assign, tide
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import PAIR_FLOOR
from boxscore.matching.recount import LiveMatching
from boxscore.schema.tables import Table

REFERENCE_IOU = 0.5
"""IoU threshold at which the default confidence is chosen."""
KEPT = 4
"""IoU thresholds whose pairs across classes are remembered."""


@dataclass(slots=True)
class RunView:
    """A run in memory.

    Attributes:
        view: The rows compared.
        pairs: Candidate pairs.
        numbers: COCO's numbers of the run.
        live: Matches at any threshold.
        best: Best overlaps of each prediction.
    """

    view: Comparable
    pairs: Table
    numbers: Numbers
    max_detections: int = 100
    live: LiveMatching = field(init=False)
    best: BestOverlaps = field(init=False)
    _leftover: dict[float, Table] = field(init=False, default_factory=dict)
    _share: NDArray[np.float64] | None = field(init=False, default=None)
    _rank: NDArray[np.int32] | None = field(init=False, default=None)
    _by_truth: PairsByTruth | None = field(init=False, default=None)
    _default: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.live = LiveMatching(self.view, self.pairs, self.max_detections)
        self.best = best_overlaps(self.view, self.pairs)

    def reasons(self, iou: float, rows: NDArray[np.int64]) -> Reasons:
        """What some predictions are at one IoU threshold, and why."""
        return explain(self.view, self.pairs, self.live.at(iou), self.best, rows)

    def kinds(self, iou: float, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """ErrorKind of some predictions at one IoU threshold."""
        return error_kinds(self.live.at(iou), self.best, rows=rows)

    def cells(self, iou: float, confidence: float, *, ranked: bool = False) -> Cells:
        """The cell of the confusion matrix of every object at one operating point.

        Args:
            ranked: Predictions come by falling confidence, not by row.
        """
        matches, shown = self.live.at(iou), self.live.shown(confidence)
        if iou not in self._leftover:
            while len(self._leftover) >= KEPT:
                self._leftover.pop(next(iter(self._leftover)), None)
            self._leftover[iou] = leftover(self.pairs, matches)
        shown = shown if ranked else np.flatnonzero(self.view.confidence >= confidence)
        return cells(self.view, self._leftover[iou], matches, confidence, shown)

    def truth_share(self, items: Table) -> NDArray[np.float64]:
        """(G,) relative size of each ground truth: the square root of its share of the image."""
        if self._share is None:
            side = self.view.truth
            pixels = items["width"].astype(np.float64) * items["height"]
            area = side.box[:, 2] * side.box[:, 3]
            self._share = np.sqrt(np.clip(area / np.maximum(pixels[side.item], 1), 0, 1))
        return self._share

    def truth_rank(self, items: Table) -> NDArray[np.int32]:
        """(G,) place of each ground truth by falling relative size; of equals the first row."""
        if self._rank is None:
            order = np.argsort(-self.truth_share(items), kind="stable")
            rank = np.empty(order.size, np.int32)
            rank[order] = np.arange(order.size)
            self._rank = rank
        return self._rank

    def misses(self, iou: float, confidence: float, rows: NDArray[np.int64]) -> Misses:
        """Why each of some missed ground truths was missed."""
        if self._by_truth is None:
            self._by_truth = PairsByTruth(self.pairs)
        matches = self.live.at(iou)
        return explain_misses(self.view, self.pairs, self._by_truth, matches, confidence, rows)

    def sweep(self, iou: float, classes: Classes = None, items: Items = None) -> Sweep:
        """All operating points at one IoU threshold."""
        return sweep(self.view, self.live.at(iou), classes, items)

    def class_curves(
        self, iou: float, classes: Classes = None, items: Items = None, steps: int = 100
    ) -> ClassCurves:
        """Every class at every threshold of a common grid."""
        return class_curves(self.view, self.live.at(iou), classes, items, steps)

    def confusion(
        self, iou: float, confidence: float, classes: Classes = None, items: Items = None
    ) -> Confusion:
        """Who was taken for whom at one operating point."""
        matches = self.live.at(iou)
        return confusion(self.view, self.pairs, matches, confidence, items, classes)

    def confusion_matrix(
        self, iou: float, confidence: float, classes: Classes = None, items: Items = None
    ) -> NDArray[np.int64]:
        """The matrix of `confusion` alone, several times as fast."""
        found = self.cells(iou, confidence, ranked=True)
        return matrix_of(found, self.view, items, classes)

    def optimal_lrp(
        self, iou: float = REFERENCE_IOU, classes: Classes = None, items: Items = None
    ) -> Lrp:
        """Each class at the confidence of its least LRP."""
        return optimal_lrp(self.view, self.pairs, self.live.at(iou), items, classes)

    def tide(
        self,
        iou: float = REFERENCE_IOU,
        classes: Classes = None,
        items: Items = None,
        *,
        background: float = PAIR_FLOOR,
        published: bool = True,
    ) -> Tide:
        """What each kind of error costs."""
        errors = assign(self.view, self.live.at(iou), self.best, background=background)
        return tide(self.view, errors, items, classes, published=published)

    def default_confidence(self, items: Items = None) -> float:
        """The confidence with the highest pooled F1 at IoU 0.5; 0 when F1 is undefined."""
        if items is not None:
            return self._best_confidence(items)
        if self._default is None:
            self._default = self._best_confidence(None)
        return self._default

    def default_counts(self) -> Counts:
        """The counts at the reference IoU and the default confidence."""
        return count(self.view, self.live.at(REFERENCE_IOU), self.default_confidence())

    def _best_confidence(self, items: Items) -> float:
        confidence, _ = self.sweep(REFERENCE_IOU, items=items).best()
        return confidence if np.isfinite(confidence) else 0.0
