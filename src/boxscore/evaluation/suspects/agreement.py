"""How independent runs are of each other: a copy that agrees with its original proves little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.suspects.evidence import Evidence, among

SAME = 0.75
"""IoU from which two runs have drawn the same box."""
FEWEST = 20
"""False predictions from which a share of them is told."""


def shared_errors(runs: Sequence[Evidence]) -> NDArray[np.float64]:
    """(R, R) share of the boldest false predictions of run j that run i has as well.

    Of each run as many are looked at as it has labels right, the most confident first; having as
    well is a prediction of the same class at IoU 0.75 that is false in run i too. Two models of
    different origin share few of them, a quantised or retrained copy many. nan below 20.
    """
    shares = np.eye(len(runs))
    for j, found in enumerate(runs):
        wrong = found.matches.order[found.matches.wrong[found.matches.order]]
        bold = wrong[: max(int(found.matches.right.sum()), FEWEST)]
        for i, other in enumerate(runs):
            if i != j:
                shares[i, j] = _share(other, found, bold)
    return shares


def _share(first: Evidence, second: Evidence, bold: NDArray[np.int64]) -> float:
    if bold.size < FEWEST:
        return float("nan")
    pairs = among(
        first.view, first.view.predictions, second.view.predictions, second.view.confidence
    )
    a, b = pairs["ground_truth"], pairs["prediction"]
    classes = first.view.predictions.class_id[a] == second.view.predictions.class_id[b]
    same = (pairs["iou"] >= SAME) & classes & first.matches.wrong[a]
    has = np.zeros(second.view.confidence.size, np.bool_)
    has[b[same]] = True
    return float(has[bold].mean())


def weights(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(R,) how much each run adds to those before it, from 0 (a copy) to 1.

    Args:
        shares: As of `shared_errors`; where nothing is known a run counts half.
    """
    known = np.where(np.isnan(shares), 0.5, shares)
    return np.array([1 - known[:k, k].max(initial=0.0) for k in range(len(shares))])
