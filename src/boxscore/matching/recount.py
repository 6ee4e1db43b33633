"""An exact recount at any IoU and confidence, from the candidate pairs alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import PAIR_FLOOR
from boxscore.schema.tables import Table

KEPT = 64
"""IoU thresholds whose matches are remembered, at most; a slider visits few."""
KEPT_BYTES = 256 << 20
"""What they may take together; the last two are kept whatever they take."""


@dataclass(frozen=True)
class Ranked:
    """The P predictions of a run by falling confidence; equals keep their order.

    Its columns are gathered when they are first asked for, and stay: 12 bytes a prediction.

    Attributes:
        rows: (P,) where each comes from.
    """

    rows: NDArray[np.int64]
    view: Comparable

    @cached_property
    def most_on_an_image(self) -> int:
        """Predictions of all classes on the image with most of them."""
        return int(np.bincount(self.view.predictions.item, minlength=1).max())

    @cached_property
    def class_id(self) -> NDArray[np.int32]:
        """(P,) class of each, in this order."""
        return self.view.predictions.class_id[self.rows]

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """(P,) confidence of each, in this order: falling."""
        return self.view.confidence[self.rows]


@dataclass(frozen=True)
class MatchesAt:
    """Who got whom at one IoU threshold, at every confidence at once.

    Matching goes by falling confidence, so leaving out predictions below a confidence never
    changes the matches above it.

    Attributes:
        iou: The threshold, inclusive.
        ground_truth: (P,) int32, the ground truth that a prediction got, or -1.
        prediction: (G,) int32, the prediction that a counted ground truth got, or -1.
        ignored: (P,) bool, matched with a label that does not count: neither right nor wrong.
        considered: (P,) bool, within the protocol's most predictions per image and class.
        excused: (P,) bool, not wrong without a match.
        ranked: The predictions by falling confidence.
    """

    iou: float
    ground_truth: NDArray[np.int32]
    prediction: NDArray[np.int32]
    ignored: NDArray[np.bool_]
    considered: NDArray[np.bool_]
    excused: NDArray[np.bool_]
    ranked: Ranked

    @property
    def order(self) -> NDArray[np.int64]:
        """(P,) predictions by falling confidence; equals keep their order."""
        return self.ranked.rows

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(P,) true positives, whatever their confidence."""
        return (self.ground_truth >= 0) & ~self.ignored

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """(P,) false positives, whatever their confidence."""
        return (self.ground_truth < 0) & self.considered & ~self.excused

    @property
    def nbytes(self) -> int:
        """Bytes that one threshold takes, both of the above included."""
        return self.ground_truth.nbytes + self.prediction.nbytes + 3 * self.ignored.nbytes


class LiveMatching:
    """Matches of one run at any IoU threshold, remembered per threshold.

    Args:
        view: The rows compared.
        pairs: Their candidate pairs.
        max_detections: Most predictions per image and class.
    """

    def __init__(self, view: Comparable, pairs: Table, max_detections: int = 100) -> None:
        self.view, self.pairs = view, pairs
        self._recount = _core.Recount(
            view.truth.class_id,
            (~view.counted).astype(np.uint8),
            view.crowd,
            view.predictions.item,
            view.predictions.class_id,
            view.confidence,
            pairs["prediction"],
            pairs["ground_truth"],
            pairs["iou"],
            max_detections=max_detections,
        )
        self._considered = self._recount.considered.astype(np.bool_)
        excused = np.zeros(view.confidence.size) if view.excused is None else view.excused
        self._excused = excused.astype(np.bool_)
        self._ranked = Ranked(np.argsort(-view.confidence, kind="stable"), view)
        self._kept: dict[float, MatchesAt] = {}

    def at(self, iou: float) -> MatchesAt:
        """Matches at one threshold.

        Raises:
            RequestError: The threshold lies below the least IoU of a candidate pair, or above 1.
        """
        if not PAIR_FLOOR <= iou <= 1:
            raise RequestError(
                f"IoU threshold {iou} is outside {PAIR_FLOOR} to 1",
                fix=f"choose a threshold from {PAIR_FLOOR} to 1",
                code="E-IOU-RANGE",
            )
        if iou not in self._kept:
            found = self._match(iou)
            while len(self._kept) >= max(2, min(KEPT, KEPT_BYTES // max(found.nbytes, 1))):
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[iou] = found
            return found
        return self._kept[iou]

    def shown(self, confidence: float) -> NDArray[np.int64]:
        """Predictions at or above a confidence, by falling confidence."""
        order = self._ranked.rows
        low, high = 0, order.size
        while low < high:
            middle = (low + high) // 2
            if self.view.confidence[order[middle]] >= confidence:
                low = middle + 1
            else:
                high = middle
        return order[:low]

    def _match(self, iou: float) -> MatchesAt:
        ground_truth, ignored, prediction = self._recount.at(iou)
        return MatchesAt(
            iou=iou,
            ground_truth=ground_truth,
            prediction=prediction,
            ignored=ignored.view(np.bool_),
            considered=self._considered,
            excused=self._excused,
            ranked=self._ranked,
        )
