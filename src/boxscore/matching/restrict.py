"""Comparisons of fewer rows, items or classes; every class as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.matching.comparable import Comparable, Facts, MaskArrays, Side
from boxscore.matching.policy import Options

Scalar = TypeVar("Scalar", bound=np.generic)
Rows = NDArray[np.int64]


def restricted(view: Comparable, options: Options) -> Comparable:
    """What is left to compare under `only_predicted` and `class_agnostic`."""
    if options.only_predicted:
        view = only_predicted(view)
    return class_agnostic(view) if options.class_agnostic else view


def only_predicted(view: Comparable) -> Comparable:
    """Without the ground truth of items that have no prediction; items keep their numbers."""
    has = np.zeros(view.items, np.bool_)
    has[view.predictions.item] = True
    return chosen(view, truth=np.flatnonzero(has[view.truth.item]))


def some_items(view: Comparable, items: NDArray[np.bool_]) -> Comparable:
    """The same comparison on some of its items, which are numbered anew in their order.

    `rows` and track numbers stay those of the whole.

    Args:
        items: (view.items,) which ones to keep.

    Raises:
        RequestError: There is not one bool for each item.
    """
    items = one_per_item(items, view.items)
    number = (np.cumsum(items) - 1).astype(np.int32)
    kept = chosen(
        view,
        truth=np.flatnonzero(items[view.truth.item]),
        predictions=np.flatnonzero(items[view.predictions.item]),
    )
    verified = view.facts.verified
    if verified is not None:
        verified = verified[items[verified[:, 0]]]
        verified[:, 0] = number[verified[:, 0]]
    return replace(
        kept,
        items=int(items.sum()),
        truth=replace(kept.truth, item=number[kept.truth.item]),
        predictions=replace(kept.predictions, item=number[kept.predictions.item]),
        facts=replace(
            kept.facts,
            verified=verified,
            sequence=None if view.facts.sequence is None else view.facts.sequence[items],
            position=None if view.facts.position is None else view.facts.position[items],
        ),
    )


def some_objects(
    view: Comparable, truth: NDArray[np.bool_], predictions: NDArray[np.bool_]
) -> Comparable:
    """The same comparison where only some objects count, by the rule of COCO's area ranges.

    The other ground truths are ignored: each can be matched, after those that count, and what
    matches it is neither right nor wrong. The other predictions are not wrong without a match.

    Args:
        truth: (G,) which ground truths count.
        predictions: (P,) which predictions are wrong without a match.

    Source:
        cocoapi, `COCOeval.evaluateImg`, the lines about `aRng`.
    """
    ignored, excused = (~truth).astype(np.uint8), (~predictions).astype(np.uint8)
    if view.ignored is not None:
        ignored |= view.ignored
    if view.excused is not None:
        excused |= view.excused
    return replace(view, ignored=ignored, excused=excused)


def one_per_item(items: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """A slice, if it has one bool for each item.

    Raises:
        RequestError: It has not.
    """
    items = np.asarray(items)
    if items.dtype != np.bool_ or items.shape != (count,):
        raise RequestError(
            f"a slice of {count} images has shape {items.shape} and type {items.dtype}",
            fix=f"give one bool per image, shape ({count},)",
            code="E-SLICE-SHAPE",
        )
    return items


def class_agnostic(view: Comparable) -> Comparable:
    """Every class as one, rows of an item in order of their classes (cocoapi, `useCats` = 0).

    Raises:
        RequestError: Keypoints of classes with different sigmas would be compared.
    """
    sigmas = view.facts.sigmas
    if sigmas is not None and not np.array_equal(
        sigmas, np.broadcast_to(sigmas[:1], sigmas.shape), equal_nan=True
    ):
        raise RequestError(
            "keypoints of classes with different sigmas cannot be compared as one class",
            fix="evaluate by class",
            code="E-CLASS-AGNOSTIC",
        )
    view = chosen(view, truth=by_class(view.truth), predictions=by_class(view.predictions))
    verified = view.facts.verified
    if verified is not None:
        verified = verified.copy()
        verified[:, 1] = 0
    return replace(
        view,
        classes=min(view.classes, 1),
        truth=_as_one(view.truth),
        predictions=_as_one(view.predictions),
        facts=replace(
            view.facts,
            verified=verified,
            frequency=None,
            parent=None,
            names=("object",),
            sigmas=None if sigmas is None else sigmas[:1],
        ),
    )


def by_class(side: Side) -> Rows:
    """(N,) places of the rows by item, then class; equal ones keep their order."""
    return np.lexsort((side.class_id, side.item))


def _as_one(side: Side) -> Side:
    return replace(side, class_id=np.zeros_like(side.class_id))


def chosen(
    view: Comparable, *, truth: Rows | None = None, predictions: Rows | None = None
) -> Comparable:
    """The same comparison with some rows of either side, in the order given; None is all.

    Args:
        truth, predictions: (N,) places of rows in `view`; those of an item must stay in order of
            items.
    """
    if truth is not None:
        view = replace(
            view,
            truth=_side(view.truth, truth),
            crowd=view.crowd[truth],
            ignored=_taken(view.ignored, truth),
            facts=_facts(view.facts, truth),
        )
    if predictions is not None:
        view = replace(
            view,
            predictions=_side(view.predictions, predictions),
            confidence=view.confidence[predictions],
            excused=_taken(view.excused, predictions),
        )
    return view


def _facts(facts: Facts, truth: Rows) -> Facts:
    return replace(
        facts,
        group_of=_taken(facts.group_of, truth),
        truncation=_taken(facts.truncation, truth),
        occlusion=_taken(facts.occlusion, truth),
    )


def _side(side: Side, rows: Rows) -> Side:
    return Side(
        rows=side.rows[rows],
        item=side.item[rows],
        class_id=side.class_id[rows],
        box=side.box[rows],
        area=side.area[rows],
        masks=None if side.masks is None else _masks(side.masks, rows),
        theta=_taken(side.theta, rows),
        keypoints=_taken(side.keypoints, rows),
        track=_taken(side.track, rows),
    )


def _masks(masks: MaskArrays, rows: Rows) -> MaskArrays:
    counts, offsets, height, width = masks
    lengths = np.diff(offsets)[rows]
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    place = np.arange(ends[-1]) + np.repeat(offsets[:-1][rows] - ends[:-1], lengths)
    return counts[place], ends, height[rows], width[rows]


def _taken(values: NDArray[Scalar] | None, rows: Rows) -> NDArray[Scalar] | None:
    return None if values is None else values[rows]
