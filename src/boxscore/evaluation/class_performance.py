"""For each class: does its recall or precision hang on a quality metric, and how far apart is it?

Each class has bins of its own, of equal numbers of its objects (or predictions), so that a class
of large things is not all in one bin; a class with few has fewer. All classes are counted in one
pass over the sorted values.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.counts import ratios
from boxscore.evaluation.document import defined
from boxscore.evaluation.flips import adjusted
from boxscore.evaluation.importance import ranks_within
from boxscore.evaluation.units import Units

Values = NDArray[np.float64]
BINS = 4
LEAST = 10
"""Units of a class's bin below which its share says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSide:
    """One share (recall, or precision) of each of C classes against a metric, (C,) arrays.

    Attributes:
        units: Objects, or predictions, whose metric is defined.
        share: How many of them are right; nan without any.
        best, worst: Highest and lowest share of a bin with at least `LEAST` units; nan where
            fewer than two bins have as many.
        correlation: Spearman's, of the metric and of being right; nan where either is constant.
        p: Chance of a correlation so far from 0 without a relation (normal limit).
    """

    units: NDArray[np.int64]
    share: Values
    best: Values
    worst: Values
    correlation: Values
    p: Values

    @property
    def drop(self) -> Values:
        """(C,) from the best to the worst bin."""
        return self.best - self.worst


def class_side(units: Units, values: Values | None, classes: int, bins: int = BINS) -> ClassSide:
    """Count every class at once.

    Equal values share a bin: the one of the first of them.

    Args:
        values: (N,) the metric; None where it has no values of these units.
        bins: Of a class, at most.
    """
    known = np.zeros(units.size, np.bool_) if values is None else np.isfinite(values)
    value = np.zeros(0) if values is None else values[known]
    class_id, good = units.class_id[known], units.good[known]
    order = np.lexsort((value, class_id))
    c, v, right = class_id[order], value[order], good[order]
    count = np.bincount(c, minlength=classes)
    begin = np.cumsum(count) - count
    first = np.ones(c.size, np.bool_)
    first[1:] = (c[1:] != c[:-1]) | (v[1:] != v[:-1])
    place = np.maximum.accumulate(np.where(first, np.arange(c.size), 0)) - begin[c]
    own = np.clip(count // LEAST, 1, bins)
    cell = c * bins + place * own[c] // np.maximum(count[c], 1)
    total = np.bincount(cell, minlength=classes * bins).reshape(classes, bins)
    hits = np.bincount(cell, right, classes * bins).reshape(classes, bins).astype(np.float64)
    best, worst = _ends(total, hits)
    correlation = _correlation(v, right, c, count)
    return ClassSide(
        units=count.astype(np.int64),
        share=ratios(hits.sum(axis=1), count),
        best=best,
        worst=worst,
        correlation=correlation,
        p=_chance(correlation, count),
    )


def _ends(total: NDArray[np.int64], hits: Values) -> tuple[Values, Values]:
    enough = total >= LEAST
    share = hits / np.maximum(total, 1)
    some = enough.sum(axis=1) >= 2
    best = np.where(some, np.where(enough, share, -np.inf).max(axis=1, initial=-np.inf), np.nan)
    worst = np.where(some, np.where(enough, share, np.inf).min(axis=1, initial=np.inf), np.nan)
    return best, worst


def _correlation(
    value: Values, right: Values, class_id: NDArray[np.int64], count: NDArray[np.int64]
) -> Values:
    """(C,) Pearson's correlation of the ranks within each class."""

    def sums(weight: Values) -> Values:
        return np.bincount(class_id, weight, count.size).astype(np.float64)

    centre = (count + 1) / 2
    x = ranks_within(value, class_id) - centre[class_id]
    y = ranks_within(right, class_id) - centre[class_id]
    spread = np.sqrt(sums(x * x) * sums(y * y))
    undefined = np.full(count.size, np.nan)
    found: Values = np.divide(sums(x * y), spread, out=undefined, where=spread > 0)
    return found


def _chance(correlation: Values, count: NDArray[np.int64]) -> Values:
    z = np.abs(correlation) * np.sqrt(np.maximum(count - 1, 0))
    return np.array([erfc(one / sqrt(2)) if np.isfinite(one) else np.nan for one in z.tolist()])


def class_documents(
    names: list[str], truth: ClassSide, predictions: ClassSide
) -> list[dict[str, Any]]:
    """One row for each class with an object or a prediction, the largest drop first."""
    sides = {"recall": truth, "precision": predictions}
    rows: list[dict[str, Any]] = []
    for k in np.flatnonzero(truth.units + predictions.units).tolist():
        row: dict[str, Any] = {
            "class_id": k,
            "class_name": names[k],
            "objects": int(truth.units[k]),
            "predictions": int(predictions.units[k]),
        }
        rows.append(row | {name: _told(side, k) for name, side in sides.items()})
    for name in sides:
        chances = adjusted([row[name].pop("p") for row in rows])
        for row, q in zip(rows, chances, strict=True):
            row[name]["q"] = q
    return sorted(rows, key=_order)


def _told(side: ClassSide, k: int) -> dict[str, float | None]:
    columns = {
        "value": side.share, "best": side.best, "worst": side.worst, "drop": side.drop,
        "correlation": side.correlation, "p": side.p,
    }  # fmt: skip
    return {name: defined(float(column[k])) for name, column in columns.items()}


def _order(row: dict[str, Any]) -> tuple[float, int, int]:
    drops = [row[name]["drop"] for name in ("recall", "precision")]
    largest = max((drop for drop in drops if drop is not None), default=-1.0)
    return -largest, -row["objects"], row["class_id"]
