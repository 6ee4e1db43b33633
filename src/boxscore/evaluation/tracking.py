"""Tracking: CLEAR MOT, identity and HOTA numbers of the tracks of one or many sequences.

Counts are summed over sequences and classes, and rates taken of the sums; boxes of different
classes never match. The papers are named in `tracking_clear` and `tracking_hota`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.chosen import Items, class_mask
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.tracking_clear import ClearCounts, clear_counts, switches_by_frame
from boxscore.evaluation.tracking_frames import Tracks, sequence_of
from boxscore.evaluation.tracking_hota import HotaCounts, hota_counts
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable, Side
from boxscore.matching.policy import Options

LEAST_IOU = 0.5

Counts = TypeVar("Counts", ClearCounts, HotaCounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackScores:
    """Counts of any number of sequences; add them up with `+`, also across processes."""

    clear: ClearCounts = field(default_factory=ClearCounts)
    hota: HotaCounts = field(default_factory=HotaCounts)

    def __add__(self, other: TrackScores) -> TrackScores:
        return TrackScores(clear=_sum(self.clear, other.clear), hota=_sum(self.hota, other.hota))

    def rates(self) -> dict[str, float]:
        """The published numbers by name; MOTP is the mean of 1 - IoU, less is better."""
        return self.hota.rates() | self.clear.rates()


def track_scores(truth: Tracks, predicted: Tracks, *, iou: float = LEAST_IOU) -> TrackScores:
    """Score one sequence.

    Args:
        iou: Least IoU of a match for the CLEAR and identity numbers, inclusive; HOTA has its own.

    Raises:
        RequestError: Shapes do not fit, a box is not finite, a track has two boxes on one frame,
            or `iou` is not in (0, 1].
    """
    if not 0 < iou <= 1:
        raise RequestError(
            f"IoU threshold {iou} is not above 0 and at most 1",
            fix="give a number such as 0.5",
            code="E-IOU-RANGE",
        )
    sequence = sequence_of(truth, predicted)
    return TrackScores(clear=clear_counts(sequence, iou), hota=hota_counts(sequence))


def evaluate(view: Comparable, options: Options) -> Numbers:
    """Tracks of all sequences of a project, by class.

    Predictions on ignored objects and crowd regions of their class are left out. A box without
    a track number is a track of its own. `options` may give one IoU threshold, class-agnostic
    and only-predicted.

    Raises:
        RequestError: No image belongs to a sequence, a side has no tracks, or several IoU
            thresholds are given.
    """
    sides = _Sides(view, options)
    uncounted = _uncounted(view)
    scores = [TrackScores() for _ in range(sides.classes)]
    for unit in sides.units():
        truth, predicted = sides.truth.of(unit), sides.predictions.of(unit)
        predicted = predicted[~_on_ignored(view, uncounted, truth, predicted)]
        truth = truth[~uncounted[truth]]
        one = track_scores(
            sides.truth.tracks(truth), sides.predictions.tracks(predicted), iou=sides.iou
        )
        scores[unit % sides.classes] += one
    rates = [one.rates() for one in scores]
    return Numbers(
        overall=sum(scores, TrackScores()).rates(),
        ground_truth=np.array([one.clear.objects for one in scores], np.int64),
        predictions=np.array([one.clear.predictions for one in scores], np.int64),
        per_class={name: np.array([r[name] for r in rates], np.float64) for name in rates[0]},
        notes=sides.notes(),
    )


def switches_by_item(
    view: Comparable,
    options: Options,
    confidence: float,
    classes: Classes = None,
    items: Items = None,
) -> NDArray[np.int64]:
    """(items,) identity switches on each image, of the predictions shown at a confidence.

    A switch counts on the image where an object's track is another than the one it had last. With
    a confidence below all of them the sum is the `id_switches` of `evaluate`.

    Args:
        items: (items,) the images of the sequences that are asked about; None is all.

    Raises:
        RequestError: As `evaluate`.
    """
    sides = _Sides(view, options, items)
    uncounted, wanted = _uncounted(view), class_mask(view, classes)
    counts = np.zeros(view.items, np.int64)
    for unit in sides.units():
        if sides.classes > 1 and not wanted[unit % sides.classes]:
            continue
        truth, predicted = sides.truth.of(unit), sides.predictions.of(unit)
        predicted = predicted[view.confidence[predicted] >= confidence]
        predicted = predicted[~_on_ignored(view, uncounted, truth, predicted)]
        truth = truth[~uncounted[truth]]
        tracks = sides.truth.tracks(truth), sides.predictions.tracks(predicted)
        frames = np.union1d(tracks[0].frame, tracks[1].frame)
        counts[sides.item_of(frames)] += switches_by_frame(sequence_of(*tracks), sides.iou)
    return counts


class _Sides:
    """Both sides with their rows sorted by unit, which is one class in one sequence."""

    def __init__(self, view: Comparable, options: Options, items: Items = None) -> None:
        self.iou = _least_iou(options)
        self.classes = 1 if options.class_agnostic else view.classes
        sequence, self._frame = _frames(view)
        if options.only_predicted:
            sequence = np.where(np.isin(np.arange(view.items), view.predictions.item), sequence, -1)
        if items is not None:
            sequence = np.where(items, sequence, -1)
        self.truth = self._rows(view.truth, sequence, "ground truth")
        self.predictions = self._rows(view.predictions, sequence, "predictions")

    def _rows(self, side: Side, sequence: NDArray[np.int64], name: str) -> _Rows:
        class_id = side.class_id * (self.classes > 1)
        unit = sequence[side.item] * self.classes + class_id
        unit[sequence[side.item] < 0] = -1
        return _Rows(side, unit, self._frame[side.item], name)

    def item_of(self, frames: NDArray[np.int64]) -> NDArray[np.int64]:
        """The items at places in time among all images."""
        return np.argsort(self._frame)[frames]

    def units(self) -> list[int]:
        both = np.union1d(self.truth.unit, self.predictions.unit)
        units: list[int] = both[both >= 0].tolist()
        return units

    def notes(self) -> tuple[str, ...]:
        rules = (
            "MOTP is the mean of 1 - IoU over the matches: less is better.",
            "Overall numbers are of the counts of all classes and sequences together.",
        )
        return rules + self.truth.notes() + self.predictions.notes()


class _Rows:
    """One side's rows by unit."""

    def __init__(
        self, side: Side, unit: NDArray[np.int64], frame: NDArray[np.int64], name: str
    ) -> None:
        if side.track is None or (side.track.size and (side.track < 0).all()):
            raise RequestError(
                f"the {name} have no tracks",
                fix="import them with track or object ids",
                code="E-TRACK-NONE",
            )
        self._box, self._frame, self._name = side.box, frame, name
        self._alone = side.track < 0
        fresh = side.track.max(initial=0) + 1 + np.arange(side.track.size)
        self._track = np.where(self._alone, fresh, side.track)
        self._order = np.argsort(unit, kind="stable")
        self.unit = unit[self._order]

    def of(self, unit: int) -> NDArray[np.int64]:
        low, high = np.searchsorted(self.unit, [unit, unit + 1])
        return self._order[low:high]

    def tracks(self, rows: NDArray[np.int64]) -> Tracks:
        return Tracks(frame=self._frame[rows], track=self._track[rows], box=self._box[rows])

    def notes(self) -> tuple[str, ...]:
        lost, alone = int((self.unit < 0).sum()), int(self._alone.sum())
        said = (
            (lost, f"{lost} {self._name} lie on images of no sequence and are left out."),
            (alone, f"{alone} {self._name} have no track and count as tracks of their own."),
        )
        return tuple(text for count, text in said if count)


def _frames(view: Comparable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(items,) sequence, and place in time among all images."""
    sequence = view.facts.sequence
    if sequence is None or (sequence < 0).all():
        raise RequestError(
            "no image belongs to a video or sequence",
            fix="import a project of videos, or a format that names sequences",
            code="E-SEQUENCE-NONE",
        )
    position = np.zeros(view.items) if view.facts.position is None else view.facts.position
    frame = np.empty(view.items, np.int64)
    frame[np.lexsort((position, sequence))] = np.arange(view.items)
    return sequence.astype(np.int64), frame


def _least_iou(options: Options) -> float:
    given = options.iou_thresholds or (LEAST_IOU,)
    if len(given) > 1:
        raise RequestError(
            f"tracking takes one IoU threshold, not {len(given)}",
            fix="give one, for example 0.5",
            code="E-IOU-RANGE",
        )
    return given[0]


def _uncounted(view: Comparable) -> NDArray[np.bool_]:
    """(G,) crowd regions and ignored objects."""
    crowd = np.asarray(view.crowd != 0, np.bool_)
    return crowd if view.ignored is None else np.asarray(crowd | (view.ignored != 0), np.bool_)


def _on_ignored(
    view: Comparable,
    uncounted: NDArray[np.bool_],
    truth: NDArray[np.int64],
    predicted: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Predictions assigned to an ignored object, or unassigned and half inside a crowd region."""
    dropped = np.zeros(predicted.size, np.bool_)
    for item in np.unique(view.truth.item[truth[uncounted[truth]]]):
        here = truth[view.truth.item[truth] == item]
        at = np.flatnonzero(view.predictions.item[predicted] == item)
        crowd = view.crowd[here] != 0
        boxes = view.predictions.box[predicted[at]], view.truth.box[here]
        iou = _core.box_iou(*boxes, crowd.astype(np.uint8)).reshape(at.size, here.size)
        single = np.flatnonzero(~crowd)
        cost = np.where(iou[:, single] >= LEAST_IOU, 1 - iou[:, single], np.inf)
        row, column = _core.assign(cost)
        out = np.asarray((iou[:, crowd] >= LEAST_IOU).any(axis=1), np.bool_)
        out[row] = uncounted[here[single[column]]]
        dropped[at] = out
    return dropped


def _sum(a: Counts, b: Counts) -> Counts:
    return type(a)(**{f.name: getattr(a, f.name) + getattr(b, f.name) for f in fields(a)})
