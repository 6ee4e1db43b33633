"""Metrics of annotations beside the rest of the project: training size, classes, other runs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import PREDICTION, TRUTH, Depends, metric
from boxscore.quality.objects import Objects, Rows, Values, divided
from boxscore.schema.tables import GROUND_TRUTH, PREDICTIONS, Annotations, unsized
from boxscore.sources.joining import joined

BLOCK = 512
"""Images whose classes are compared at once."""
SAME_OBJECT = 0.5
"""IoU from which predictions of two runs are of one object."""

# --- the size at which a model sees it -----------------------------------------------------------


def _longest(objects: Objects) -> Values:
    """(items,) longest side; nan where it is not known."""
    longest = np.maximum(objects.items["width"], objects.items["height"]).astype(np.float64)
    return np.where((longest > 0) & ~unsized(objects.items), longest, np.nan)


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
    version=2,
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
    version=2,
    meaning="How much rarer than by chance the object's class is beside the other classes on its "
    "image: mean of log2((expected + 1/2) / (seen + 1/2)) over them, counted in images of the "
    "ground truth but the object's own, of predictions too: its labels would give away who is "
    "right. 0 is chance, below 0 they belong together; undefined without another class on the "
    "image.",
    advice="Look at the class: a giraffe among forks is often a wrong label.",
)
def cooccurrence_surprise(objects: Objects) -> Values:
    """(N,) bits."""
    truth = objects.beside.ground_truth or Annotations.empty(GROUND_TRUTH)
    labels = np.arange(truth.rows), truth.table["item"], truth.table["class_id"]
    seen, images = np.zeros((objects.class_counts.size,) * 2), 0
    for *_, held in _blocks(objects, *labels):
        seen += held.T @ held
        images += int(held.any(axis=1).sum())
    values = np.full(objects.count, np.nan)
    own = _blocks(objects, *labels)
    for rows, line, classes, held in _blocks(objects, objects.rows, objects.item, objects.class_id):
        *_, labelled = next(own)
        values[rows] = _surprise(held, labelled, seen, images)[line, classes]
    return objects.defined(values)


def _surprise(held: Values, labelled: Values, seen: Values, images: int) -> Values:
    """(L, C) bits of each class that a line holds, beside the others; nan of all that it does not.

    Args:
        held, labelled: (L, C) 0 or 1: classes of an image's objects, and of its ground truth.
        seen: (C, C) labelled images with two classes; on the diagonal with one.
        images: How many are labelled.
    """
    line, one = np.nonzero(held)
    count = np.bincount(line, minlength=len(held))
    first = np.repeat(np.arange(line.size), count[line])
    start = (np.cumsum(count) - count)[line[first]]
    second = start + np.arange(first.size) - np.searchsorted(first, first)
    apart = first != second
    first, second = first[apart], second[apart]
    at, a, b = line[first], one[first], one[second]
    own_a, own_b = labelled[at, a], labelled[at, b]
    others = np.maximum(images - labelled.max(axis=1, initial=0)[at], 1)
    expected = (seen[a, a] - own_a) * (seen[b, b] - own_b) / others
    bits = np.log2((expected + 0.5) / (seen[a, b] - own_a * own_b + 0.5))
    found = np.full(held.shape, np.nan)
    sums = np.bincount(first, bits, line.size).astype(np.float64)
    counts = np.bincount(first, minlength=line.size).astype(np.float64)
    found[line, one] = divided(sums, counts)
    return found


Block = tuple[Rows, Rows, NDArray[np.int32], Values]


def _blocks(
    objects: Objects, rows: Rows, item: NDArray[np.int32], class_id: NDArray[np.int32]
) -> Iterator[Block]:
    """Some images after the others: rows, the line and class of each, which classes a line holds.

    Args:
        rows: (R,) rows of `item` and `class_id`, in the order of the images.
    """  # fmt: skip
    size = objects.class_counts.size
    ends = np.searchsorted(item[rows], np.arange(0, objects.items.rows + BLOCK, BLOCK))
    for k, (start, stop) in enumerate(itertools.pairwise(ends.tolist())):
        some = rows[start:stop]
        line = item[some].astype(np.int64) - k * BLOCK
        held = np.zeros((BLOCK, size))
        held[line, class_id[some]] = 1
        yield some, line, class_id[some], held


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
