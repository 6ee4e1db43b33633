"""One run held ready for live questions: its rows, candidate pairs and remembered matches."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.curves import Sweep, sweep
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.reasons import BestOverlaps, best_overlaps, error_kinds, partners
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching, MatchesAt
from boxscore.schema.tables import Table

REFERENCE_IOU = 0.5
"""IoU threshold at which the default confidence is chosen."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Everything about one IoU threshold that does not depend on confidence.

    Attributes:
        matches: Who got whom.
        kinds: (P,) ErrorKind, NONE unless the prediction is false.
        partner: (P,) ground truth that explains the prediction, or -1.
    """

    matches: MatchesAt
    kinds: NDArray[np.uint8]
    partner: NDArray[np.int32]


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
    _by_truth: tuple[NDArray[np.int64], NDArray[np.int32]] | None = field(init=False, default=None)
    _default: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.live = LiveMatching(self.view, self.pairs, self.max_detections)
        self.best = best_overlaps(self.view, self.pairs)

    def outcomes(self, iou: float) -> Outcomes:
        """Matches, reasons and partners at one IoU threshold; remembered for the last few."""
        if iou not in self._outcomes:
            if len(self._outcomes) >= 8:
                self._outcomes.pop(next(iter(self._outcomes)))
            matches = self.live.at(iou)
            kinds = error_kinds(matches, self.best)
            self._outcomes[iou] = Outcomes(matches, kinds, partners(matches, self.best, kinds))
        return self._outcomes[iou]

    def pairs_of_truth(self, row: int) -> NDArray[np.int64]:
        """Rows of `pairs` that hold one ground truth, in order of prediction."""
        if self._by_truth is None:
            truth = self.pairs["ground_truth"]
            order = np.argsort(truth, kind="stable")
            self._by_truth = order, truth[order]
        order, truth = self._by_truth
        start, stop = np.searchsorted(truth, [row, row + 1])
        return order[start:stop]

    def sweep(self, iou: float, classes: tuple[int, ...] | None = None) -> Sweep:
        """All operating points at one IoU threshold."""
        return sweep(self.view, self.live.at(iou), classes)

    def default_confidence(self) -> float:
        """The confidence with the highest pooled F1 at IoU 0.5; 0 when F1 is undefined."""
        if self._default is None:
            confidence, _ = self.sweep(REFERENCE_IOU).best()
            self._default = confidence if np.isfinite(confidence) else 0.0
        return self._default
