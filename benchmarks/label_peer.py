"""cleanlab's object-detection scores on planted label errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.planted import Floats, Labels, Planted, Rows, meant_boxes, meant_labels
from boxscore.evaluation.suspects.issues import Issue
from boxscore.matching.comparable import Comparable


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """(N,) scores, the higher the worse; the error that each stands for; its image."""

    score: Floats
    meant: Rows
    item: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """cleanlab's object-detection scores with its two thresholds.

    Attributes:
        high, low: `high_probability_threshold`, `low_probability_threshold`.
    """

    high: float = 0.95
    low: float = 0.5

    def ranking(self, issue: Issue, planted: Planted, view: Comparable) -> Ranking:
        """Its ranking of one kind: a score of boxes where it has one, else its score of images."""
        from cleanlab.object_detection import rank as peer

        labels, found, order = as_cleanlab(planted.labels, view)
        side = view.predictions
        if issue is Issue.MISSING:
            parts = peer.compute_overlooked_box_scores(
                labels=labels, predictions=found, high_probability_threshold=self.high
            )
            score = np.full(side.item.size, np.nan)
            score[order] = np.concatenate(parts)
            item = side.item.astype(np.int64)
            meant = meant_boxes(planted, item, side.box)
            return Ranking(score=_worse(score), meant=meant, item=item)
        if issue is Issue.SWAPPED:
            parts = peer.compute_swap_box_scores(
                labels=labels, predictions=found, high_probability_threshold=self.high
            )
        elif issue is Issue.LOCATED:
            parts = peer.compute_badloc_box_scores(
                labels=labels, predictions=found, low_probability_threshold=self.low
            )
        else:
            whole = self.images(planted, view)
            score = -whole[planted.labels.item]
            return Ranking(score=score, meant=meant_labels(planted), item=planted.labels.item)
        score = np.concatenate([np.ravel(part) for part in parts])
        return Ranking(score=_worse(score), meant=meant_labels(planted), item=planted.labels.item)

    def images(self, planted: Planted, view: Comparable) -> Floats:
        """(items,) its overall label quality, the lower the worse."""
        from cleanlab.object_detection import rank as peer

        labels, found, _ = as_cleanlab(planted.labels, view)
        scores = peer._get_subtype_label_quality_scores(
            labels=labels,
            predictions=found,
            high_probability_threshold=self.high,
            low_probability_threshold=self.low,
        )
        return np.asarray(scores, np.float64)


def _worse(score: Floats) -> Floats:
    """Its scores fall with doubt; what it leaves out is never ranked."""
    return np.where(np.isnan(score), -np.inf, -score)


def as_cleanlab(
    labels: Labels, view: Comparable
) -> tuple[list[dict[str, Any]], list[NDArray[Any]], Rows]:
    """Labels and predictions by image, and the order of the predictions in them."""
    side = view.predictions
    corners = np.concatenate([side.box[:, :2], side.box[:, :2] + side.box[:, 2:]], axis=1)
    five = np.column_stack([corners, view.confidence])
    given, found, order = [], [], []
    for k in range(view.items):
        mine = labels.item == k
        box = labels.box[mine]
        both = np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1)
        given.append({"bboxes": both, "labels": labels.class_id[mine]})
        rows = np.flatnonzero(side.item == k)
        by_class = np.empty(view.classes, object)
        for c in range(view.classes):
            by_class[c] = five[rows[side.class_id[rows] == c]]
        order.append(rows[np.argsort(side.class_id[rows], kind="stable")])
        found.append(by_class)
    return given, found, np.concatenate(order)
