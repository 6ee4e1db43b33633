"""Confidence bounds from bootstrap replicates, and when there is too little to have any.

Bias-corrected percentiles (Efron 1981, "Nonparametric standard errors and confidence intervals"):
AP of few images lies above AP of many, and replicates above their own data set again; plain
percentiles miss that. The acceleration of BCa changed no coverage and costs a run per image.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError

LEAST_HOLDERS = 10
"""Fewest images (or other clusters) with an object of a number that has an interval."""

LEAST_DRAWN = 20
"""Fewest images (or other clusters) in all; with fewer, nominal 95 % was measured below 90 %."""

MOST_REPLICATES = 100_000
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a bootstrap is done.

    Attributes:
        replicates: How many data sets are drawn.
        seed: Of NumPy's PCG64; the same seed gives the same bounds on every machine.
        confidence: Nominal coverage of the bounds.

    Raises:
        RequestError: A value is out of range.
    """

    replicates: int = 1000
    seed: int = 0
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not 20 <= self.replicates <= MOST_REPLICATES:
            raise RequestError(
                f"{self.replicates} bootstrap replicates are outside 20 to {MOST_REPLICATES}",
                fix="1000 is usual",
                code="E-BOOTSTRAP-REPLICATES",
            )
        if not 0.5 <= self.confidence < 1:
            raise RequestError(
                f"a confidence level of {self.confidence} is outside 0.5 to 1",
                fix="0.95 is usual",
                code="E-BOOTSTRAP-LEVEL",
            )
        if self.seed < 0:
            raise RequestError(
                f"seed {self.seed} is negative", fix="use 0 or more", code="E-BOOTSTRAP-SEED"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What numbers rest on; the arrays have their shape.

    Attributes:
        objects: How many objects.
        holders: How many of the clusters hold at least one of them.
        drawn: How many clusters a replicate draws.
        unit: What a cluster is.
    """

    objects: NDArray[np.int64]
    holders: NDArray[np.int64]
    drawn: int
    unit: str

    def reasons(self) -> NDArray[np.str_]:
        """Why there is too little to tell; empty where there is enough."""
        texts = [
            self._reason(objects, holders)
            for objects, holders in zip(
                self.objects.ravel().tolist(), self.holders.ravel().tolist(), strict=True
            )
        ]
        return np.array(texts, np.str_).reshape(self.objects.shape)

    def _reason(self, objects: int, holders: int) -> str:
        if self.drawn < LEAST_DRAWN:
            return f"too few {self.unit}s to tell: {self.drawn}, at least {LEAST_DRAWN} are needed"
        if holders < LEAST_HOLDERS:
            return (
                f"too few objects to tell: {objects}, on {holders} {self.unit}s; "
                f"at least {LEAST_HOLDERS} {self.unit}s are needed"
            )
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Numbers with their confidence bounds; all arrays have one shape, nan is undefined.

    Attributes:
        names: (K,) of the numbers, along the last axis.
        estimate: (..., K) of the data itself.
        low, high: (..., K); nan where `reason` says why there are none.
        p: (..., K) for differences: two-sided, the level at which the bounds would touch 0.
        reason: (..., K) texts, empty where there are bounds.
    """

    names: tuple[str, ...]
    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p: NDArray[np.float64]
    reason: NDArray[np.str_]

    def of(self, name: str, *at: int) -> tuple[float, float, float]:
        """(estimate, low, high) of one number, of class `at` in a per-class table."""
        place = (*at, self.names.index(name))
        return float(self.estimate[place]), float(self.low[place]), float(self.high[place])

    def document(self, *at: int) -> dict[str, Any]:
        """For JSON: name -> estimate, low, high, p, reason; null is undefined."""
        columns = {k: getattr(self, k)[at] for k in ("estimate", "low", "high", "p", "reason")}
        return {
            name: {k: _json(v[n]) for k, v in columns.items()} for n, name in enumerate(self.names)
        }


def _json(value: float | str) -> float | str | None:
    if isinstance(value, str):
        return str(value) or None
    return float(value) if np.isfinite(value) else None


def bounds(
    names: tuple[str, ...],
    estimate: NDArray[np.float64],
    replicates: NDArray[np.float64],
    confidence: float,
    support: Support,
    *,
    corrected: bool = True,
) -> Bounds:
    """Percentile bounds, bias-corrected where they are of one run.

    Of a difference of two runs they are plain: what AP of few images is too high by cancels out,
    and the correction would only add the noise of its own estimate (decision 5).

    Args:
        corrected: Whether for the bias of the replicates.
        estimate: (..., K) of the data itself.
        replicates: (B, ..., K); replicates in which a number is undefined are left out of it.
        support: What each number rests on, arrays of shape (..., K).
    """
    flat = np.sort(replicates.reshape(len(replicates), -1), axis=0)  # nan goes to the end
    center = estimate.ravel()
    reason = support.reasons().ravel()
    defined = np.isfinite(flat).sum(axis=0)
    told = np.isfinite(center) & (reason == "") & (defined > 0)
    bias = _normal_score(flat, center, defined) if corrected else np.zeros_like(center)
    tail = NORMAL.inv_cdf((1 - confidence) / 2)
    low, high = (
        np.where(told, _quantile(flat, _cdf(2 * bias + z), defined), np.nan) for z in (tail, -tail)
    )
    beyond = _cdf(_normal_score(flat, np.zeros_like(center), defined) - 2 * bias)
    p = np.where(told, np.minimum(1.0, 2 * np.minimum(beyond, 1 - beyond)), np.nan)
    reason = np.where(np.isfinite(center), reason, "undefined: there is no such object")
    shape = estimate.shape
    return Bounds(
        names=names,
        estimate=estimate,
        low=low.reshape(shape),
        high=high.reshape(shape),
        p=p.reshape(shape),
        reason=reason.reshape(shape),
    )


def _normal_score(
    ordered: NDArray[np.float64], value: NDArray[np.float64], defined: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The normal quantile of the share of replicates below a value, those equal to it half."""
    below = (ordered < value).sum(axis=0) + 0.5 * (ordered == value).sum(axis=0)
    share = np.clip(below, 0.5, np.maximum(defined - 0.5, 0.5)) / np.maximum(defined, 1)
    return np.array([NORMAL.inv_cdf(s) for s in share.tolist()])


def _cdf(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([NORMAL.cdf(v) for v in z.tolist()])


def _quantile(
    ordered: NDArray[np.float64], share: NDArray[np.float64], defined: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Linear between the order statistics of each column's first `defined` values."""
    place = share * np.maximum(defined - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(defined - 1, 0))
    column = np.arange(ordered.shape[1])
    lower, upper = ordered[below, column], ordered[above, column]
    result: NDArray[np.float64] = lower + (upper - lower) * (place - below)
    return result
