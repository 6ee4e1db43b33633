"""What one run says of the labels: overlaps, matches, how far each prediction can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.reasons import BestOverlaps, best_overlaps
from boxscore.evaluation.suspects.logistic import chances, logit
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable, Side
from boxscore.matching.recount import LiveMatching, MatchesAt
from boxscore.schema.tables import Table

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MATCH = 0.5
"""IoU from which a prediction is taken to mean a label."""
EDGE = 1.5
"""Pixels from the border of an image within which an object may go on beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """The images that rows lie on.

    Attributes:
        width, height: (items,) pixels.
        excused: (G,) labels that are never suspects and excuse what lies on them: crowd regions,
            difficult and ignored ones, groups.
    """

    width: Floats
    height: Floats
    excused: Bools

    def border(self, side: Side) -> Bools:
        """(N,) whether a box touches the border of its image."""
        x, y, w, h = side.box.T
        wide, high = self.width[side.item], self.height[side.item]
        touched: Bools = (x <= EDGE) | (y <= EDGE) | (x + w >= wide - EDGE) | (y + h >= high - EDGE)
        return touched

    def size(self, side: Side) -> Floats:
        """(N,) logarithm of the side of a square as large as the box, in sides of the image."""
        area = np.maximum(side.box[:, 2] * side.box[:, 3], 1.0)
        image = np.maximum(self.width[side.item] * self.height[side.item], 1.0)
        result: Floats = 0.5 * np.log(area / image)
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One run against the labels.

    Attributes:
        view: The rows compared; excused labels are its crowd regions.
        pairs: Its candidate pairs.
        matches: At IoU 0.5.
        best: The labels each prediction overlaps most.
        trust: (P,) chance that a prediction is right, by its confidence, its place in its class,
            its size and what it repeats, learned from the labels as they are.
        repeats: (P,) IoU with a more confident prediction of any class.
        border: (P,) whether it touches the border of its image.
        size: (P,) as of `Frames.size`.
    """

    view: Comparable
    pairs: Table
    matches: MatchesAt
    best: BestOverlaps
    trust: Floats
    repeats: Floats
    border: Bools
    size: Floats


def evidence(view: Comparable, frames: Frames) -> Evidence:
    """Gather what a run says.

    Args:
        view: The run's rows against the labels, the same labels for every run.
    """
    view = replace(view, crowd=frames.excused.astype(np.uint8), ignored=None)
    pairs = candidate_pairs(view)
    matches = LiveMatching(view, pairs, max_detections=1000).at(MATCH)
    repeats, same = _repeats(view)
    border, size = frames.border(view.predictions), frames.size(view.predictions)
    features = np.column_stack(
        [
            _steep(view.confidence),
            _place_in_class(view),
            repeats,
            same,
            size,
            size**2,
            border,
        ]
    )
    counts = ~matches.ignored
    trust = chances(features, matches.right.astype(np.float64), counts.astype(np.float64))
    return Evidence(
        view=view,
        pairs=pairs,
        matches=matches,
        best=best_overlaps(view, pairs),
        trust=trust,
        repeats=repeats,
        border=border,
        size=size,
    )


def among(view: Comparable, truth: Side, found: Side, confidence: Floats) -> Table:
    """Candidate pairs of two sides that are both predictions, or both labels."""
    plain = np.zeros(truth.rows.size, np.uint8)
    return candidate_pairs(
        replace(
            view, truth=truth, crowd=plain, ignored=None, predictions=found, confidence=confidence
        )
    )


def shares_inside(view: Comparable, truth: Side, found: Side) -> Table:
    """Pairs of which half of a `found` or more lies in a `truth`; `iou` is the share."""
    whole = np.ones(truth.rows.size, np.uint8)
    confidence = np.ones(found.rows.size)
    return candidate_pairs(
        replace(
            view, truth=truth, crowd=whole, ignored=None, predictions=found, confidence=confidence
        ),
        floor=MATCH,
    )


def _repeats(view: Comparable) -> tuple[Floats, Floats]:
    """(P,) largest IoU with a more confident prediction, of any class and of the same."""
    pairs = among(view, view.predictions, view.predictions, view.confidence)
    a, b = pairs["prediction"], pairs["ground_truth"]
    rank = np.empty(view.confidence.size, np.int64)
    rank[np.argsort(-view.confidence, kind="stable")] = np.arange(rank.size)
    later = rank[a] > rank[b]
    same = later & (view.predictions.class_id[a] == view.predictions.class_id[b])
    result = []
    for chosen in (later, same):
        most = np.zeros(rank.size)
        np.maximum.at(most, a[chosen], pairs["iou"][chosen])
        result.append(most)
    return result[0], result[1]


def _steep(confidence: Floats) -> Floats:
    """Log-odds of a confidence; where some lie outside 0 to 1, of its place among all."""
    if confidence.size and (confidence.min() < 0 or confidence.max() > 1):
        order = np.argsort(np.argsort(confidence, kind="stable"), kind="stable")
        confidence = (order + 0.5) / confidence.size
    return logit(confidence)


def _place_in_class(view: Comparable) -> Floats:
    """(P,) log of a prediction's place in its class, the first most confident, by its labels."""
    order = np.lexsort((-view.confidence, view.predictions.class_id))
    classes = view.predictions.class_id[order]
    start = np.searchsorted(classes, classes)
    place = np.empty(order.size)
    place[order] = np.arange(order.size) - start + 1
    labels = np.bincount(view.truth.class_id[view.crowd == 0], minlength=view.classes)
    result: Floats = np.log(place) - np.log(labels[view.predictions.class_id] + 1.0)
    return result
