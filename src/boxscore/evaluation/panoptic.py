"""Panoptic quality: segments of every pixel, matched at IoU above 0.5, per class and averaged.

Above one half a match is unique, so nothing has to be assigned. Unlabelled (void) pixels of the
truth leave the union, and a prediction mostly on void or on a crowd region of its class is not
counted. Source: Kirillov et al. 2019, "Panoptic Segmentation"; equal to panopticapi, except that
several crowd regions of one class on one image all count as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.counts import mean, ratios
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.semantic_maps import PaintedImage, overlap_notes, painted_images
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options

VOID = 0
"""The id of pixels that belong to no segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """One image as S segments.

    Attributes:
        map: (height, width) integer id of each pixel's segment, 0 for none.
        ids: (S,) ids that occur in the map.
        class_id: (S,) class of each.
        crowd: (S,) bool, crowd regions of the truth; None for none.
    """

    map: NDArray[Any]
    ids: NDArray[Any]
    class_id: NDArray[Any]
    crowd: NDArray[np.bool_] | None = None


class PanopticScores:
    """Matched and missed segments by class, image after image.

    Attributes:
        iou: (C,) float64, sum over the matches.
        tp, fp, fn: (C,) int64.
    """

    def __init__(self, classes: int) -> None:
        """Start with no segment of C classes."""
        self.iou = np.zeros(classes)
        self.tp, self.fp, self.fn = (np.zeros(classes, np.int64) for _ in range(3))

    def update(self, truth: Segments, predicted: Segments) -> None:
        """Count the segments of one image.

        Raises:
            RequestError: The maps differ in shape, an id of a map is not listed, a listed one
                does not occur, or a class has no number below C.
        """
        if truth.map.shape != predicted.map.shape:
            raise _bad_shape(
                f"a truth map of {truth.map.shape} and a predicted one of {predicted.map.shape}",
                "resize the prediction to its image first",
            )
        classes = self.iou.size
        truth_place, truth_class, crowd = _sorted("truth", truth, classes)
        found_place, found_class, _ = _sorted("predicted", predicted, classes)
        shared = _shared_pixels(truth_place, found_place, truth_class.size, found_class.size)
        row, column, iou = _matches(shared, truth_class, found_class, crowd)
        np.add.at(self.iou, truth_class[row], iou)
        self.tp += np.bincount(truth_class[row], minlength=classes)
        missed = ~crowd
        missed[row] = False
        self.fn += np.bincount(truth_class[missed], minlength=classes)
        false = ~_excused(shared, truth_class, found_class, crowd)
        false[column] = False
        self.fp += np.bincount(found_class[false], minlength=classes)

    def merge(self, other: PanopticScores) -> None:
        """Add what another one counted, in another process for example."""
        if other.iou.size != self.iou.size:
            raise _bad_shape(
                f"{other.iou.size} classes cannot be added to {self.iou.size}",
                "count both with the same classes",
            )
        self.iou += other.iou
        self.tp += other.tp
        self.fp += other.fp
        self.fn += other.fn

    def numbers(
        self, thing: NDArray[np.bool_] | None = None, notes: tuple[str, ...] = ()
    ) -> Numbers:
        """PQ, SQ and RQ over all classes, things and stuff, and of each class.

        Args:
            thing: (C,) which classes are countable objects; None where it is not known.
        """
        counted = self.tp + self.fp + self.fn > 0
        twice = 2 * self.tp + self.fp + self.fn
        per_class = {
            "pq": ratios(2 * self.iou, twice),
            "sq": ratios(self.iou, self.tp),
            "rq": ratios(2 * self.tp, twice),
        }
        groups = {"": counted, "_things": None, "_stuff": None}
        if thing is not None:
            groups |= {"_things": counted & thing, "_stuff": counted & ~thing}
        overall = {
            f"{name.upper()}{group}": _mean_over(values, chosen)
            for group, chosen in groups.items()
            for name, values in per_class.items()
        }
        return Numbers(
            overall=overall,
            ground_truth=self.tp + self.fn,
            predictions=self.tp + self.fp,
            per_class=per_class,
            notes=_notes(thing, counted & (self.tp == 0)) + notes,
        )


def evaluate(view: Comparable, options: Options) -> Numbers:
    """Segments from the masks of both sides, image by image.

    Where masks overlap, the most confident prediction and the last truth in the file keep the
    pixels, crowd regions lie below; masks of one stuff class on one image are one segment.
    `options.class_agnostic` makes all classes one.
    """
    thing = view.facts.thing
    one = options.class_agnostic
    scores = PanopticScores(1 if one else view.classes)
    overlaps, void, pixels = np.zeros(2, np.int64), 0, 0
    for image in painted_images(view, only_predicted=options.only_predicted):
        truth, predicted = _segments(view, image, one)
        scores.update(truth, predicted)
        overlaps += image.overlaps
        void += int((truth.map == VOID).sum())
        pixels += truth.map.size
    notes = overlap_notes(overlaps)
    if void:
        notes += (
            f"{void / pixels:.1%} of the pixels have no truth (void): predictions mostly there "
            "are not counted.",
        )
    return scores.numbers(None if one else thing, notes)


def _segments(view: Comparable, image: PaintedImage, one_class: bool) -> tuple[Segments, Segments]:
    truth, found, thing = view.truth, view.predictions, view.facts.thing
    crowd = view.crowd != 0
    truth_ids = _ids_of_rows(truth.class_id, thing, crowd)
    if view.ignored is not None:
        truth_ids[view.ignored != 0] = VOID
    none = np.zeros(found.class_id.size, np.bool_)
    found_ids = _ids_of_rows(found.class_id, thing, none)
    return (
        _of_rows(image.truth, truth_ids, truth.class_id * (not one_class), crowd),
        _of_rows(image.predicted, found_ids, found.class_id * (not one_class), none),
    )


def _ids_of_rows(
    class_id: NDArray[np.int32], thing: NDArray[np.bool_] | None, crowd: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """An id for each row, from 1; stuff that is no crowd has one for each class, after them."""
    ids = np.arange(1, class_id.size + 1)
    if thing is None:
        return ids
    return np.where(thing[class_id] | crowd, ids, class_id.size + 1 + class_id.astype(np.int64))


def _of_rows(
    rows: NDArray[np.int32],
    ids: NDArray[np.int64],
    class_id: NDArray[Any],
    crowd: NDArray[np.bool_],
) -> Segments:
    covered = rows[rows >= 0]
    low = int(covered.min()) if covered.size else 0
    seen = np.flatnonzero(np.bincount(covered - low)) + low
    seen = seen[ids[seen] != VOID]
    listed, first = np.unique(ids[seen], return_index=True)
    which = seen[first]
    return Segments(
        map=np.append(ids, VOID)[rows],
        ids=listed,
        class_id=class_id[which],
        crowd=crowd[which],
    )


def _sorted(
    side: str, segments: Segments, classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Each pixel's place among the ids sorted, 0 for void; classes and crowds in that order."""
    if not np.issubdtype(segments.map.dtype, np.integer):
        raise _bad_shape(f"the {side} map is {segments.map.dtype}", "give ids of an integer type")
    ids = np.asarray(segments.ids, np.int64)
    order = np.argsort(ids, kind="stable")
    class_id = np.asarray(segments.class_id, np.int64)[order]
    crowd = np.zeros(ids.size, np.bool_) if segments.crowd is None else segments.crowd[order]
    known = np.append(VOID, ids[order])
    flat = segments.map.reshape(-1)
    place = np.searchsorted(known, flat)
    place[place == known.size] = 0
    unlisted = flat[known[place] != flat]
    absent = known[np.bincount(place, minlength=known.size) == 0]
    absent = absent[absent != VOID]
    if unlisted.size or absent.size or (np.diff(known) <= 0).any():
        odd = np.concatenate([unlisted[:1], absent[:1], ids[:1]])[0]
        raise RequestError(
            f"{side} segment {odd} is not exactly once in the list and somewhere in the map",
            fix="list each id above 0 of the map once, with its class",
            code="E-PANOPTIC-SEGMENT",
        )
    if class_id.size and not 0 <= class_id.min() <= class_id.max() < classes:
        raise RequestError(
            f"{side} segments have classes from {class_id.min()} to {class_id.max()}",
            fix=f"use class numbers from 0 to {classes - 1}",
            code="E-CLASS-UNKNOWN",
        )
    return place, class_id, crowd.astype(np.bool_)


def _shared_pixels(
    truth: NDArray[np.int64], found: NDArray[np.int64], truths: int, founds: int
) -> NDArray[np.int64]:
    """(T + 1, P + 1) pixels by true and predicted segment; row and column 0 are void."""
    cells = np.bincount(truth * (founds + 1) + found, minlength=(truths + 1) * (founds + 1))
    return cells.reshape(truths + 1, founds + 1)


def _matches(
    shared: NDArray[np.int64],
    truth_class: NDArray[np.int64],
    found_class: NDArray[np.int64],
    crowd: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Truths, predictions and IoU of the matches; void pixels of the truth leave the union."""
    both = shared[1:, 1:]
    union = shared.sum(axis=1)[1:, None] + shared.sum(axis=0)[None, 1:] - both - shared[0, 1:]
    iou = ratios(both, union)
    same = (truth_class[:, None] == found_class[None, :]) & ~crowd[:, None]
    row, column = np.nonzero(same & (iou > 0.5))
    return row, column, iou[row, column]


def _excused(
    shared: NDArray[np.int64],
    truth_class: NDArray[np.int64],
    found_class: NDArray[np.int64],
    crowd: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """(P,) predictions more than half on void or on crowds of their class."""
    own_crowd = crowd[:, None] & (truth_class[:, None] == found_class[None, :])
    covered = shared[0, 1:] + (shared[1:, 1:] * own_crowd).sum(axis=0)
    return np.asarray(covered / shared.sum(axis=0)[1:] > 0.5, np.bool_)


def _mean_over(values: NDArray[np.float64], chosen: NDArray[np.bool_] | None) -> float:
    """Over the classes that occur; one without a match counts 0, as published."""
    return float("nan") if chosen is None else mean(np.nan_to_num(values[chosen]))


def _notes(thing: NDArray[np.bool_] | None, unmatched: NDArray[np.bool_]) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if thing is None:
        notes += ("Which classes are things and which stuff is not known.",)
    if unmatched.any():
        notes += (f"{int(unmatched.sum())} classes without a match count 0 in the mean SQ.",)
    return notes


def _bad_shape(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-SHAPE")
