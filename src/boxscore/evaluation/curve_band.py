"""How sure a precision-recall curve is: bounds of the precision at each recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.bounds import Bounds, Plan
from boxscore.evaluation.chosen import chosen
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.curves import Sweep, kept_points
from boxscore.evaluation.document import defined
from boxscore.evaluation.tallies import Tally, bootstrap_statistic
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import MatchesAt

RECALLS = np.arange(1, 101) / 100
REACHED = 0.95
"""Share of the drawn sets that must reach a recall: beyond, most of what is known is that a set
does not get there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveBand:
    """Bounds of the precision at `RECALLS`, and how they were made.

    Attributes:
        bounds: (100,) precision of the curve itself, low and high; nan where there is none.
    """

    bounds: Bounds
    plan: Plan
    unit: str
    clusters: int


def curve_band(
    view: Comparable,
    matches: MatchesAt,
    points: Sweep,
    classes: Classes = None,
    *,
    clusters: Clusters,
    plan: Plan | None = None,
) -> CurveBand:
    """Bounds of the drawn curve, recall by recall.

    Each drawn set of images has a curve through the operating points at the same thresholds as the
    curve that is drawn; what is bounded is the height of these curves above one recall.

    Args:
        points: The curve, of the images that `clusters` draws.

    Source:
        Fawcett 2006, "An introduction to ROC analysis", vertical averaging; bounds as everywhere.
    """
    plan = plan or Plan()
    thresholds = points.confidence[kept_points(points)]
    tally, steps = threshold_tally(view, matches, thresholds, classes), thresholds.size
    found = bootstrap_statistic(
        tally,
        lambda sums: _reached_by_most(precision_above(sums, steps)),
        tuple(f"{recall:.2f}" for recall in RECALLS),
        resting_on=np.full(RECALLS.size, 2 * steps),
        clusters=clusters,
        plan=plan,
    )
    return CurveBand(bounds=found, plan=plan, unit=clusters.unit, clusters=clusters.count)


def threshold_tally(
    view: Comparable,
    matches: MatchesAt,
    thresholds: NDArray[np.float64],
    classes: Classes = None,
) -> Tally:
    """Predictions by the first threshold that shows them, and the objects.

    Args:
        thresholds: (K,) falling.

    Returns:
        2 K + 1 cells: cell 2 k true positives of threshold k, 2 k + 1 false ones, 2 K objects.
    """
    counted = (matches.right | matches.wrong) & chosen(view, view.predictions, None, classes)
    step = np.searchsorted(-thresholds, -view.confidence, side="left")
    counted &= step < thresholds.size
    objects = view.counted & chosen(view, view.truth, None, classes)
    cell = 2 * step[counted] + matches.wrong[counted]
    return Tally(
        items=view.items,
        cells=2 * thresholds.size + 1,
        item=np.concatenate([view.predictions.item[counted], view.truth.item[objects]]),
        cell=np.concatenate([cell, np.full(int(objects.sum()), 2 * thresholds.size)]).astype(
            np.int32
        ),
    )


def precision_above(sums: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """(B, 100) height of each curve above `RECALLS`, from sums of a `threshold_tally`.

    A curve is straight between its operating points. Where it falls straight down at a recall its
    highest point counts; left of its first point it is as high as there. Undefined (nan) right of
    its last one.
    """
    heights = np.full((len(sums), RECALLS.size), np.nan)
    counts = sums[:, : 2 * steps].reshape(len(sums), steps, 2)
    right, shown = counts[:, :, 0].cumsum(axis=1), counts.sum(axis=2).cumsum(axis=1)
    objects = sums[:, 2 * steps]
    for one in np.flatnonzero((objects > 0) & (shown[:, -1:] > 0).any(axis=1)):
        first = int(np.argmax(shown[one] > 0))
        found, total = right[one, first:], shown[one, first:]
        heights[one] = _height(found / objects[one], found / total)
    return heights


def _height(recall: NDArray[np.float64], precision: NDArray[np.float64]) -> NDArray[np.float64]:
    """(100,) of one curve; recall rises."""
    after = np.searchsorted(recall, RECALLS, side="left")
    reached = after < recall.size
    after = np.minimum(after, recall.size - 1)
    before = np.maximum(after - 1, 0)
    gap = recall[after] - recall[before]
    part = np.divide(RECALLS - recall[before], gap, out=np.ones_like(gap), where=gap > 0)
    height = precision[before] + part * (precision[after] - precision[before])
    return np.where(reached, height, np.nan)


def _reached_by_most(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    few = np.isfinite(heights).mean(axis=0) < REACHED if len(heights) else np.zeros(0, bool)
    return np.where(few, np.nan, heights)


def band_document(band: CurveBand) -> dict[str, Any]:
    """For JSON: the ends of the band at the recalls that have any, and why there are none."""
    bounds = band.bounds
    told = np.flatnonzero(np.isfinite(bounds.low))
    low, high = bounds.low[told].clip(0, 1), bounds.high[told].clip(0, 1)
    reasons = [str(reason) for reason in bounds.reason if reason]
    return {
        "recall": RECALLS[told].tolist(),
        "low": [defined(v) for v in low.tolist()],
        "high": [defined(v) for v in high.tolist()],
        "reason": None if told.size else next(iter(reasons), None),
        "confidence": band.plan.confidence,
        "replicates": band.plan.replicates,
        "seed": band.plan.seed,
        "unit": band.unit,
        "clusters": band.clusters,
    }
