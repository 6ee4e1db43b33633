"""On which images runs are compared: all of them, or those that every run has predictions for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.chosen import Items
from boxscore.project.loading import Loaded
from boxscore.project.slices.slicing import Mask

CHOICES = ("auto", "all", "shared")
PARTIAL = 0.2
"""A run without predictions on more than this share of another run's images has not seen them."""


@dataclass(frozen=True, slots=True)
class SharedImages:
    """The images of a comparison.

    Attributes:
        items: (items,) bool; None is every image of the project.
        restricted: Whether images were left out because a run has no prediction there.
        notes: What a reader must know of the choice.
    """

    items: Items
    restricted: bool
    notes: tuple[str, ...]


def shared_images(
    state: Loaded, runs: Sequence[str], chosen: Items, images: str = "auto"
) -> SharedImages:
    """Choose the images, and say so where the runs differ.

    Args:
        chosen: A slice; None is every image.
        images: "all": an image without predictions is one on which nothing was found; "shared":
            only images on which every run has predictions; "auto": all, unless a run has none on
            more than a fifth of the images of another.

    Raises:
        RequestError: There is no such choice, or the runs share no image.
    """
    if images not in CHOICES:
        raise RequestError(
            f"images {images!r} is unknown", fix=near_misses(images, CHOICES), code="E-QUERY"
        )
    count = state.truth().items.rows
    inside = np.ones(count, np.bool_) if chosen is None else chosen
    seen = [_with_predictions(state, run, count) & inside for run in runs]
    some, every = np.logical_or.reduce(seen), np.logical_and.reduce(seen)
    if images != "all" and not every.any():
        raise _disjoint(runs, seen)
    lacking = [int((some & ~one).sum()) for one in seen]
    restrict = images == "shared" or (images == "auto" and max(lacking) > PARTIAL * int(some.sum()))
    notes = [_lacks(run, n, int(some.sum())) for run, n in zip(runs, lacking, strict=True) if n]
    if restrict and (every != inside).any():
        rule = f"Only the {int(every.sum())} images count on which every run has predictions."
        return SharedImages(every, True, (*notes, rule))
    if notes:
        notes.append("All images count; one without predictions is one where nothing was found.")
    return SharedImages(chosen, False, tuple(notes))


def comparable_baseline(state: Loaded, baseline: str, run: str, chosen: Items = None) -> None:
    """Refuse a baseline of other images: a change since it says nothing.

    A run without any prediction is not refused: it found nothing, and is judged by that.

    Args:
        chosen: A slice; None is every image. One where neither run predicts anything is none.

    Raises:
        RequestError: The baseline has no predictions, or none on an image where the run has some.
    """
    count = state.truth().items.rows
    before, after = (_with_predictions(state, name, count) for name in (baseline, run))
    there = ""
    if chosen is not None and before.any():
        before, after, there = before & chosen, after & chosen, " on these images"
        if not (before | after).any():
            return
    if not before.any() or (after.any() and not (before & after).any()):
        none = f"has no predictions{there}"
        problem = none if not before.any() else f"shares no image with run {run!r}{there}"
        raise RequestError(
            f"baseline {baseline!r} {problem}",
            fix="name another with --baseline, of the same images",
            code="E-GATE-BASELINE",
        )


def _with_predictions(state: Loaded, run: str, count: int) -> Mask:
    mask = np.zeros(count, np.bool_)
    mask[state.predictions(run).table["item"]] = True
    return mask


def _lacks(run: str, lacking: int, some: int) -> str:
    return f"{run} has no prediction on {lacking} of the {some} images where a run has some."


def _disjoint(runs: Sequence[str], seen: Sequence[Mask]) -> RequestError:
    empty = [run for run, mask in zip(runs, seen, strict=True) if not mask.any()]
    problem = (
        f"run {empty[0]!r} has no prediction on these images"
        if empty
        else f"runs {', '.join(map(repr, runs))} have predictions on no common image"
    )
    return RequestError(
        problem,
        fix="choose runs of the same images; --images all counts what is missing as missed",
        code="E-COMPARE-IMAGES",
    )
