"""Conditions on the objects of a list, some of which mean something at an operating point only.

Beside those of `object_slicing` they are `object.confidence` and `object.iou`: the overlap with
what a list of errors shows as the partner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.reasons import missed_at
from boxscore.project.loading import Loaded
from boxscore.project.slices.object_conditions import OBJECT, by_subject, fitting, number_of
from boxscore.project.slices.slicing import Mask, sliced, within
from boxscore.project.views import Scene

AT_POINT = ("confidence", "iou")
Numbers = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(P,) of predictions and (G,) of ground truths; nan where it is undefined."""


def masks_among(
    state: Loaded, run: str, scene: Scene, among: str | None
) -> tuple[Mask, Mask] | None:
    """(P,) predictions and (G,) ground truths of a slice of images, of objects or of both.

    Raises:
        RequestError: A key or a value is unknown, or nothing is meant.
    """
    images, parts = by_subject(state, among)
    items, view = sliced(state.truth(), images), scene.run.view
    if items is None and not parts:
        return None
    masks = [np.ones(side.rows.size, np.bool_) for side in (view.predictions, view.truth)]
    for part in parts:
        for mask, found in zip(masks, part_masks(state, run, scene, part), strict=True):
            mask &= found
    if not any(mask.any() for mask in masks):
        raise RequestError(
            f"slice {','.join(parts)!r} holds no object",
            fix="widen it; commas mean that every part must hold",
            code="E-SLICE-EMPTY",
        )
    if items is None:
        return masks[0], masks[1]
    return masks[0] & items[view.predictions.item], masks[1] & items[view.truth.item]


def part_masks(state: Loaded, run: str, scene: Scene, part: str) -> tuple[Mask, Mask]:
    """The same for one condition, which may mean nothing."""
    if part.strip().startswith("!"):
        predictions, labels = part_masks(state, run, scene, part.strip()[1:])
        return ~predictions, ~labels
    view = scene.run.view
    key, _, value = (word.strip() for word in part.strip().partition("="))
    name = key.removeprefix(OBJECT)
    if name not in AT_POINT:
        return fitting(state, view.predictions, run, part), fitting(state, view.truth, None, part)
    first, second = numbers(state, run, scene, name)
    return within(first, name, value), within(second, name, value)


def numbers(state: Loaded, run: str, scene: Scene, name: str) -> Numbers:
    """What a condition of this name has a range of.

    Raises:
        RequestError: There is no such number of objects.
    """
    view = scene.run.view
    if name == "confidence":
        return view.confidence, np.full(view.truth.rows.size, np.nan)
    if name == "iou":
        return overlaps(scene)
    return (
        number_of(state, view.predictions, run, name),
        number_of(state, view.truth, None, name),
    )


def overlaps(scene: Scene) -> Numbers:
    """Overlap with the match or with what explains that there is none, as lists show it."""
    view, matches = scene.run.view, scene.matches
    iou = scene.run.reasons(scene.iou, np.arange(view.predictions.rows.size)).iou
    labels = np.full(view.truth.rows.size, np.nan)
    found = matches.prediction >= 0
    labels[found] = iou[matches.prediction[found]]
    lost = missed_at(view, matches, scene.confidence)
    labels[lost] = scene.misses(lost).iou
    return iou, labels
