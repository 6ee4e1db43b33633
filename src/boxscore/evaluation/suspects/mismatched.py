"""Labels that predictions contradict: another class in the same place, or a box that fits badly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.first_best import first_best
from boxscore.evaluation.suspects.evidence import MATCH, Evidence
from boxscore.evaluation.suspects.issues import Floats, Issue, Rows, Suspects
from boxscore.evaluation.suspects.logistic import logit, ramp

ALMOST = 1 - 1e-9
BACKED = 3.0
"""How much trust in another class one of the label's own class makes up for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """Predictions of one run that point at labels, one for each key; arrays are (N,)."""

    key: Rows
    truth: Rows
    prediction: Rows
    score: Floats
    iou: Floats
    expected: Floats
    own: Floats


def swapped(runs: Sequence[Evidence], weights: Floats) -> Suspects:
    """Labels in whose place predictions of another class deserve trust, and of their own do not."""
    return _joined(Issue.SWAPPED, runs, [_other_class(run) for run in runs], weights)


def located(runs: Sequence[Evidence], weights: Floats) -> Suspects:
    """Labels that trusted predictions of their class overlap less than is usual."""
    return _joined(Issue.LOCATED, runs, [_poor_fit(run) for run in runs], weights)


def backing(run: Evidence) -> Floats:
    """(G,) trust in the best prediction of a label's own class in its place."""
    p, g, iou, same = _pairs(run)
    return _most(run, g[same], (run.trust[p] * ramp(iou, 0.1, 0.6))[same])


def _most(run: Evidence, g: Rows, value: Floats) -> Floats:
    """(G,) the largest value of each label, 0 without any."""
    most = np.zeros(run.view.truth.rows.size)
    np.maximum.at(most, g, value)
    return most


def _pairs(run: Evidence) -> tuple[Rows, Rows, Floats, NDArray[np.bool_]]:
    """Pairs with labels that count, and whether both are of one class."""
    p, g = run.pairs["prediction"].astype(np.int64), run.pairs["ground_truth"].astype(np.int64)
    plain = run.view.crowd[g] == 0
    p, g, iou = p[plain], g[plain], run.pairs["iou"][plain]
    return p, g, iou, run.view.predictions.class_id[p] == run.view.truth.class_id[g]


def _other_class(run: Evidence) -> Pointing:
    p, g, iou, same = _pairs(run)
    own = backing(run)
    elsewhere = ramp(run.best.same_iou, 0.3, MATCH)
    against = run.trust[p] * ramp(iou, 0.1, 0.6)
    score = np.maximum(against - BACKED * own[g], 0) * (1 - elsewhere[p])
    chosen = np.flatnonzero(~same & (score > 0))
    key = g * run.view.classes + run.view.predictions.class_id[p]
    best = _best(key[chosen], score[chosen])
    at = chosen[best]
    return Pointing(
        key=key[at],
        truth=g[at],
        prediction=p[at],
        score=score[at],
        iou=iou[at],
        expected=np.full(at.size, np.nan),
        own=own[g[at]],
    )


def _poor_fit(run: Evidence) -> Pointing:
    p, g, iou, same = _pairs(run)
    fitted = _most(run, g[same], ramp(iou, 0.5, 0.8)[same])  # by any prediction, however faint
    chosen = np.flatnonzero(same & (run.best.same[p] == g))
    at = chosen[_best(g[chosen], run.trust[p[chosen]] * iou[chosen])]
    p, g, iou = p[at], g[at], iou[at]
    usual, spread = _usual_fit(run, p, iou)
    gap = (usual - logit(iou)) / spread
    score = run.trust[p] * ramp(gap, 0.5, 3.0) * (1 - fitted[g])
    return Pointing(
        key=g,
        truth=g,
        prediction=p,
        score=score,
        iou=iou,
        expected=1 / (1 + np.exp(-usual)),
        own=backing(run)[g],
    )


def _usual_fit(run: Evidence, p: Rows, iou: Floats) -> tuple[Floats, float]:
    """Log-odds of the IoU that such predictions have with their labels, and how it scatters.

    A weighted ridge regression on trust, size and border; the scatter is by absolute deviations.
    """
    if p.size < 3:
        return np.full(p.size, logit(np.array([0.8]))[0]), 1.0
    trust, size = logit(run.trust[p]), run.size[p]
    design = np.column_stack([np.ones(p.size), trust, size, size**2, run.border[p]])
    weight = run.trust[p] * (iou >= 0.3) + 1e-3
    fit = np.linalg.solve(
        (design * weight[:, None]).T @ design + np.diag([1e-6, 0.1, 0.1, 0.1, 0.1]),
        design.T @ (weight * logit(iou)),
    )
    usual = design @ fit
    order = np.argsort(np.abs(usual - logit(iou)))
    half = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
    middle = float(np.abs(usual - logit(iou))[order[min(half, order.size - 1)]])
    return usual, max(1.4826 * middle, 0.05)


def _best(key: Rows, score: Floats) -> Rows:
    """The places of the first best of each key."""
    order = np.argsort(key, kind="stable")
    _, at = first_best(key[order], score[order])
    return order[at]


def _joined(
    issue: Issue, runs: Sequence[Evidence], found: Sequence[Pointing], weights: Floats
) -> Suspects:
    """Runs that say the same of a label, together; of what they say the likeliest."""
    run = np.repeat(np.arange(len(found)), [one.key.size for one in found])
    whole = {
        name: np.concatenate([getattr(one, name) for one in found])
        for name in ("key", "truth", "prediction", "score", "iou", "expected", "own")
    }
    keys, place = np.unique(whole["key"], return_inverse=True)
    total, agreeing = np.zeros(keys.size), np.zeros(keys.size, np.int64)
    np.add.at(total, place, np.log1p(-np.minimum(whole["score"], ALMOST)) * weights[run])
    np.add.at(agreeing, place, whole["score"] > 0)
    first = _best(place.astype(np.int64), whole["score"])
    joint = -np.expm1(total)
    kept = first[_best(whole["truth"][first], joint)]
    trust = np.concatenate([r.trust[one.prediction] for r, one in zip(runs, found, strict=True)])
    return Suspects.of(
        issue,
        joint[place[kept]],
        truth=whole["truth"][kept],
        run=run[kept].astype(np.int64),
        prediction=whole["prediction"][kept],
        iou=whole["iou"][kept],
        expected=whole["expected"][kept],
        trust=trust[kept],
        own=whole["own"][kept],
        agreeing=agreeing[place[kept]],
    )
