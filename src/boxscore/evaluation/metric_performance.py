"""Precision, recall and confidence where a quality metric is low, middling or high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.chosen import Items, chosen
from boxscore.evaluation.counts import Classes, ratios
from boxscore.evaluation.document import defined
from boxscore.evaluation.run_view import RunView

Values = NDArray[np.float64]
Z = 1.959963984540054
"""Standard normal quantile of a 95 % interval."""
MOST_BINS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """B bins of a metric's values.

    Attributes:
        edges: (B + 1,) ascending; a bin holds its low end, the last one its high end too.
        right, wrong: (B,) predictions at the operating point.
        found, objects: (B,) counted ground truths; zero where the metric has none of them.
        confidence, deviation: (B,) mean and standard deviation of the predictions' confidence.
        undefined: Predictions and objects whose metric is undefined.
    """

    edges: Values
    right: NDArray[np.int64]
    wrong: NDArray[np.int64]
    found: NDArray[np.int64]
    objects: NDArray[np.int64]
    confidence: Values
    deviation: Values
    undefined: tuple[int, int]


def metric_performance(
    run: RunView,
    iou: float,
    confidence: float,
    of_predictions: Values,
    of_truth: Values | None,
    *,
    bins: int = 10,
    items: Items = None,
    classes: Classes = None,
) -> Performance:
    """Outcomes at one operating point, by bins of equal numbers of objects and predictions.

    Args:
        of_predictions: (P,) values of the view's predictions.
        of_truth: (G,) values of its ground truths; None for a metric of predictions alone.
        bins: At most so many; values that are often equal share one.

    Raises:
        RequestError: `bins` is out of range, or no value is defined.
    """  # fmt: skip
    if not 1 <= bins <= MOST_BINS:
        raise RequestError(f"{bins} bins", fix=f"choose 1 to {MOST_BINS}", code="E-METRIC-BINS")
    view, matches = run.view, run.live.at(iou)
    shown = (matches.right | matches.wrong) & (view.confidence >= confidence)
    shown &= chosen(view, view.predictions, items, classes)
    truth = view.counted & chosen(view, view.truth, items, classes)
    taker = matches.prediction
    found = truth & (taker >= 0) & (np.append(view.confidence, 0.0)[taker] >= confidence)
    labels = np.full(truth.size, np.nan) if of_truth is None else of_truth
    known_p, known_t = shown & np.isfinite(of_predictions), truth & np.isfinite(labels)
    edges = _edges(np.concatenate([of_predictions[known_p], labels[known_t]]), bins)
    count = edges.size - 1
    place_p = _bin(edges, of_predictions[known_p])
    weights = view.confidence[known_p]
    number = np.bincount(place_p, minlength=count)
    mean = ratios(np.bincount(place_p, weights, count), number)
    square = ratios(np.bincount(place_p, (weights - mean[place_p]) ** 2, count), number)
    return Performance(
        edges=edges,
        right=np.bincount(place_p[matches.right[known_p]], minlength=count),
        wrong=np.bincount(place_p[matches.wrong[known_p]], minlength=count),
        found=np.bincount(_bin(edges, labels[known_t & found]), minlength=count),
        objects=np.bincount(_bin(edges, labels[known_t]), minlength=count),
        confidence=mean,
        deviation=np.sqrt(square),
        undefined=(int((shown & ~known_p).sum()), int((truth & ~known_t).sum())),
    )


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


def wilson(part: NDArray[np.int64], whole: NDArray[np.int64]) -> tuple[Values, Values]:
    """95 % interval of shares (Wilson 1927); nan where there is nothing to divide by."""
    n = np.where(whole > 0, whole, np.nan).astype(np.float64)
    share = part / n
    middle = share + Z**2 / (2 * n)
    half = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return np.maximum((middle - half) / scale, 0), np.minimum((middle + half) / scale, 1)


def performance_document(found: Performance) -> dict[str, Any]:
    """Bins, low first, and what the intervals mean."""
    predictions = found.right + found.wrong
    precision = _shares(found.right, predictions)
    recall = _shares(found.found, found.objects)
    half = Z * found.deviation / np.sqrt(np.maximum(predictions, 1))
    bins = [
        {
            "low": low,
            "high": high,
            "predictions": int(predictions[k]),
            "objects": int(found.objects[k]),
            "tp": int(found.right[k]),
            "fp": int(found.wrong[k]),
            "fn": int(found.objects[k] - found.found[k]),
            "precision": precision[k],
            "recall": recall[k],
            "mean_confidence": {
                "estimate": defined(found.confidence[k]),
                "low": defined(found.confidence[k] - half[k]),
                "high": defined(found.confidence[k] + half[k]),
            },
        }
        for k, (low, high) in enumerate(
            zip(found.edges[:-1].tolist(), found.edges[1:].tolist(), strict=True)
        )
    ]
    return {
        "bins": bins,
        "undefined": dict(zip(("predictions", "objects"), found.undefined, strict=True)),
        "notes": [
            "95 % intervals: Wilson's for precision and recall, normal for the mean confidence; "
            "they take objects as independent, so those of an image's neighbours are too narrow."
        ],
    }


def _shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> list[dict[str, Any]]:
    columns = ratios(part, whole), *wilson(part, whole)
    return [
        {"estimate": defined(share), "low": defined(low), "high": defined(high)}
        for share, low, high in zip(*columns, strict=True)
    ]
