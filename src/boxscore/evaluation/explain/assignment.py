"""Predictions to ground truth under any assignment rule, all groups and thresholds at once.

A group is one class on one image; groups never compete, so the most confident prediction of all
groups is decided in one step, then all second ones, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.explain.rules import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Predictions and ground truths of one class on one image that overlap, N rows.

    Attributes:
        prediction: (N,) row of the predictions kept; equal ones stand together.
        ground_truth: (N,) row of the ground truth kept, ascending within a prediction.
        overlap: (N,) IoU, or for an ignored crowd region the share of the prediction inside.
        step: (N,) how many overlapping predictions of its group go before this prediction.
    """

    prediction: NDArray[np.int64]
    ground_truth: NDArray[np.int64]
    overlap: NDArray[np.float64]
    step: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """(P, T) per prediction kept and IoU threshold: right, or not to be counted; else wrong."""

    right: NDArray[np.bool_]
    ignored: NDArray[np.bool_]


def assign(
    pairs: Pairs,
    rule: Assignment,
    thresholds: NDArray[np.float64],
    predictions: int,
    ignored: NDArray[np.bool_],
    shared: NDArray[np.bool_],
) -> Verdicts:
    """Decide every prediction at every threshold.

    Args:
        thresholds: (T,) least overlaps, inclusive.
        predictions: P.
        ignored: (G,) ground truth that never counts.
        shared: (G,) ground truth that any number of predictions may have: crowd regions.
    """
    right = np.zeros((predictions, thresholds.size), np.bool_)
    skipped = np.zeros_like(right)
    taken = np.zeros((ignored.size, thresholds.size), np.bool_)
    order = np.argsort(pairs.step, kind="stable")
    ends = np.searchsorted(pairs.step[order], np.arange(pairs.step.max(initial=-1) + 2))
    for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        rows = order[first:last]
        now = _Step(
            pairs.prediction[rows], pairs.ground_truth[rows], pairs.overlap[rows], thresholds
        )
        if rule in (Assignment.BEST_ONLY, Assignment.BEST_ONLY_CLOSEST):
            _best_only(now, taken, ignored, right, skipped)
        else:
            _best_free(now, rule, taken, ignored, shared, right, skipped)
    return Verdicts(right=right, ignored=skipped)


class _Step:
    """The pairs of one prediction per group, with the best pair of each by any criterion."""

    def __init__(
        self,
        prediction: NDArray[np.int64],
        ground_truth: NDArray[np.int64],
        overlap: NDArray[np.float64],
        thresholds: NDArray[np.float64],
    ) -> None:
        self.ground_truth, self.overlap = ground_truth, overlap
        self.starts = np.flatnonzero(np.diff(prediction, prepend=-1))
        self.sizes = np.diff(self.starts, append=prediction.size)
        self.prediction = prediction[self.starts]
        self.enough = overlap[:, None] >= thresholds[None, :]

    def best(self, allowed: NDArray[np.bool_], last: bool) -> NDArray[np.int64]:
        """(m, T) pair of greatest overlap among the allowed (N, T) of each prediction, or -1."""
        value = np.where(allowed, self.overlap[:, None], -1.0)
        most = np.repeat(np.maximum.reduceat(value, self.starts), self.sizes, axis=0)
        place = np.arange(self.overlap.size)[:, None]
        equal = allowed & (value == most)
        if last:
            chosen = np.maximum.reduceat(np.where(equal, place, -1), self.starts)
        else:
            none = self.overlap.size
            chosen = np.minimum.reduceat(np.where(equal, place, none), self.starts)
            chosen = np.where(chosen == none, -1, chosen)
        return np.asarray(chosen, np.int64)


def _best_free(
    now: _Step,
    rule: Assignment,
    taken: NDArray[np.bool_],
    ignored: NDArray[np.bool_],
    shared: NDArray[np.bool_],
    right: NDArray[np.bool_],
    skipped: NDArray[np.bool_],
) -> None:
    last = rule is Assignment.BEST_FREE
    counts = ~ignored[now.ground_truth][:, None]
    free = now.enough & (~taken[now.ground_truth] | shared[now.ground_truth][:, None])
    chosen = now.best(free & counts, last)
    who, at = np.nonzero(chosen >= 0)
    right[now.prediction[who], at] = True
    taken[now.ground_truth[chosen[who, at]], at] = True
    beside = now.best(free & ~counts, last)
    who, at = np.nonzero((chosen < 0) & (beside >= 0))
    skipped[now.prediction[who], at] = True
    taken[now.ground_truth[beside[who, at]], at] = True


def _best_only(
    now: _Step,
    taken: NDArray[np.bool_],
    ignored: NDArray[np.bool_],
    right: NDArray[np.bool_],
    skipped: NDArray[np.bool_],
) -> None:
    chosen = now.best(np.ones_like(now.enough), last=False)
    who, at = np.nonzero(np.take_along_axis(now.enough, chosen, axis=0))
    ground_truth = now.ground_truth[chosen[who, at]]
    beside = ignored[ground_truth]
    skipped[now.prediction[who[beside]], at[beside]] = True
    new = ~beside & ~taken[ground_truth, at]
    right[now.prediction[who[new]], at[new]] = True
    taken[ground_truth[new], at[new]] = True
