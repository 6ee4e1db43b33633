"""One run held ready for live questions: its rows, candidate pairs and remembered matches."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.class_curves import ClassCurves, class_curves
from boxscore.evaluation.confusion import Confusion, confusion, taken_for
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
    explain,
    explain_misses,
)
from boxscore.evaluation.tide import Tide, assign, tide
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import PAIR_FLOOR
from boxscore.matching.recount import LiveMatching, MatchesAt
from boxscore.schema.tables import Table

REFERENCE_IOU = 0.5
"""IoU threshold at which the default confidence is chosen."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Everything about one IoU threshold that does not depend on confidence.

    Attributes:
        matches: Who got whom.
        reasons: What each prediction is, and why.
    """

    matches: MatchesAt
    reasons: Reasons


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
    _outcomes: dict[float, Outcomes] = field(init=False, default_factory=dict)
    _by_truth: PairsByTruth | None = field(init=False, default=None)
    _default: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.live = LiveMatching(self.view, self.pairs, self.max_detections)
        self.best = best_overlaps(self.view, self.pairs)

    def outcomes(self, iou: float) -> Outcomes:
        """Matches and reasons at one IoU threshold; remembered for the last few."""
        if iou not in self._outcomes:
            if len(self._outcomes) >= 8:
                self._outcomes.pop(next(iter(self._outcomes)))
            matches = self.live.at(iou)
            reasons = explain(self.view, self.pairs, matches, self.best)
            self._outcomes[iou] = Outcomes(matches, reasons)
        return self._outcomes[iou]

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

    def taken_for(
        self, iou: float, confidence: float, shown: NDArray[np.int64], missed: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Row and column of the confusion matrix of shown predictions, then of missed objects."""
        return taken_for(self.view, self.pairs, self.live.at(iou), confidence, shown, missed)

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
