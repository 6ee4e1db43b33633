"""Metrics of predictions: how sure the model is, and what to label next (acquisition)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import PREDICTION, metric
from boxscore.quality.objects import Objects, Values, divided
from boxscore.schema.kinds import Kind

RIVAL = 0.5
"""IoU from which a prediction of another class is a rival for the same object."""

# --- of probabilities ----------------------------------------------------------------------------


def entropy(probabilities: Values) -> Values:
    """(N,) -sum p log2 p of (N, C) probabilities, in bits."""
    p = probabilities
    bits: Values = -(p * np.log2(p, out=np.zeros(p.shape), where=p > 0)).sum(axis=1)
    return bits + 0.0


def least_confidence(probabilities: Values) -> Values:
    """(N,) 1 - the greatest of (N, C) probabilities."""
    least: Values = 1 - probabilities.max(axis=1)
    return least


def margin(probabilities: Values) -> Values:
    """(N,) the greatest minus the second greatest of (N, C >= 2) probabilities."""
    two = np.sort(probabilities, axis=1)[:, -2:]
    gap: Values = two[:, 1] - two[:, 0]
    return gap


def variance(probabilities: Values) -> Values:
    """(N,) population variance over the classes of (N, C) probabilities."""
    spread: Values = probabilities.var(axis=1)
    return spread


def distributions(objects: Objects) -> tuple[NDArray[np.int64], Values]:
    """What a run says of its probabilities: (D,) images and (D, C) distributions.

    An object of confidence p is right or not: (p, 1 - p). The guesses at one image are its
    distribution; what they leave of 1 belongs to the classes that were not guessed, and a sum
    above 1 is scaled to 1. Confidences outside 0..1 are no probabilities and are left out.
    """
    confidence, item = objects.confidence, objects.item
    sound = (confidence >= 0) & (confidence <= 1)
    guess = objects.kind == Kind.CLASSIFICATION
    rows = np.flatnonzero(sound & objects.is_object)
    pairs = np.stack([confidence[rows], 1 - confidence[rows]], axis=1)
    asked = np.flatnonzero(sound & guess)
    images, number = np.unique(item[asked], return_inverse=True)
    first = np.searchsorted(number, np.arange(images.size))
    place = np.arange(asked.size) - first[number]
    width = max(int(place.max(initial=-1)) + 2, 2)
    answers = np.zeros((images.size, width))
    answers[number, place] = confidence[asked]
    total = answers.sum(axis=1)
    answers[:, -1] = np.maximum(1 - total, 0)
    answers /= np.maximum(total, 1)[:, None]
    whole = np.zeros((rows.size + images.size, width))
    whole[: rows.size, :2] = pairs
    whole[rows.size :] = answers
    return np.concatenate([item[rows], images]).astype(np.int64), whole


def _mean_by_image(objects: Objects, values: Values, images: NDArray[np.int64]) -> Values:
    """(items,) means; nan for an image without any."""
    total = np.bincount(images, values, objects.items.rows).astype(np.float64)
    count = np.bincount(images, minlength=objects.items.rows).astype(np.float64)
    return divided(total, count)


_OF = (
    "mean over the image's predictions, an object of confidence p being (p, 1 - p); undefined "
    "without predictions."
)


@metric(
    "Entropy",
    reads="objects",
    unit="bits",
    low=0,
    bad="high",
    roles=(PREDICTION,),
    meaning=f"Shannon entropy of the class probabilities, {_OF} High is unsure.",
    advice="Label the highest first.",
)
def entropy_of_images(objects: Objects) -> Values:
    """(items,) bits."""
    images, probabilities = distributions(objects)
    return _mean_by_image(objects, entropy(probabilities), images)


@metric(
    "Least Confidence",
    reads="objects",
    low=0,
    high=1,
    bad="high",
    roles=(PREDICTION,),
    meaning=f"1 - greatest class probability, {_OF} High is unsure.",
    advice="Label the highest first.",
)
def least_confidence_of_images(objects: Objects) -> Values:
    """(items,) 0 to 1."""
    images, probabilities = distributions(objects)
    return _mean_by_image(objects, least_confidence(probabilities), images)


@metric(
    "Margin",
    reads="objects",
    low=0,
    high=1,
    bad="low",
    roles=(PREDICTION,),
    meaning=f"Greatest minus second greatest class probability, {_OF} Low is unsure.",
    advice="Label the lowest first.",
)
def margin_of_images(objects: Objects) -> Values:
    """(items,) 0 to 1."""
    images, probabilities = distributions(objects)
    return _mean_by_image(objects, margin(probabilities), images)


@metric(
    "Variance",
    reads="objects",
    low=0,
    high=0.25,
    bad="low",
    roles=(PREDICTION,),
    meaning=f"Variance of the class probabilities, {_OF} Low is unsure.",
    advice="Label the lowest first.",
)
def variance_of_images(objects: Objects) -> Values:
    """(items,) over as many classes as the widest distribution of the run has."""
    images, probabilities = distributions(objects)
    return _mean_by_image(objects, variance(probabilities), images)


@metric(
    "Mean Object Confidence",
    reads="objects",
    low=0,
    high=1,
    bad="low",
    roles=(PREDICTION,),
    meaning="Mean confidence of the image's predictions; undefined without predictions, or where "
    "confidences are no probabilities.",
    advice="Label the lowest first.",
)
def mean_object_confidence(objects: Objects) -> Values:
    """(items,) 0 to 1."""
    confidence = objects.confidence
    rows = np.flatnonzero(objects.is_object & (confidence >= 0) & (confidence <= 1))
    return _mean_by_image(objects, confidence[rows], objects.item[rows].astype(np.int64))


@metric(
    "Confidence",
    on="object",
    reads="objects",
    bad="low",
    roles=(PREDICTION,),
    meaning="The confidence that the model gave; answers about the image have one too.",
    advice="Find the threshold that serves your goal: `boxscore thresholds`.",
)
def confidence(objects: Objects) -> Values:
    """(N,) as given."""
    return objects.confidence.astype(np.float64)


@metric(
    "Confidence Margin",
    on="object",
    reads="objects",
    bad="low",
    roles=(PREDICTION,),
    meaning="Confidence minus that of the surest prediction of another class in the same place "
    "(IoU from 0.5); the confidence itself without a rival. Negative: a rival is surer.",
    advice="Low margins show classes that the model confuses: `boxscore confusion`.",
)
def confidence_margin(objects: Objects) -> Values:
    """(N,) difference of confidences."""
    pairs = objects.neighbours
    rival = pairs.iou >= RIVAL
    rival &= objects.class_id[pairs.row] != objects.class_id[pairs.other]
    best = np.full(objects.count, -np.inf)
    np.maximum.at(best, pairs.row[rival], objects.confidence[pairs.other[rival]])
    return objects.defined(objects.confidence - np.where(np.isfinite(best), best, 0.0))


PREDICTION_METRICS = (
    entropy_of_images, least_confidence_of_images, margin_of_images, variance_of_images,
    mean_object_confidence, confidence, confidence_margin,
)  # fmt: skip
