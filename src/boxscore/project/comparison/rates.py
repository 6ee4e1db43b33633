"""Differences of precision, recall and F1 at the runs' operating points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from boxscore.evaluation.bounds import Bounds
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.document import defined
from boxscore.evaluation.run_view import RunView
from boxscore.evaluation.tallies import (
    COUNT_NAMES,
    counts_tally,
    paired_statistic,
    pooled,
    pooled_rates,
)
from boxscore.project.analysing import clusters_of
from boxscore.project.comparison.words import verdict
from boxscore.project.loading import Loaded
from boxscore.project.numbers import operating_confidence
from boxscore.project.slices.narrowing import Meant
from boxscore.schema.kinds import Task

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """Where runs are compared: IoU, and a confidence or None for each run's own."""

    iou: float
    confidence: float | None = None


def cut_of(view: RunView, point: Point, items: Items) -> float:
    """The confidence from which a run's predictions are shown.

    Raises:
        RequestError: It is not a finite number.
    """
    return operating_confidence(view, point.confidence, items)


def rate_differences(
    state: Loaded, runs: tuple[str, str], task: Task, point: Point, slice_of: Meant
) -> Document:
    """Precision, recall and F1 of all classes together: both values, the difference, its bounds.

    The images are drawn for both runs alike, as for the other differences.
    """
    views = [slice_of.view(state, run, task) for run in runs]
    cuts = [cut_of(view, point, slice_of.items) for view in views]
    ids = (state.record(run).run_id for run in runs)
    key = ("rates", *ids, task, slice_of.key, point.iou, *cuts)

    def draw() -> Document:
        first, second = (
            pooled(counts_tally(view.view, view.live.at(point.iou), cut))
            for view, cut in zip(views, cuts, strict=True)
        )
        clusters = clusters_of(state, slice_of.items)
        found = paired_statistic(
            first,
            second,
            pooled_rates,
            COUNT_NAMES,
            resting_on=np.full(len(COUNT_NAMES), -1),
            clusters=clusters,
        )
        once = clusters.takes_part.astype(np.uint16)[None]
        sides = [pooled_rates(tally.sums(once))[0].tolist() for tally in (first, second)]
        return {
            name: difference(found, sides[0][k], sides[1][k], k)
            for k, name in enumerate(COUNT_NAMES)
        }

    document: Document = state.remembered(key, draw)
    return document


def difference(bounds: Bounds, first: float, second: float, *at: int) -> Document:
    """One difference for JSON."""
    low, high = defined(float(bounds.low[at])), defined(float(bounds.high[at]))
    return {
        "first": defined(first),
        "second": defined(second),
        "difference": defined(float(bounds.estimate[at])),
        "low": low,
        "high": high,
        "p": defined(float(bounds.p[at])),
        "verdict": verdict(low, high),
        "reason": str(bounds.reason[at]) or None,
    }
