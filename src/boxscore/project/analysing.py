"""Beyond a run's scores: what its errors cost, who is taken for whom, how sure its numbers are."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.evaluation.answer_intervals import answer_intervals
from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.class_curves import class_curves_document
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.intervals import Intervals, bootstrap
from boxscore.evaluation.lrp import lrp_document
from boxscore.evaluation.run_view import RunView
from boxscore.evaluation.tallies import (
    COUNT_NAMES,
    bootstrap_statistic,
    counts_tally,
    pooled,
    pooled_rates,
)
from boxscore.evaluation.thresholds import Goal, choose_thresholds, thresholds_document
from boxscore.evaluation.tide import tide_document
from boxscore.matching.coco import match
from boxscore.matching.policy import coco
from boxscore.project.evaluating import of_items, questions
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes, curves_document, operating_confidence
from boxscore.project.slices.narrowing import meant, sliced_view
from boxscore.project.slices.slicing import Where
from boxscore.project.tasks import task_of
from boxscore.schema.kinds import Task

Document = dict[str, Any]


def run_view(state: Loaded, run: str, task: str | None = None) -> RunView:
    """The live view of a run whose predictions are matched one by one.

    Raises:
        RequestError: The task is another.
    """
    return sliced_view(state, run, None, task)[0]


def curves(
    state: Loaded,
    run: str,
    iou: float,
    classes: Classes,
    where: Where,
    task: str | None = None,
) -> Document:
    """Precision, recall and F1 at every confidence, pooled over the chosen classes."""
    view, items = sliced_view(state, run, where, task)
    return curves_document(view, iou, classes, items)


def error_budget(
    state: Loaded, run: str, iou: float, where: Where, task: str | None = None
) -> Document:
    """AP that would be gained if one kind of error were mended, by TIDE's kinds."""
    view, items = sliced_view(state, run, where, task)
    found = view.tide(iou, items=items, published=False)
    return {"run": run} | _named(state, tide_document(found))


def optimal_lrp(
    state: Loaded, run: str, iou: float, where: Where, task: str | None = None
) -> Document:
    """oLRP: each class at the confidence where boxes, false alarms and misses cost least."""
    view, items = sliced_view(state, run, where, task)
    found = view.optimal_lrp(iou, items=items)
    return {"run": run} | _named(state, lrp_document(found))


def class_curves(
    state: Loaded,
    run: str,
    iou: float,
    classes: Classes,
    where: Where,
    task: str | None = None,
) -> Document:
    """Precision, recall, F1 and accuracy of every class against confidence, with the optima."""
    view, items = sliced_view(state, run, where, task)
    document = class_curves_document(view.class_curves(iou, items=items), classes)
    names = _names(state)
    for row in document["best"]:
        row["class"] = names[row["class_id"]]
    return {"run": run} | _named(state, document)


def _named(state: Loaded, document: Document) -> Document:
    names = _names(state)
    for row in document["per_class"]:
        row["class"] = names[row["class_id"]]
    return document


def _names(state: Loaded) -> list[str]:
    return [row.name for row in state.truth().ontology.classes]


def thresholds(state: Loaded, run: str, iou: float, goal: Goal) -> Document:
    """The confidence thresholds, one for all and one a class, that serve a goal best."""
    view = run_view(state, run)
    chosen = choose_thresholds(view.view, view.live, iou, goal)
    rows = state.truth().ontology.classes[: view.view.classes]
    return {"run": run} | thresholds_document(rows, chosen)


def intervals(state: Loaded, run: str, where: Where = None, task: str | None = None) -> Document:
    """95 % intervals of COCO's numbers, or of those of answers, from resampled images.

    Images of one sequence are drawn together.
    """
    asked = task_of(state, run, task)
    make = _intervals_of_answers if asked is Task.CLASSIFICATION else _intervals_of_objects
    meant_by = where if isinstance(where, str) else tuple(where or ())
    key = "intervals", state.record(run).run_id, asked, meant_by
    document: Document = state.remembered(
        key, lambda: make(state, run, where, asked).document(_names(state))
    )
    return document


def _intervals_of_objects(state: Loaded, run: str, where: Where, task: Task) -> Intervals:
    view, items = sliced_view(state, run, where, task.value)
    return bootstrap(match(view.view, coco(task=task)), clusters=clusters_of(state, items))


def _intervals_of_answers(state: Loaded, run: str, where: Where, task: Task) -> Intervals:
    truth, items = state.truth(), meant(state, where).only_images(task)
    return answer_intervals(
        questions(truth.ontology),
        of_items(truth.ground_truth, items),
        of_items(state.predictions(run), items),
        truth.items.rows,
        clusters=clusters_of(state, items),
    )


def rate_intervals(
    state: Loaded,
    run: str,
    point: tuple[float, float | None],
    classes: Classes = None,
    where: Where = None,
    task: str | None = None,
) -> Document:
    """95 % intervals of precision, recall and F1 of all classes together, from resampled images.

    Args:
        point: IoU and confidence; None is the run's own.
    """
    view, items = sliced_view(state, run, where, task)
    check_classes(classes, view.view.classes)
    iou, confidence = point[0], operating_confidence(view, point[1], items)
    tally = pooled(counts_tally(view.view, view.live.at(iou), confidence), classes)
    clusters, plan = clusters_of(state, items), Plan()
    found = bootstrap_statistic(
        tally,
        pooled_rates,
        COUNT_NAMES,
        resting_on=np.full(len(COUNT_NAMES), -1),
        clusters=clusters,
        plan=plan,
    )
    metrics = found.document()
    for one in metrics.values():
        del one["p"]  # of one run there is nothing to test
    return {
        "iou": iou,
        "confidence": confidence,
        "replicates": plan.replicates,
        "seed": plan.seed,
        "unit": clusters.unit,
        "clusters": clusters.count,
        "intervals": metrics,
    }


def clusters_of(state: Loaded, items: Items = None) -> Clusters:
    """What a bootstrap draws: sequences where images belong to them, else images."""
    sequence = state.truth().items["sequence"].astype(str)
    if not (sequence != "").any():
        return Clusters.images(sequence.size, items)
    _, number = np.unique(sequence, return_inverse=True)
    number = np.where(sequence == "", -1, number).astype(np.int64)
    return Clusters.groups(number, unit="sequence", chosen=items)
