"""Which quality metrics a run's misses, false positives and losses have to do with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.document import defined
from boxscore.evaluation.flips import adjusted
from boxscore.evaluation.importance import Importance, class_and_size, importance, some_images
from boxscore.evaluation.run_view import REFERENCE_IOU
from boxscore.evaluation.units import Units
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import known_metrics
from boxscore.project.numbers import check_classes
from boxscore.project.slices.judged_units import (
    changed_units,
    judged_units,
    measure,
    out_of_reach,
    unit_values,
)
from boxscore.project.slices.slicing import Where
from boxscore.project.slices.together import drawn_together
from boxscore.quality.cards import Card, On
from boxscore.schema.kinds import Task

Document = dict[str, Any]
OF_SIZE = ("object_area_absolute", "object_area_relative", "object_size_in_training")
"""Metrics that are the size, so that only the class can be adjusted for."""
NOTES = (
    "Information: mutual information in bits of failing and the metric's ten quantile bins, beside "
    "its mean over 999 random shifts of the values along the images; p is the share of shifts that "
    "tell as much, q the same over all rows (Benjamini and Hochberg).",
    "Higher: chance that a failure has the higher value than a success; .5 is no relation. "
    "Adjusted: the same among objects of one class and one fifth of the sizes. 95 % intervals: "
    "whole images, or sequences, vary (Obuchowski 1997).",
)


def metric_importance(
    state: Loaded,
    run: str,
    baseline: str | None,
    *,
    iou: float | None,
    confidence: float | None,
    classes: Classes,
    where: Where,
    task: str | None,
    pixels: bool,
    progress: Progress = silent,
) -> Document:
    """Every metric's relation to misses, and to false positives, the most telling first.

    Against a baseline: to the objects that the run lost.
    """
    if baseline is None:
        judged = judged_units(
            state,
            run,
            iou=REFERENCE_IOU if iou is None else iou,
            confidence=confidence,
            classes=classes,
            where=where,
            task=task,
        )
        cut, answers = judged.confidence, judged.task is Task.CLASSIFICATION
        sides = [("misses", judged.truth, None), ("false_positives", judged.predictions, run)]
    else:
        changed = changed_units(state, run, baseline, iou=iou, confidence=confidence, where=where)
        cut, answers = changed.confidences[1], iou is None
        sides = [("losses", _of_classes(state, changed.units, classes), None)]
    rows: list[Document] = []
    waiting: list[str] = []
    for failure, units, owner in sides:
        measure(
            state,
            list(known_metrics(state).values()),
            units,
            owner,
            pixels=pixels,
            progress=progress,
        )
        found, lacking = _rows(state, failure, some_images(units), owner, pixels)
        rows += found
        waiting += [title for title in lacking if title not in waiting]
    for row, q in zip(rows, adjusted([row["p"] for row in rows]), strict=True):
        row["q"] = q
    rows.sort(key=_order)
    return {
        "run": run,
        "baseline": baseline,
        "iou": None if answers else REFERENCE_IOU if iou is None else iou,
        "confidence": None if cut is None else defined(cut),
        "rows": rows,
        "waiting": waiting,
        "notes": list(NOTES),
    }


def _order(row: Document) -> tuple[bool, float, str]:
    """Misses first, then what tells most beyond chance."""
    beyond = row["information"] - row["by_chance"]
    return row["failure"] == "false_positives", -beyond, row["title"]


def _rows(
    state: Loaded, failure: str, units: Units, owner: str | None, pixels: bool
) -> tuple[list[Document], list[str]]:
    """One row for each metric with values on both failures and successes."""
    rows, waiting = [], []
    failed = units.good < (0 if failure == "losses" else 1)
    by_class, by_both = class_and_size(units, size=False), class_and_size(units)
    drawn = drawn_together(state.truth().items, units)[0]
    for known in known_metrics(state).values():
        if out_of_reach(state, known, owner, pixels=pixels):
            waiting.append(known.card.title)
            continue
        values = unit_values(state, known, units, owner)
        if values is None or not _varies(failed, values):
            continue
        strata = by_class if known.card.id in OF_SIZE else by_both
        rows.append(_row(known.card, failure, importance(drawn, failed, values, strata)))
    return rows, waiting


def _of_classes(state: Loaded, units: Units, classes: Classes) -> Units:
    check_classes(classes, len(state.truth().ontology.classes))
    return units if classes is None else units.take(np.isin(units.class_id, classes))


def _varies(failed: NDArray[np.bool_], values: NDArray[np.float64]) -> bool:
    """Whether there are failures and successes, and more than one value."""
    known = np.isfinite(values)
    some = failed[known]
    return bool(some.any() and not some.all() and (values[known] != values[known][0]).any())


def _row(card: Card, failure: str, found: Importance) -> Document:
    return {
        "metric": card.id,
        "title": card.title,
        "on": "image" if card.on is On.IMAGE else "object",
        "failure": failure,
        "units": found.units,
        "failures": found.failures,
        "information": found.information,
        "by_chance": found.by_chance,
        "p": found.p,
        "spearman": defined(found.spearman),
        "higher": _estimate(found.higher),
        "adjusted": _estimate(found.adjusted),
        "adjusted_for": ["class"] if card.id in OF_SIZE else ["class", "size"],
    }


def _estimate(found: tuple[float, float, float]) -> Document:
    return dict(zip(("estimate", "low", "high"), map(defined, found), strict=True))
