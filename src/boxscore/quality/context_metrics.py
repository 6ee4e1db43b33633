"""Metrics of annotations beside the rest of the project: training size, classes, other runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import PREDICTION, TRUTH, Depends, metric
from boxscore.quality.objects import Objects, Rows, Values, divided
from boxscore.schema.tables import PREDICTIONS
from boxscore.sources.joining import joined

SAME_OBJECT = 0.5
"""IoU from which predictions of two runs are of one object."""

# --- the size at which a model sees it -----------------------------------------------------------


def _longest(objects: Objects) -> Values:
    """(items,) longest side; nan where it is not known."""
    longest = np.maximum(objects.items["width"], objects.items["height"]).astype(np.float64)
    return np.where(longest > 0, longest, np.nan)


@metric(
    "Training Scale",
    reads="objects",
    unit="times",
    low=0,
    bad="low",
    roles=(TRUTH,),
    depends=(Depends.TRAINING_SIZE,),
    meaning="How much the image is scaled to fit the training picture: its side (the setting "
    "`training_size`, 640) over the image's longest side. Below 1 detail is lost.",
    advice="Train larger, or tile; above 1 pixels are invented.",
)
def training_scale(objects: Objects) -> Values:
    """(items,) training size / longest side."""
    return objects.beside.training_size / _longest(objects)


@metric(
    "Training Padding",
    reads="objects",
    unit="share",
    low=0,
    high=1,
    bad="high",
    roles=(TRUTH,),
    meaning="Share of the square training picture that is padding, when the image is fitted into "
    "it without squeezing: 1 - shortest / longest side.",
    advice="Batch images of one shape (rectangular training), or tile.",
)
def training_padding(objects: Objects) -> Values:
    """(items,) share."""
    shortest = np.minimum(objects.items["width"], objects.items["height"]).astype(np.float64)
    return 1 - np.where(shortest > 0, shortest, np.nan) / _longest(objects)


@metric(
    "Object Size in Training",
    on="object",
    reads="objects",
    unit="px",
    low=0,
    bad="low",
    depends=(Depends.TRAINING_SIZE,),
    meaning="Root of the object's area in the training picture (the setting `training_size`, "
    "640): what the model sees of it. Below 8 pixels there is less than one cell of most models.",
    advice="Train larger, or tile; do not expect recall of what is smaller than a cell.",
)
def object_size_in_training(objects: Objects) -> Values:
    """(N,) pixels."""
    scale = objects.beside.training_size / _longest(objects)
    return objects.defined(np.sqrt(objects.area) * scale[objects.item])


# --- classes together ----------------------------------------------------------------------------


@metric(
    "Co-occurrence Surprise",
    on="object",
    reads="objects",
    unit="bits",
    bad="high",
    meaning="How much rarer than by chance the object's class is beside the other classes on its "
    "image: mean of log2((expected + 1/2) / (seen + 1/2)) over them, counted in images of the "
    "ground truth, the object's own image left out for ground truth. 0 is chance, below 0 they "
    "belong together; undefined without another class on the image.",
    advice="Look at the class: a giraffe among forks is often a wrong label.",
)
def cooccurrence_surprise(objects: Objects) -> Values:
    """(N,) bits."""
    here = _present(objects)
    first, second = _companions(here[:, 0])
    image, own, other = here[first, 0], here[first, 1], here[second, 1]
    seen, alone, images = _counted(objects, own, other)
    if objects.role == TRUTH:  # its own image says nothing new
        seen, images = seen - 1, images - 1
        alone = [count - 1 for count in alone]
    expected = divided(alone[0] * alone[1], np.broadcast_to(np.float64(images), own.shape))
    bits = np.log2((np.nan_to_num(expected) + 0.5) / (seen + 0.5))
    width = 1 + int(max(here[:, 1].max(initial=0), objects.class_id.max(initial=0)))
    keys, place = np.unique(image * width + own, return_inverse=True)
    mean = np.bincount(place, bits) / np.bincount(place) if keys.size else np.empty(0)
    wanted = objects.item.astype(np.int64) * width + objects.class_id
    at = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    known = keys[at] == wanted if keys.size else np.zeros(objects.count, np.bool_)
    values = np.full(objects.count, np.nan)
    values[known] = mean[at[known]]
    return objects.defined(values)


def _present(objects: Objects) -> NDArray[np.int64]:
    """(P, 2) item and class of the objects, each pair once, sorted."""
    pairs = np.stack([objects.item[objects.rows], objects.class_id[objects.rows]], axis=1)
    return np.unique(pairs.astype(np.int64), axis=0)


def _companions(group: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Ordered pairs of different rows of one group; `group` is sorted."""
    _, start, size = np.unique(group, return_index=True, return_counts=True)
    row_start, row_size = np.repeat(start, size), np.repeat(size, size)
    first = np.repeat(np.arange(group.size), row_size)
    within = np.arange(first.size) - np.repeat(np.cumsum(row_size) - row_size, row_size)
    second = row_start[first] + within if first.size else first
    different = first != second
    return first[different], second[different]


def _counted(
    objects: Objects, own: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[Values, list[Values], int]:
    """Ground-truth images with both classes, with each of them, and with any object."""
    truth = objects.beside.present()
    width = 1 + int(max(truth[:, 1].max(initial=0), own.max(initial=0)))
    single = np.bincount(truth[:, 1], minlength=width).astype(np.float64)
    a, b = _companions(truth[:, 0])
    keys, count = np.unique(truth[a, 1] * width + truth[b, 1], return_counts=True)
    wanted = own * width + other
    seen = np.zeros(own.size)
    if keys.size:
        at = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
        seen = np.where(keys[at] == wanted, count[at], 0.0)
    return seen, [single[own], single[other]], int(np.unique(truth[:, 0]).size)


# --- other runs ----------------------------------------------------------------------------------


@metric(
    "Disagreement on Prediction",
    on="object",
    reads="objects",
    low=0,
    high=1,
    bad="high",
    roles=(PREDICTION,),
    depends=(Depends.RUNS,),
    meaning="How far this confidence is from that of the other runs in the same object (their "
    "surest prediction of the class with IoU from 0.5; 0 without one), on average. 1: one is sure "
    "and the others see nothing. Undefined with one run, or confidences outside 0 to 1.",
    advice="Where models disagree one of them is wrong, or the label is: look first there.",
)
def disagreement_on_predictions(objects: Objects) -> Values:
    """(N,) mean absolute difference of confidences."""
    gaps = [np.abs(objects.confidence - support) for support, _ in _supports(objects)]
    sure = (objects.confidence >= 0) & (objects.confidence <= 1)
    if not gaps:
        return np.full(objects.count, np.nan)
    return objects.defined(np.mean(gaps, axis=0), sure)


@metric(
    "Disagreement between Runs",
    reads="objects",
    low=0,
    high=1,
    bad="high",
    roles=(PREDICTION,),
    depends=(Depends.RUNS,),
    meaning="What share of the confidence on the image this run and another do not have in common, "
    "each prediction compared with the other run's surest of its class in the same place (IoU from "
    "0.5); averaged over the other runs. 0: they say the same. Undefined with one run, or where "
    "neither predicts anything.",
    advice="Label or review these images first.",
)
def disagreement_between_runs(objects: Objects) -> Values:
    """(items,) sum |confidence - support| / sum max(confidence, support), of both runs."""
    shares = []
    for support, (other, back) in _supports(objects):
        apart = np.zeros(objects.items.rows)
        whole = np.zeros(objects.items.rows)
        for side, found in ((objects, support), (other, back)):
            rows, own = side.rows, _probability(side)
            apart += side.per_item(np.abs(own - found))
            whole += np.bincount(side.item[rows], np.maximum(own, found)[rows], whole.size)
        shares.append(divided(apart, whole))
    if not shares:
        return np.full(objects.items.rows, np.nan)
    known = np.isfinite(shares)
    return divided(np.nansum(shares, axis=0), known.sum(axis=0).astype(np.float64))


def _probability(objects: Objects) -> Values:
    """(N,) confidences; 0 where they are no probabilities."""
    sound = (objects.confidence >= 0) & (objects.confidence <= 1)
    return np.where(sound, objects.confidence, 0.0)


def _supports(objects: Objects) -> list[tuple[Values, tuple[Objects, Values]]]:
    """For each other run: what it says of ours, itself, and what we say of its predictions."""
    found = []
    for predictions in objects.beside.others():
        other = Objects(PREDICTION, objects.items, predictions, objects.class_counts)
        mine, theirs, _ = across(objects, other, SAME_OBJECT)
        same = objects.class_id[mine] == other.class_id[theirs]
        mine, theirs = mine[same], theirs[same]
        support, back = np.zeros(objects.count), np.zeros(other.count)
        np.maximum.at(support, mine, _probability(other)[theirs])
        np.maximum.at(back, theirs, _probability(objects)[mine])
        found.append((support, (other, back)))
    return found


def across(left: Objects, right: Objects, floor: float) -> tuple[Rows, Rows, Values]:
    """Pairs of objects of two runs on one image with an IoU of at least `floor`."""
    parts = [
        replace(side.annotations, table=side.annotations.table.replace(source_row=number))
        for side, number in (
            (left, np.arange(left.count)),
            (right, left.count + np.arange(right.count)),
        )
    ]
    both = Objects(PREDICTION, left.items, joined(parts, PREDICTIONS), left.class_counts)
    origin = both.annotations.table["source_row"]
    first = origin[both.rows] < left.count
    mine, theirs = both.rows[first], both.rows[~first]
    a, b, iou = both.overlaps(mine, both.item[mine], theirs, both.item[theirs], floor)
    return origin[a], origin[b] - left.count, iou


CONTEXT_METRICS = (
    training_scale, training_padding, object_size_in_training, cooccurrence_surprise,
    disagreement_on_predictions, disagreement_between_runs,
)  # fmt: skip
