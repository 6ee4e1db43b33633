"""How sure the curves and the costs of errors are: drawn on demand, remembered."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.curve_band import band_document, curve_band
from boxscore.evaluation.document import defined
from boxscore.evaluation.fix_groups import kind_group
from boxscore.evaluation.fixes import MOST_FOR_INTERVALS, PLAN, Fixer
from boxscore.evaluation.tide import KINDS, assign
from boxscore.project.analysing import clusters_of
from boxscore.project.loading import Loaded
from boxscore.project.slices.narrowing import sliced_view
from boxscore.project.slices.slicing import Where

Document = dict[str, Any]
MOST = 2_000_000
"""Predictions up to which the costs of errors are resampled: 2 s at 500,000."""
FEWER = Plan(replicates=200)
"""Of large runs, whose bounds are narrow whatever is drawn."""
Asked = tuple[str, float, Where, str | None]
"""Run, IoU, slice, task."""


def band_of(state: Loaded, asked: Asked, classes: Classes) -> Document:
    """The 95 % band of the precision-recall curve, from resampled images."""
    run, iou, where, task = asked
    view, items = sliced_view(state, run, where, task)

    def draw() -> Document:
        points = view.sweep(iou, classes, items)
        clusters = clusters_of(state, items)
        found = curve_band(view.view, view.live.at(iou), points, classes, clusters=clusters)
        return band_document(found)

    document: Document = state.remembered(_key("band", state, asked, view.view.task, classes), draw)
    return document


def budget_bounds(state: Loaded, asked: Asked) -> Document:
    """95 % bounds of what each kind of error costs, from resampled images.

    Returns:
        "kinds": name -> low, high, as a cost never below 0; and how they were made.
    """
    run, iou, where, task = asked
    view, items = sliced_view(state, run, where, task)

    def draw() -> Document:
        errors = assign(view.view, view.live.at(iou), view.best)
        fixer = Fixer(view.view, errors, -np.inf, items)
        clusters = clusters_of(state, items)
        plan = PLAN if view.view.confidence.size <= MOST_FOR_INTERVALS else FEWER
        gains = list(fixer.gains(kind_group(fixer, kind) for kind in KINDS))
        bounded = fixer.with_bounds(gains, clusters, plan, MOST)
        return {
            "kinds": {
                kind.name.lower(): {"low": _cost(gain.low), "high": _cost(gain.high)}
                for kind, gain in zip(KINDS, bounded, strict=True)
            },
            "reason": fixer.doubt(clusters, MOST),
            "confidence": plan.confidence,
            "replicates": plan.replicates,
            "seed": plan.seed,
            "unit": clusters.unit,
            "clusters": clusters.count,
        }

    document: Document = state.remembered(_key("budget", state, asked, view.view.task, None), draw)
    return document


def _cost(value: float) -> float | None:
    return defined(value if value > 0 or np.isnan(value) else 0.0)


def _key(what: str, state: Loaded, asked: Asked, task: str, classes: Classes) -> tuple[Any, ...]:
    run, iou, where, _ = asked
    named = where if isinstance(where, str) else tuple(where or ())
    return what, state.record(run).run_id, iou, named, task, classes
