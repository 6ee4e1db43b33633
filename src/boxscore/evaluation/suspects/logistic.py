"""A small logistic regression: the chance of a yes, given a few numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RIDGE = 1.0
ROUNDS = 25
STEEPEST = 30.0
LEAST_REST = 0.05
"""What at least is left of a fit without one row."""


def chances(features: Floats, yes: Floats, weight: Floats | None = None) -> Floats:
    """(N,) chance of yes in each row, learned from the other rows.

    Penalised maximum likelihood; the row itself is taken out by one step from the common fit. Where
    all rows say the same, or there are none, their smoothed share is all that is known.

    Args:
        features: (N, K), finite.
        yes: (N,) 0 or 1, or a share between.
        weight: (N,) of each row in the fit; None is 1.

    Source:
        Rad and Maleki 2020, "A scalable estimate of the out-of-sample prediction error via
        approximate leave-one-out cross-validation", for the step.
    """
    weight = np.ones(yes.size) if weight is None else weight
    share = (float(weight @ yes) + 0.5) / (weight.sum() + 1.0)
    known = yes[weight > 0]
    if not known.size or known.min() == known.max():
        return np.full(yes.size, share)
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0)
    design = np.column_stack([np.ones(yes.size), scaled])
    start = np.zeros(design.shape[1])
    start[0] = np.log(share / (1 - share))
    slope, curvature = _fitted(design, yes, weight, start)
    fitted = design @ slope
    chance = sigmoid(fitted)
    lever = weight * np.einsum("ij,ji->i", design, np.linalg.solve(curvature, design.T))
    own = lever * chance * (1 - chance)
    return sigmoid(fitted - lever * (yes - chance) / np.maximum(1 - own, LEAST_REST))


def _fitted(design: Floats, yes: Floats, weight: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """Newton's method: the slopes, and the curvature of the penalised likelihood there."""
    penalty = np.full(slope.size, RIDGE)
    penalty[0] = 1e-6
    curvature = np.diag(penalty)
    for _ in range(ROUNDS):
        chance = sigmoid(design @ slope)
        bend = weight * chance * (1 - chance)
        curvature = (design * bend[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, design.T @ (weight * (yes - chance)) - penalty * slope)
        slope = slope + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return slope, curvature


def sigmoid(value: Floats) -> Floats:
    """1 / (1 + exp(-value)), without overflow."""
    result: Floats = 1 / (1 + np.exp(-np.clip(value, -STEEPEST, STEEPEST)))
    return result


def logit(chance: Floats) -> Floats:
    """The inverse of `sigmoid`, cut off near 0 and 1."""
    inside = np.clip(chance, 1e-4, 1 - 1e-4)
    result: Floats = np.log(inside / (1 - inside))
    return result


def ramp(value: Floats, low: float, high: float) -> Floats:
    """0 up to `low`, 1 from `high`, a line between."""
    result: Floats = np.clip((value - low) / (high - low), 0, 1)
    return result
