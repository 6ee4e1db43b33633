"""Precision, recall, confidence and calibration where a quality metric is low, middling or high.

Sources: Efron 1979, the bootstrap, here of whole images (percentiles of 1,000 replicates);
Wilson 1927, where a bootstrap of a share says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.counts import ratio, ratios
from boxscore.evaluation.document import defined
from boxscore.evaluation.units import Units

Values = NDArray[np.float64]
Interval = tuple[Values, Values]
Z = 1.959963984540054
"""Standard normal quantile of a 95 % interval."""
MOST_BINS = 100
REPLICATES = 1000
SEED = 20
MOST_DRAWN = 2000
"""Images that are drawn one by one; more are dealt into as many groups."""
LEAST_IMAGES = 3
"""Images of a bin below which resampling them says nothing: of one its mean never varies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """B bins of a metric's values.

    Attributes:
        edges: (B + 1,) ascending; a bin holds its low end, the last one its high end too.
        most: (B,) largest value in each bin.
        right, wrong: (B,) predictions at the operating point.
        found, objects: (B,) counted ground truths; zero where the metric has none of them.
        confidence: (B,) mean confidence of the predictions.
        intervals: 95 % intervals of "precision", "recall", "confidence" and "gap", the mean
            confidence less precision; each two of (B,).
        undefined: Predictions and objects whose metric is undefined.
        average: Precision and recall over all bins.
    """

    edges: Values
    most: Values
    right: NDArray[np.int64]
    wrong: NDArray[np.int64]
    found: NDArray[np.int64]
    objects: NDArray[np.int64]
    confidence: Values
    intervals: dict[str, Interval]
    undefined: tuple[int, int]
    average: tuple[float, float]


def metric_performance(
    truth: Units,
    predictions: Units,
    of_truth: Values | None,
    of_predictions: Values | None,
    *,
    images: int,
    bins: int = 10,
) -> Performance:
    """Outcomes at one operating point, by bins of equal numbers of objects and predictions.

    Args:
        of_truth: (G,) the metric of the ground truths; None for a metric of predictions alone.
        of_predictions: (P,) the same of the predictions.
        images: How many the project has.
        bins: At most so many; values that are often equal share one.

    Raises:
        RequestError: `bins` is out of range, or no value is defined.
    """
    if not 1 <= bins <= MOST_BINS:
        raise RequestError(f"{bins} bins", fix=f"choose 1 to {MOST_BINS}", code="E-METRIC-BINS")
    objects_known, labels = _known(truth, of_truth)
    shown, values = _known(predictions, of_predictions)
    edges = _edges(np.concatenate([values, labels]), bins)
    places = _bin(edges, labels), _bin(edges, values)
    tables = _Tables(images, edges.size - 1, places[0], objects_known, places[1], shown)
    sums = {name: table.sum(axis=0) for name, table in tables.columns.items()}
    right = sums["right"].astype(np.int64)
    found, objects = sums["found"].astype(np.int64), sums["objects"].astype(np.int64)
    number = sums["predictions"].astype(np.int64)
    return Performance(
        edges=edges,
        most=_most(edges, np.concatenate([values, labels])),
        right=right,
        wrong=number - right,
        found=found,
        objects=objects,
        confidence=ratios(sums["confidence"], number),
        intervals=_intervals(tables, sums),
        undefined=(predictions.size - shown.size, truth.size - objects_known.size),
        average=(ratio(right.sum(), number.sum()), ratio(found.sum(), objects.sum())),
    )


def _known(units: Units, values: Values | None) -> tuple[Units, Values]:
    """Units whose value is defined, and the values."""
    if values is None:
        values = np.full(units.size, np.nan)
    known = np.isfinite(values)
    return units.take(known), values[known]


def _edges(values: Values, bins: int) -> Values:
    if not values.size:
        raise RequestError(
            "the metric is undefined for everything that counts here",
            fix="choose another metric, a wider slice or a lower confidence",
            code="E-METRIC-UNDEFINED",
        )
    edges: Values = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1), method="lower"))
    return edges if edges.size > 1 else np.repeat(edges, 2)


def _bin(edges: Values, values: Values) -> NDArray[np.int64]:
    place = np.searchsorted(edges[1:-1], values, side="right")
    return place.astype(np.int64)


def _most(edges: Values, values: Values) -> Values:
    most = np.full(edges.size - 1, -np.inf)
    np.maximum.at(most, _bin(edges, values), values)
    return np.where(np.isfinite(most), most, edges[:-1])


# --- intervals -----------------------------------------------------------------------------------


class _Tables:
    """(images, B) sums of every image in every bin."""

    def __init__(
        self,
        images: int,
        bins: int,
        place_t: NDArray[np.int64],
        truth: Units,
        place_p: NDArray[np.int64],
        shown: Units,
    ) -> None:
        def table(place: NDArray[np.int64], units: Units, weight: Values | None) -> Values:
            cells = np.bincount(units.item * bins + place, weight, images * bins)
            return cells.reshape(images, bins).astype(np.float64)

        self.columns = {
            "objects": table(place_t, truth, None),
            "found": table(place_t, truth, truth.good),
            "predictions": table(place_p, shown, None),
            "right": table(place_p, shown, shown.good),
            "confidence": table(place_p, shown, shown.confidence),
        }
        self.images = images

    def replicates(self) -> dict[str, Values]:
        """(R, B) sums of resampled images; only images with something on them are drawn."""
        some = (self.columns["objects"] + self.columns["predictions"]).any(axis=1)
        joined = _dealt(np.concatenate([table[some] for table in self.columns.values()], axis=1))
        if len(joined) == MOST_DRAWN:
            drawn = _weights_of_groups(len(joined)) @ joined
        else:
            clusters = Clusters.images(len(joined))
            drawn = np.concatenate([w @ joined for w in clusters.draw(REPLICATES, SEED)])
        parts = np.split(drawn, len(self.columns), axis=1)
        return dict(zip(self.columns, parts, strict=True))


def _dealt(sums: Values) -> Values:
    """(N, K) sums of images; many images are dealt at random into groups, which are resampled.

    Images are independent, so groups of them are too, and the variance of their resampled sum has
    the same expectation; it is known to 1 / sqrt(2 * 2,000), or 1.6 %.
    """
    if len(sums) <= MOST_DRAWN:
        return sums
    order = np.random.default_rng(SEED).permutation(len(sums))
    starts = np.linspace(0, len(sums), MOST_DRAWN, endpoint=False).astype(np.int64)
    groups: Values = np.add.reduceat(sums[order], starts)
    return groups


@lru_cache(maxsize=1)
def _weights_of_groups(groups: int) -> Values:
    """(R, groups) the one draw of all that has many images; 16 MB."""
    drawn = Clusters.images(groups).draw(REPLICATES, SEED)
    return np.concatenate(list(drawn)).astype(np.float64)


def _intervals(tables: _Tables, sums: dict[str, Values]) -> dict[str, Interval]:
    drawn = tables.replicates()
    shares = {"precision": ("right", "predictions"), "recall": ("found", "objects")}
    found: dict[str, Interval] = {}
    for name, (part, whole) in shares.items():
        images = (tables.columns[whole] > 0).sum(axis=0)
        inner = (sums[part] > 0) & (sums[part] < sums[whole]) & (images >= LEAST_IMAGES)
        ends = zip(
            _percentiles(drawn[part], drawn[whole]),
            wilson(sums[part].astype(np.int64), sums[whole].astype(np.int64)),
            strict=True,
        )
        low, high = (np.where(inner, resampled, plain) for resampled, plain in ends)
        found[name] = low, high
    enough = (tables.columns["predictions"] > 0).sum(axis=0) >= LEAST_IMAGES
    sums_of = {"confidence": drawn["confidence"], "gap": drawn["confidence"] - drawn["right"]}
    for name, sum_of in sums_of.items():
        low, high = _percentiles(sum_of, drawn["predictions"])
        found[name] = np.where(enough, low, np.nan), np.where(enough, high, np.nan)
    return found


def _percentiles(part: Values, whole: Values) -> Interval:
    """(B,) ends of the middle 95 % of replicates in which the bin holds something."""
    share = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    ends = np.full((2, share.shape[1]), np.nan)
    some = np.isfinite(share).any(axis=0)
    ends[:, some] = np.nanquantile(share[:, some], [0.025, 0.975], axis=0)
    return ends[0], ends[1]


def wilson(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Interval:
    """95 % interval of shares (Wilson 1927); nan where there is nothing to divide by."""
    n = np.where(whole > 0, whole, np.nan).astype(np.float64)
    share = part / n
    middle = share + Z**2 / (2 * n)
    half = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return np.maximum((middle - half) / scale, 0), np.minimum((middle + half) / scale, 1)


# --- the document --------------------------------------------------------------------------------


def performance_document(found: Performance) -> dict[str, Any]:
    """Bins, low first, and what the intervals mean."""
    predictions = found.right + found.wrong
    precision = ratios(found.right, predictions)
    columns = {
        "precision": _estimates(precision, found.intervals["precision"]),
        "recall": _estimates(ratios(found.found, found.objects), found.intervals["recall"]),
        "mean_confidence": _estimates(found.confidence, found.intervals["confidence"]),
        "calibration_gap": _estimates(found.confidence - precision, found.intervals["gap"]),
    }
    bins = [
        {
            "low": low,
            "high": high,
            "most": float(found.most[k]),
            "predictions": int(predictions[k]),
            "objects": int(found.objects[k]),
            "tp": int(found.right[k]),
            "fp": int(found.wrong[k]),
            "fn": int(found.objects[k] - found.found[k]),
        }
        | {name: column[k] for name, column in columns.items()}
        for k, (low, high) in enumerate(
            zip(found.edges[:-1].tolist(), found.edges[1:].tolist(), strict=True)
        )
    ]
    return {
        "bins": bins,
        "precision": defined(found.average[0]),
        "recall": defined(found.average[1]),
        "undefined": dict(zip(("predictions", "objects"), found.undefined, strict=True)),
        "notes": [
            "95 % intervals: whole images, or sequences (of more than 2,000, groups dealt at "
            "random) resampled 1,000 times. Where all or none are right, or a bin lies in fewer "
            "than 3 of them: Wilson's, and none for confidence in so few.",
            "Calibration gap: mean confidence less precision; above 0 is too sure.",
        ],
    }


def _estimates(values: Values, ends: Interval) -> list[dict[str, Any]]:
    return [
        {"estimate": defined(value), "low": defined(low), "high": defined(high)}
        for value, low, high in zip(values, *ends, strict=True)
    ]
