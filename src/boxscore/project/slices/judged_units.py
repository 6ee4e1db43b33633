"""A run's ground truths and predictions, each right or wrong, with any metric's values of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.classification import scored_answers
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.flips import follow
from boxscore.evaluation.units import (
    Units,
    answer_units,
    change_units,
    prediction_units,
    truth_units,
)
from boxscore.matching.policy import coco
from boxscore.project.comparison.comparing import task_of_all
from boxscore.project.comparison.shared_images import shared_images
from boxscore.project.evaluating import of_items, questions
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import (
    Known,
    Place,
    metric_values,
    place_of,
    readable,
    stored,
    values_at,
)
from boxscore.project.numbers import check_classes, operating_confidence
from boxscore.project.slices.narrowing import meant, sliced_view
from boxscore.project.slices.slicing import Where
from boxscore.project.tasks import task_of
from boxscore.quality.cards import On, Reads
from boxscore.schema.kinds import DETECTION, Task

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a run was asked to find, and what it said, at one operating point.

    Attributes:
        confidence: Least confidence; None for classification, where answers have no threshold.
    """

    run: str
    task: Task
    confidence: float | None
    truth: Units
    predictions: Units


def judged_units(
    state: Loaded,
    run: str,
    *,
    iou: float,
    confidence: float | None,
    classes: Classes = None,
    where: Where = None,
    task: str | None = None,
) -> Judged:
    """All units of a run of objects or of answers.

    Raises:
        RequestError: The task matches neither, or the slice or a class does not exist.
    """
    truth, chosen_task = state.truth(), task_of(state, run, task)
    check_classes(classes, len(truth.ontology.classes))
    if chosen_task is Task.CLASSIFICATION:
        return _answers(state, run, meant(state, where).only_images(chosen_task), classes)
    view, items = sliced_view(state, run, where, task)
    cut = operating_confidence(view, confidence, items)
    truths = truth_units(view, iou, cut, items, classes)
    found = prediction_units(view, iou, cut, items, classes)
    return Judged(run=run, task=chosen_task, confidence=cut, truth=truths, predictions=found)


def _answers(state: Loaded, run: str, items: Items, classes: Classes) -> Judged:
    truth = state.truth()
    labels, given = (of_items(a, items) for a in (truth.ground_truth, state.predictions(run)))
    sides = [answer_units(one) for one in scored_answers(questions(truth.ontology), labels, given)]
    if classes is not None:
        sides = [side.take(np.isin(side.class_id, classes)) for side in sides]
    return Judged(
        run=run, task=Task.CLASSIFICATION, confidence=None, truth=sides[0], predictions=sides[1]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Every ground truth from a baseline to a run, on the images that both have seen.

    Attributes:
        confidences: Least confidence of the baseline and of the run.
    """

    task: Task
    confidences: tuple[float, float]
    units: Units


def changed_units(
    state: Loaded,
    run: str,
    baseline: str,
    *,
    iou: float | None,
    confidence: float | None,
    where: Where = None,
) -> Changed:
    """What became of each ground truth.

    Args:
        iou: None is the mean over COCO's ten thresholds.

    Raises:
        RequestError: The runs follow no objects, or share no image.
    """
    task = task_of_all(state, (baseline, run))
    if task not in DETECTION:
        raise RequestError(
            "answers are no objects to follow from run to run",
            fix="choose runs of objects, or ask without a baseline",
            code="E-TASK-OBJECTS",
        )
    slice_of = meant(state, where)
    shared = shared_images(state, (baseline, run), slice_of.items).items
    views = [slice_of.view(state, name, task) for name in (baseline, run)]
    cuts = [operating_confidence(view, confidence, shared) for view in views]
    ious = coco().iou_thresholds if iou is None else (iou,)
    followed = [follow(views, one, cuts, shared) for one in ious]
    units = change_units(followed, views[0].view.truth)
    return Changed(task=task, confidences=(cuts[0], cuts[1]), units=units)


# --- a metric's values ---------------------------------------------------------------------------


def unit_values(state: Loaded, known: Known, units: Units, run: str | None) -> Values | None:
    """(N,) values of a metric for ground truths, or for a run's predictions; None without any.

    Args:
        run: The run whose predictions the units are; None for ground truths.
    """
    place = _place_of_units(state, known, run)
    if known.card.on is On.IMAGE:
        return metric_values(state, known, place)[units.item] if place.fits(known.card) else None
    if not place.fits(known.card) or (units.size and np.isnan(units.box).all()):
        return None
    return metric_values(state, known, place)[units.source_row]


def measure(
    state: Loaded,
    wanted: Sequence[Known],
    units: Units,
    run: str | None,
    *,
    pixels: bool,
    progress: Progress = silent,
) -> None:
    """Compute what `unit_values` will be asked for, together: each image is decoded once.

    Args:
        pixels: Whether images may be decoded.
    """
    on_images_only = bool(np.isnan(units.box).all())
    at: dict[Place, list[Known]] = {}
    for known in wanted:
        place = _place_of_units(state, known, run)
        if place.fits(known.card) and not (on_images_only and known.card.on is On.OBJECT):
            at.setdefault(place, []).append(known)
    for place, some in at.items():
        values_at(state, some, place, pixels, progress)


def lacks_values(state: Loaded, known: Known, run: str | None) -> bool:
    """Whether `unit_values` would have to compute something."""
    place = _place_of_units(state, known, run)
    if not place.fits(known.card) or not readable(state, place, known):
        return False
    return not bool(stored(state, known, place)[1].all())


def _place_of_units(state: Loaded, known: Known, run: str | None) -> Place:
    """Where values for units are kept: those of images with the project where they can be."""
    project = place_of(state, None)
    whole = known.card.on is On.IMAGE and project.fits(known.card)
    return project if whole else place_of(state, run)


def without_pixels(state: Loaded, known: Known) -> int:
    """How many images would have to be decoded for a metric."""
    if known.card.reads is not Reads.PIXELS:
        return 0
    return int((~stored(state, known, place_of(state, None))[1]).sum())


def out_of_reach(state: Loaded, known: Known, run: str | None, *, pixels: bool) -> bool:
    """Whether values are missing that are not to be had now: of images that are not to be decoded,
    or of a metric of the user's own, whose code is not kept."""
    if not pixels and without_pixels(state, known):
        return True
    return known.metric is None and lacks_values(state, known, run)


def refuse_pixels(state: Loaded, known: Known) -> None:
    """Refuse to decode images for an answer that somebody waits for."""
    if missing := without_pixels(state, known):
        raise RequestError(
            f"metric {known.card.title!r} is not computed yet for {missing} images",
            fix="run `boxscore metric run`",
            code="E-METRIC-MISSING",
        )
