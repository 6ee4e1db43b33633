"""Labels that are missing: predictions that deserve trust and that no label explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.first_best import first_best
from boxscore.evaluation.suspects.evidence import MATCH, Evidence, among, shares_inside
from boxscore.evaluation.suspects.issues import Floats, Issue, Rows, Suspects
from boxscore.evaluation.suspects.logistic import ramp


@dataclass(frozen=True, slots=True)
class Pointing:
    """Predictions of one run that point at an error; arrays are (N,)."""

    prediction: Rows
    truth: Rows
    score: Floats
    iou: Floats
    expected: Floats
    own: Floats


# --- missing ---------------------------------------------------------------------------------


def missing(runs: Sequence[Evidence], weights: Floats) -> Suspects:
    """Predictions that deserve trust and that no label explains, one for each place.

    A place is claimed by the best of the predictions that overlap at IoU 0.5, of any class and run.
    """
    found = [_unexplained(run) for run in runs]
    run = np.repeat(np.arange(len(runs)), [one.prediction.size for one in found])
    prediction = np.concatenate([one.prediction for one in found])
    score = np.concatenate([one.score for one in found])
    trust = np.concatenate([r.trust[one.prediction] for r, one in zip(runs, found, strict=True)])
    agreeing = np.ones(run.size, np.int64)
    total = np.log1p(-np.minimum(score, 1 - 1e-9)) * weights[run]
    near = _neighbours(runs, run, prediction)
    same = near.same & (run[near.a] != run[near.b])
    total, agreeing = _joined(near.a[same], near.b[same], run, score, weights, total, agreeing)
    joint: Floats = -np.expm1(total)
    kept = _first_of_place(joint, near)
    return Suspects.of(
        Issue.MISSING,
        joint[kept],
        run=run[kept].astype(np.int64),
        prediction=prediction[kept],
        trust=trust[kept],
        agreeing=agreeing[kept],
    )


def _unexplained(run: Evidence) -> Pointing:
    """Predictions of a run with what remains of its trust when labels nearby are considered."""
    best = run.best
    covered = _covered(run)
    free = (
        (1 - ramp(best.same_iou, 0.2, MATCH))
        * (1 - ramp(best.other_iou, 0.4, 0.8))
        * (1 - 0.5 * covered)
    )
    score = run.trust * free
    score[run.matches.ignored | (run.matches.ground_truth >= 0)] = 0
    _, at = _excused(run)
    score[at] = 0
    rows = np.flatnonzero(score > 0)
    plain = np.full(rows.size, np.nan)
    return Pointing(rows, np.full(rows.size, -1), score[rows], plain, plain, np.zeros(rows.size))


def _covered(run: Evidence) -> Floats:
    """(P,) largest share of a prediction, or of a label of its class, that the other covers."""
    view = run.view
    most = np.zeros(view.confidence.size)
    for truth, found in ((view.truth, view.predictions), (view.predictions, view.truth)):
        shares = shares_inside(view, truth, found)
        p, g = shares["prediction"], shares["ground_truth"]
        p, g = (p, g) if found is view.predictions else (g, p)
        chosen = (view.predictions.class_id[p] == view.truth.class_id[g]) & (view.crowd[g] == 0)
        np.maximum.at(most, p[chosen], shares["iou"][chosen])
    return most


def _excused(run: Evidence) -> tuple[Rows, Rows]:
    """Pairs with excused regions: their labels, and the predictions that lie half inside."""
    pairs = run.pairs
    inside = (run.view.crowd[pairs["ground_truth"]] != 0) & (pairs["iou"] >= MATCH)
    return pairs["ground_truth"][inside].astype(np.int64), pairs["prediction"][inside].astype(
        np.int64
    )


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Pairs of candidates at one place, both ways; `same`: of one class."""

    a: Rows
    b: Rows
    same: NDArray[np.bool_]


def _neighbours(runs: Sequence[Evidence], run: Rows, prediction: Rows) -> Neighbours:
    """Candidates of all runs that overlap at IoU 0.5."""
    number = [np.full(r.view.confidence.size, -1, np.int64) for r in runs]
    for k in range(len(runs)):
        mine = np.flatnonzero(run == k)
        number[k][prediction[mine]] = mine
    parts: list[tuple[Rows, Rows, NDArray[np.bool_]]] = []
    for i, first in enumerate(runs):
        for j, second in enumerate(runs):
            a, b = first.view.predictions, second.view.predictions
            pairs = among(first.view, a, b, second.view.confidence)
            x, y = pairs["ground_truth"], pairs["prediction"]
            near = (pairs["iou"] >= MATCH) & (number[i][x] >= 0) & (number[j][y] >= 0)
            near &= number[i][x] != number[j][y]
            x, y = x[near], y[near]
            parts.append((number[i][x], number[j][y], a.class_id[x] == b.class_id[y]))
    whole = [np.concatenate(part) for part in zip(*parts, strict=True)]
    return Neighbours(whole[0], whole[1], whole[2])


def _joined(
    a: Rows, b: Rows, run: Rows, score: Floats, weights: Floats, total: Floats, agreeing: Rows
) -> tuple[Floats, Rows]:
    """Add to each candidate the best of every other run that says the same."""
    if not a.size:
        return total, agreeing
    group = a * (run.max() + 1) + run[b]
    order = np.argsort(group, kind="stable")
    _, at = first_best(group[order], score[b[order]])
    at = order[at]
    np.add.at(total, a[at], np.log1p(-np.minimum(score[b[at]], 1 - 1e-9)) * weights[run[b[at]]])
    np.add.at(agreeing, a[at], 1)
    return total, agreeing


def _first_of_place(score: Floats, near: Neighbours) -> Rows:
    """Candidates that no better one at their place makes needless, by falling score."""
    order = np.argsort(-score, kind="stable")
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    by = np.argsort(rank[near.a], kind="stable")
    a, b = near.a[by], near.b[by]
    start = np.searchsorted(rank[a], np.arange(order.size + 1))
    gone = np.zeros(order.size, np.bool_)
    for k, one in enumerate(order.tolist()):
        if not gone[one] and start[k] < start[k + 1]:
            gone[b[start[k] : start[k + 1]]] = True
            gone[one] = False
    return order[~gone[order]]
