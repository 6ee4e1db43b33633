"""Precision, recall and F1 against confidence, pooled over the chosen classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.chosen import Items, chosen, ranked_verdicts
from boxscore.evaluation.counts import Classes
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import MatchesAt


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Operating points of one run at one IoU threshold, by falling confidence.

    A point stands for "show every prediction at or above this confidence"; equal confidences
    are one point. All arrays are (K,).
    """

    confidence: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    objects: int

    def best(self) -> tuple[float, float]:
        """(confidence, F1) of the highest F1; of equals, the highest confidence. nan if none."""
        if not self.f1.size or self.objects == 0:
            return float("nan"), float("nan")
        k = int(np.argmax(self.f1))
        return float(self.confidence[k]), float(self.f1[k])


def sweep(
    view: Comparable, matches: MatchesAt, classes: Classes = None, items: Items = None
) -> Sweep:
    """Every operating point, exactly, pooled over the chosen classes and images."""
    verdict = ranked_verdicts(view, matches, items, classes)
    counted = verdict > 0
    confidence, right = matches.ranked.confidence[counted], verdict[counted] == 2
    last = (
        np.append(confidence[1:] != confidence[:-1], True) if confidence.size else np.empty(0, bool)
    )
    found = np.cumsum(right)[last].astype(np.float64)
    shown = (np.flatnonzero(last) + 1).astype(np.float64)
    total = int((view.counted & chosen(view, view.truth, items, classes)).sum())
    return Sweep(
        confidence=confidence[last],
        precision=found / np.maximum(shown, 1),
        recall=found / total if total else np.full(found.size, np.nan),
        f1=2 * found / (shown + total) if shown.size else found,
        objects=total,
    )


def kept_points(points: Sweep, most: int = 400) -> NDArray[np.int64]:
    """At most `most` operating points that are drawn: ends kept, evenly spread in rank."""
    count = points.confidence.size
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def thinned(points: Sweep, most: int = 400) -> dict[str, list[float]]:
    """The precision-recall curve through `kept_points`."""
    keep = kept_points(points, most)
    return {
        "recall": points.recall[keep].tolist(),
        "precision": points.precision[keep].tolist(),
        "confidence": points.confidence[keep].tolist(),
    }


def on_grid(points: Sweep, steps: int = 100) -> dict[str, list[float]]:
    """Precision, recall and F1 at evenly spaced confidence thresholds.

    The grid spans 0 to 1, or the run's own range when its confidences leave that interval.
    """
    at = grid(points.confidence, steps)
    shown = np.searchsorted(-points.confidence, -at, side="right") - 1

    def value(curve: NDArray[np.float64], nothing: float) -> list[float]:
        picked = curve[np.maximum(shown, 0)] if curve.size else np.empty(0)
        return np.where(shown >= 0, picked, nothing).tolist() if curve.size else [nothing] * at.size

    none_found = 0.0 if points.objects else float("nan")
    return {
        "at": at.tolist(),
        "precision": value(points.precision, float("nan")),
        "recall": value(points.recall, none_found),
        "f1": value(points.f1, none_found),
    }


def grid(confidence: NDArray[np.float64], steps: int = 100) -> NDArray[np.float64]:
    """(steps + 1,) thresholds from 0 to 1, or over the range of confidences that leave it.

    Raises:
        RequestError: There is no step.
    """
    if steps < 1:
        raise RequestError(
            f"a grid of {steps} steps is no grid", fix="give at least 1 step", code="E-GRID-STEPS"
        )
    low = min(0.0, confidence.min(initial=0.0))
    high = max(1.0, confidence.max(initial=1.0))
    return np.linspace(low, high, steps + 1)
