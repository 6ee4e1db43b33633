"""KITTI object detection in the image: easy, moderate and hard, at 40 recall positions.

Source: Geiger et al. 2012, "Are we ready for autonomous driving?"; the object development kit,
`evaluate_object.cpp`; Simonelli et al. 2019 for 40 positions instead of 11.

Objects choose, not predictions: image by image in file order each object takes a free prediction
that overlaps it by more than the threshold. A first round, where it takes the most confident one,
yields the confidences of the hits, of which about 41 become thresholds, evenly spaced in recall.
At each of them a second round, where it takes the one that overlaps it most, yields a precision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.interpolation import check_confidence, envelope, mean_defined
from boxscore.evaluation.numbers import Numbers
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.int32]

POSITIONS = 40
LEAST_IOU = {"car": 0.7}
LEAST_IOU_OTHERS = 0.5
NEIGHBOURS = {"car": ("van",), "pedestrian": ("person_sitting",)}
"""Classes whose objects neither count nor make a prediction of the class wrong."""
REGION = "dontcare"
UNEVALUATED = {REGION, "van", "person_sitting", "truck", "tram", "misc"}

TOO_FEW = (
    "{} have fewer than 41 objects at some difficulty: each hit fills one of 40 recall positions "
    "and the rest stay 0, so that their AP is too low even for perfect predictions."
)
NO_FACTS = "The ground truth gives no {}: every object counts as fully visible in that respect."


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What an object must be to count; a lower prediction does not count either.

    Attributes:
        height: Least height in pixels.
        occlusion: Highest level: 0 visible, 1 partly, 2 largely occluded.
        truncation: Highest share outside the image.
    """

    name: str
    height: float
    occlusion: float
    truncation: float


DIFFICULTIES = (
    Difficulty("easy", 40, 0, 0.15),
    Difficulty("moderate", 25, 1, 0.30),
    Difficulty("hard", 25, 2, 0.50),
)


def evaluate(view: Comparable, options: Options) -> Numbers:
    """AP_easy, AP_moderate and AP_hard as means over classes; per class "ap" is moderate.

    Classes are known by `facts.names`, whatever their case: Van, Person_sitting, Truck, Tram,
    Misc and DontCare are not evaluated. Crowd regions are DontCare regions for their own class;
    other ignored ground truth may be matched but never counts. `iou_thresholds` sets one
    threshold for all classes; an overlap must exceed it.

    Raises:
        RequestError: The options name several IoU thresholds, area ranges or most detections, or
            the sizes of images, and so the heights of objects, are not known.
    """
    options.refuse("kitti", "area_ranges", "max_detections")
    if not view.sizes_known:
        raise RequestError(
            "protocol kitti needs the heights of objects in pixels: sizes of images are not known",
            fix="import the ground truth with --images FOLDER, or choose another protocol",
            code="E-KITTI-SIZES",
        )
    check_confidence(view.confidence)
    names = [name.casefold() for name in view.facts.names] or [""] * view.classes
    least = {
        class_id: options.threshold(LEAST_IOU.get(name, LEAST_IOU_OTHERS), "kitti")
        for class_id, name in enumerate(names)
        if name not in UNEVALUATED
    }
    ap = np.full((len(DIFFICULTIES), view.classes), np.nan)
    objects = np.zeros(ap.shape, np.int64)
    scene = _Scene.of(view, names, min(least.values(), default=LEAST_IOU_OTHERS))
    for class_id, iou in least.items():
        contest = scene.contest(class_id, iou)
        for level, difficulty in enumerate(DIFFICULTIES):
            ap[level, class_id], objects[level, class_id] = contest.ap(difficulty)
    by_level = dict(zip((d.name for d in DIFFICULTIES), ap, strict=True))
    return Numbers(
        overall={f"AP_{name}": mean_defined(values) for name, values in by_level.items()},
        ground_truth=objects[1],
        predictions=np.bincount(view.predictions.class_id, minlength=view.classes),
        per_class={"ap": by_level["moderate"]}
        | {f"ap_{name}": values for name, values in by_level.items()},
        notes=_notes(view, objects[:, list(least)].min(axis=0, initial=1 << 62), list(least)),
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all classes share.

    Attributes:
        region: (G,) DontCare and crowd regions; their overlap is the share of the prediction.
        truth, prediction, overlap: The candidate pairs.
    """

    view: Comparable
    names: list[str]
    region: Flags
    truth: Rows
    prediction: Rows
    overlap: Floats

    @classmethod
    def of(cls, view: Comparable, names: list[str], least: float) -> _Scene:
        region = _is(view.truth.class_id, names, (REGION,)) | (view.crowd != 0)
        pairs = candidate_pairs(replace(view, crowd=region.astype(np.uint8)), least)
        return cls(view, names, region, pairs["ground_truth"], pairs["prediction"], pairs["iou"])

    def contest(self, class_id: int, iou: float) -> _Contest:
        """The objects, predictions and pairs that matter to one class."""
        view, names = self.view, self.names
        own = view.truth.class_id == class_id
        never = own & (np.zeros(own.size) if view.ignored is None else view.ignored).astype(bool)
        beside = _is(view.truth.class_id, names, NEIGHBOURS.get(names[class_id], ()))
        near = self.overlap > iou
        taking = near & ((own | beside) & ~self.region)[self.truth]
        everyone = _is(view.truth.class_id, names, (REGION,))
        inside = near & (self.region & (own | everyone))[self.truth]
        lost = np.zeros(view.confidence.size, np.bool_)
        lost[self.prediction[inside]] = True
        return _Contest(
            view=view,
            counts=own & ~never & ~self.region,
            own=view.predictions.class_id == class_id,
            lost=lost,
            truth=self.truth[taking],
            prediction=self.prediction[taking],
            overlap=self.overlap[taking],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contest:
    """One class.

    Attributes:
        counts: (G,) its objects, before difficulty.
        own: (P,) its predictions.
        lost: (P,) inside a region, therefore never wrong.
        truth, prediction, overlap: Pairs of its and its neighbours' objects with predictions of
            any class: the development kit lets a prediction that is too low for the difficulty
            take an object whatever its class.
    """

    view: Comparable
    counts: Flags
    own: Flags
    lost: Flags
    truth: Rows
    prediction: Rows
    overlap: Floats

    def ap(self, difficulty: Difficulty) -> tuple[float, int]:
        """AP and the number of objects that count."""
        counts, low = self.counts & _fits(self.view, difficulty), _low(self.view, difficulty)
        objects = int(counts.sum())
        if not objects:
            return float("nan"), 0
        pairs = np.flatnonzero((self.own | low)[self.prediction])
        is_low = low[self.prediction[pairs]]
        hit = counts[self.truth[pairs]] & ~is_low
        least = self._thresholds(pairs, hit, objects)
        preference = np.where(is_low, 0.0, -self.overlap[pairs])  # in file order if too low
        order = np.lexsort((preference, self.truth[pairs]))
        exposed = self.own & ~low & ~self.lost
        precision = np.zeros(POSITIONS + 1)
        precision[: least.size] = self._precision(pairs[order], hit[order], exposed, least)
        return float(envelope(precision)[1:].mean()), objects

    def _thresholds(self, pairs: NDArray[np.int64], hit: Flags, objects: int) -> Floats:
        """Confidences of hits when every object takes the most confident prediction."""
        confidence = self.view.confidence[self.prediction[pairs]]
        order = np.lexsort((-confidence, self.truth[pairs]))
        pairs, hit, confidence = pairs[order], hit[order], confidence[order]
        taken = serve_in_order(self.truth[pairs], self.prediction[pairs])
        return recall_thresholds(confidence[taken[hit[taken]]], objects)

    def _precision(
        self, pairs: NDArray[np.int64], hit: Flags, exposed: Flags, least: Floats
    ) -> list[float]:
        """Precision of the predictions at or above each confidence; each object takes its best.

        Args:
            pairs, hit: Pairs in order of objects and their choice; whether they would be hits.
            exposed: (P,) predictions that are wrong unless taken.
        """
        truth, prediction = self.truth[pairs], self.prediction[pairs]
        confidence, at_stake = self.view.confidence[prediction], exposed[prediction]
        rising, values = np.sort(self.view.confidence[exposed]), []
        for threshold in least:
            shown = np.flatnonzero(confidence >= threshold)
            taken = shown[serve_in_order(truth[shown], prediction[shown])]
            right = int(hit[taken].sum())
            wrong = rising.size - int(np.searchsorted(rising, threshold)) - at_stake[taken].sum()
            values.append(right / (right + wrong) if right else 0.0)
        return values


def serve_in_order(truth: Rows, prediction: Rows) -> NDArray[np.int64]:
    """Serve objects in order of their rows: each takes its first choice still free.

    All proceed at once: each asks for its next choice, the lowest row that asks is given, who
    loses asks on. As every prediction prefers the lower row, this ends where serving them one
    by one does (Gale and Shapley 1962).

    Args:
        truth: (K,) rows of objects, ascending; within one, in order of choice.
        prediction: (K,) the prediction chosen.

    Returns:
        Places among the K of those served.
    """
    choice = np.flatnonzero(np.diff(truth, prepend=-1))
    last = np.append(choice[1:], truth.size)
    given = np.empty(int(prediction.max(initial=-1)) + 1, np.int64)
    while True:
        asked = prediction[choice]
        given[asked[::-1]] = choice[::-1]  # written last, the lowest row stays
        lost = given[asked] != choice
        if not lost.any():
            return choice
        choice = choice + lost
        left = choice < last
        choice, last = choice[left], last[left]


def recall_thresholds(hits: Floats, objects: int) -> Floats:
    """About 41 confidences of hits at which recall is nearest to 0, 1/40, ..., 1.

    Args:
        hits: Confidences of the hits, in any order.
        objects: Objects to find.
    """
    falling = -np.sort(-hits)
    here = np.arange(1, hits.size + 1) / objects
    after = np.append(here[1:], here[-1:])
    chosen: list[float] = []
    place, wanted = 0, 0.0
    while place < hits.size:
        nearer = ~((after[place:] - wanted) < (wanted - here[place:]))
        nearer[-1] = True
        place += int(np.argmax(nearer))
        chosen.append(float(falling[place]))
        place, wanted = place + 1, wanted + 1 / POSITIONS
    return np.array(chosen[: POSITIONS + 1])


def _notes(view: Comparable, fewest: NDArray[np.int64], evaluated: list[int]) -> tuple[str, ...]:
    few = [k for k, objects in zip(evaluated, fewest, strict=True) if 0 < objects <= POSITIONS]
    named = ", ".join(view.facts.names[k] if view.facts.names else f"class {k}" for k in few)
    missing = [f for f in ("truncation", "occlusion") if getattr(view.facts, f) is None]
    return (*([TOO_FEW.format(named)] if few else []), *map(NO_FACTS.format, missing))


def _is(class_id: NDArray[np.int32], names: list[str], wanted: tuple[str, ...]) -> Flags:
    return np.isin(class_id, [k for k, name in enumerate(names) if name in wanted])


def _fits(view: Comparable, difficulty: Difficulty) -> Flags:
    """(G,) objects that are high, visible and whole enough."""
    fits = ~(view.truth.box[:, 3] < difficulty.height)
    if view.facts.occlusion is not None:
        fits &= ~(view.facts.occlusion > difficulty.occlusion)
    if view.facts.truncation is not None:
        fits &= ~(view.facts.truncation > difficulty.truncation)
    return fits


def _low(view: Comparable, difficulty: Difficulty) -> Flags:
    """(P,) predictions too low to count."""
    low: Flags = view.predictions.box[:, 3] < difficulty.height
    return low
