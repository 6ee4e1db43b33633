"""HOTA: detection and association judged together, over 19 least IoUs from 0.05 to 0.95.

Each frame is assigned once, by overlap weighted with how well the two tracks agree over the whole
sequence. Source: Luiten et al. 2020, "HOTA: A Higher Order Metric for Evaluating Multi-Object
Tracking", as TrackEval computes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.tracking_frames import Sequence
from boxscore.kernels import _core

ALPHAS = np.arange(0.05, 0.99, 0.05)
EPS = float(np.finfo(np.float64).eps)


def _zeros() -> NDArray[np.float64]:
    return np.zeros(ALPHAS.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class HotaCounts:
    """What sequences and classes add up, (19,) per least IoU.

    Attributes:
        tp, fn, fp: Boxes.
        association: Sum over the matches of the Jaccard index of their two tracks.
        location: Sum over the matches of their IoU.
    """

    tp: NDArray[np.float64] = field(default_factory=_zeros)
    fn: NDArray[np.float64] = field(default_factory=_zeros)
    fp: NDArray[np.float64] = field(default_factory=_zeros)
    association: NDArray[np.float64] = field(default_factory=_zeros)
    location: NDArray[np.float64] = field(default_factory=_zeros)

    def rates(self) -> dict[str, float]:
        """Means over the least IoUs; nan without a box, LocA and AssA also without a match.

        Where no box reaches a least IoU, DetA and AssA are 0 and LocA is 1 there, as published.
        """
        boxes = self.tp + self.fn + self.fp
        if not boxes[0]:
            return dict.fromkeys(("HOTA", "DetA", "AssA", "LocA"), float("nan"))
        detection = self.tp / boxes
        association = self.association / np.maximum(self.tp, 1)
        location = np.where(self.tp > 0, self.location / np.maximum(self.tp, 1), 1.0)
        some = bool(self.tp[0])
        return {
            "HOTA": float(np.sqrt(detection * association).mean()),
            "DetA": float(detection.mean()),
            "AssA": float(association.mean()) if some else float("nan"),
            "LocA": float(location.mean()) if some else float("nan"),
        }


def hota_counts(sequence: Sequence) -> HotaCounts:
    """Match one sequence at all least IoUs."""
    alignment = _alignment(sequence)
    pairs, ious = [np.empty(0, np.int64)], [np.empty(0)]
    for frame in sequence.frames:
        weight = alignment[np.ix_(frame.truth, frame.found)] * frame.iou
        row, column = _core.assign(-weight)
        pairs.append(frame.truth[row] * sequence.found_length.size + frame.found[column])
        ious.append(frame.iou[row, column])
    return _at_all(sequence, np.concatenate(pairs), np.concatenate(ious))


def _alignment(sequence: Sequence) -> NDArray[np.float64]:
    """(G, H) soft Jaccard index of each true and predicted track."""
    potential = np.zeros((sequence.truth_length.size, sequence.found_length.size))
    for frame in sequence.frames:
        iou = frame.iou
        rivals = iou.sum(0)[None, :] + iou.sum(1)[:, None] - iou
        share = np.divide(iou, rivals, out=np.zeros_like(iou), where=rivals > EPS)
        potential[np.ix_(frame.truth, frame.found)] += share
    lengths = sequence.truth_length[:, None] + sequence.found_length[None, :]
    jaccard: NDArray[np.float64] = potential / (lengths - potential)
    return jaccard


def _at_all(sequence: Sequence, pairs: NDArray[np.int64], ious: NDArray[np.float64]) -> HotaCounts:
    """Counts of the assigned pairs that reach each least IoU."""
    tp, association, location = _zeros(), _zeros(), _zeros()
    for k, alpha in enumerate(ALPHAS):
        reached = ious >= alpha - EPS
        pair, count = np.unique(pairs[reached], return_counts=True)
        truth, found = np.divmod(pair, max(sequence.found_length.size, 1))
        either = sequence.truth_length[truth] + sequence.found_length[found] - count
        tp[k] = count.sum()
        association[k] = (count * (count / either)).sum()
        location[k] = ious[reached].sum()
    return HotaCounts(
        tp=tp,
        fn=sequence.truth_length.sum() - tp,
        fp=sequence.found_length.sum() - tp,
        association=association,
        location=location,
    )
