"""Calibration: is a confidence of 0.8 right 80 times of 100?

Everything takes confidences and whether each was right, so it serves answers, boxes and masks.
Sources: Guo et al. 2017, "On Calibration of Modern Neural Networks" (ECE, MCE, reliability
diagram); Küppers et al. 2020, "Multivariate Confidence Calibration for Object Detection" (D-ECE);
Brier 1950.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.counts import ratio, ratios

BINS = 15
MOST_CELLS = 1 << 20
"""Cells that are counted one by one; of more only those that hold something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """A reliability diagram of M bins; a bin holds its upper edge, the first one both.

    Attributes:
        low, high: (M,) edges of the bins.
        n: (M,) int64, predictions in each.
        confidence, accuracy: (M,) means in each bin; nan in an empty one.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def ece(self) -> float:
        """Expected calibration error: mean gap of the bins, weighted by their size."""
        filled = self.n > 0
        return ratio(float((self.n[filled] * self._gap()[filled]).sum()), int(self.n.sum()))

    @property
    def mce(self) -> float:
        """Maximum calibration error: the widest gap of a bin that is not empty."""
        filled = self.n > 0
        return float(self._gap()[filled].max()) if filled.any() else float("nan")

    def _gap(self) -> NDArray[np.float64]:
        gap: NDArray[np.float64] = np.abs(self.accuracy - self.confidence)
        return gap


def reliability(
    confidence: NDArray[Any],
    right: NDArray[Any],
    *,
    bins: int = BINS,
    spacing: Literal["width", "count"] = "width",
) -> Reliability:
    """Group predictions by confidence and compare it with how often they are right.

    Args:
        confidence: (N,) in [0, 1].
        right: (N,) bool.
        bins: How many, at least 1.
        spacing: Bins of equal "width" over [0, 1], or between quantiles, of equal "count" as far
            as equal confidences, which stay together, allow.

    Raises:
        RequestError: Shapes differ, a confidence is outside [0, 1] or nan, or there is no bin.
    """
    confidence, right = _checked(confidence, right)
    edges = _edges(confidence, bins, spacing)
    place = _bin(confidence, edges)
    n = np.bincount(place, minlength=bins)
    return Reliability(
        low=edges[:-1],
        high=edges[1:],
        n=n,
        confidence=_means(place, confidence, n),
        accuracy=_means(place, right, n),
    )


def expected_calibration_error(
    confidence: NDArray[Any], right: NDArray[Any], *, bins: int = BINS
) -> float:
    """ECE over bins of equal width; nan without predictions. See `reliability`."""
    return reliability(confidence, right, bins=bins).ece


def brier_score(confidence: NDArray[Any], right: NDArray[Any]) -> float:
    """Mean squared difference of confidence (N,) and outcome (N,), 0 to 1; nan without any."""
    confidence, right = _checked(confidence, right)
    return float(np.mean((right - confidence) ** 2)) if right.size else float("nan")


def calibration_cells(
    confidence: NDArray[np.float64], place: NDArray[Any] | None, bins: int | Sequence[int]
) -> NDArray[np.int32]:
    """(P,) the cell of confidence, position and size that each prediction lies in.

    Args:
        confidence: (P,) of the predictions, in [0, 1].
        place: (P, K) further coordinates in [0, 1], such as the centre and the size of a box
            relative to its image; None bins by confidence only.
        bins: How many along the confidence and each of the K coordinates, or one number for all.

    Raises:
        RequestError: Shapes differ, a coordinate is outside [0, 1] or nan, or bins do not fit.
    """
    coordinates = [confidence, *_coordinates(place, confidence.size)]
    cell = np.zeros(confidence.size, np.int64)
    for values, count in zip(coordinates, _bins_of(bins, len(coordinates)), strict=True):
        cell *= count
        cell += _bin(values, _edges(values, count, "width"))
    if cell.max(initial=0) >= MOST_CELLS:
        _, cell = np.unique(cell, return_inverse=True)
    return cell.astype(np.int32)


def error_of_cells(
    cell: NDArray[np.int32], confidence: NDArray[np.float64], right: NDArray[Any]
) -> float:
    """D-ECE: gap of confidence and precision of each cell, weighted by the predictions in it.

    Args:
        cell: (P,) of `calibration_cells`.
        confidence: (P,) of the predictions.
        right: (P,) bool, whether each was matched.

    Returns:
        nan without predictions.
    """
    n = np.bincount(cell)
    filled = n > 0
    gap = np.abs(_means(cell, right, n) - _means(cell, confidence, n))[filled]
    return ratio(float((n[filled] * gap).sum()), confidence.size)


def _bins_of(bins: int | Sequence[int], coordinates: int) -> Sequence[int]:
    if isinstance(bins, int):
        return [bins] * coordinates
    if len(bins) != coordinates:
        raise RequestError(
            f"{len(bins)} numbers of bins for {coordinates} coordinates",
            fix="give one for the confidence and one for each coordinate",
            code="E-CALIBRATION-BINS",
        )
    return bins


def _coordinates(place: NDArray[Any] | None, size: int) -> list[NDArray[np.float64]]:
    if place is None:
        return []
    place = np.asarray(place, np.float64)
    if place.ndim != 2 or place.shape[0] != size:
        raise RequestError(
            f"place has shape {place.shape} for {size} predictions",
            fix=f"give an array of shape ({size}, K)",
            code="E-SHAPE",
        )
    return [_in_unit(place[:, k], "a coordinate of place") for k in range(place.shape[1])]


def _checked(
    confidence: NDArray[Any], right: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    confidence, right = np.asarray(confidence, np.float64), np.asarray(right)
    if confidence.ndim != 1 or confidence.shape != right.shape:
        raise RequestError(
            f"confidence has shape {confidence.shape} and right has shape {right.shape}",
            fix="give two arrays of one value per prediction",
            code="E-SHAPE",
        )
    if right.dtype != np.bool_ and not np.isin(right, (0, 1)).all():
        raise RequestError(
            "right has values other than 0 and 1", fix="give booleans", code="E-TRUTH-RANGE"
        )
    return _in_unit(confidence, "a confidence"), right.astype(np.float64)


def _in_unit(values: NDArray[np.float64], what: str) -> NDArray[np.float64]:
    outside = ~((values >= 0) & (values <= 1))
    if outside.any():
        raise RequestError(
            f"{what} is {values[outside][0]}, which is not within 0 and 1",
            fix="scale it to [0, 1] first",
            code="E-CONFIDENCE-RANGE",
        )
    return values


def _edges(values: NDArray[np.float64], bins: int, spacing: str) -> NDArray[np.float64]:
    if bins < 1:
        raise RequestError(
            f"{bins} bins", fix="give 1 or more, usually 15", code="E-CALIBRATION-BINS"
        )
    even = np.linspace(0, 1, bins + 1)
    return even if spacing == "width" or not values.size else np.quantile(values, even)


def _bin(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin whose upper edge is the first at or above the value."""
    return np.searchsorted(edges[1:-1], values, side="left").astype(np.int64)


def _means(
    place: NDArray[np.integer], values: NDArray[np.float64], n: NDArray[np.int64]
) -> NDArray[np.float64]:
    return ratios(np.bincount(place, weights=values, minlength=n.size), n)
