"""Parts of a slice that speak of objects, not of images: `object.class=person,object.x=0..0.2`.

Keys are `object.class`, `object.x` and `object.y` (the centre of its box as a share of the image),
`object.area` (square pixels, as the area ranges of a protocol take it) and `object.ID` of a metric
of objects, each but the class with a range as in `metric.ID=lo..hi`; a leading `!` means "not".
Lists take more: see `listed_objects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.matching.comparable import Comparable, Side
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import find_metric, metric_values, place_of
from boxscore.project.slices.slicing import NEXT_PART, Mask, Where, alternatives, within
from boxscore.quality.cards import On
from boxscore.schema.tables import Table, unsized
from boxscore.store.tags import Tags

OBJECT = "object."
POSITIONS = ("x", "y")
AREA = "area"


def by_subject(state: Loaded, where: Where) -> tuple[Where, tuple[str, ...]]:
    """The part of a slice that names images, and the parts that name objects on them.

    Raises:
        RequestError: A saved slice of objects is negated.
    """
    if not isinstance(where, str):
        return where, ()
    parts = [one for part in NEXT_PART.split(where) for one in _written_out(state, part)]
    objects = tuple(part.strip() for part in parts if names_objects(part))
    images = ",".join(part for part in parts if not names_objects(part))
    return images or None, objects


def names_objects(part: str) -> bool:
    """Whether one part of a slice is a condition on objects."""
    return part.strip().removeprefix("!").lstrip().startswith(OBJECT)


def _written_out(state: Loaded, part: str) -> list[str]:
    """The parts of a saved slice that names objects, in the place of its name."""
    key, _, name = (word.strip() for word in part.partition("="))
    if key.removeprefix("!").strip() != "slice":
        return [part]
    saved = Tags(state.root).slices().get(name)
    parts = [] if saved is None else NEXT_PART.split(saved)
    if not any(map(names_objects, parts)):
        return [part]
    if key.startswith("!"):
        raise RequestError(
            f"slice {name!r} names objects, and what it leaves out is no slice",
            fix="write its conditions out, each with a ! of its own",
            code="E-SLICE-OBJECT",
        )
    return parts


def object_masks(
    state: Loaded, run: str, view: Comparable, parts: Sequence[str]
) -> tuple[Mask, Mask]:
    """(P,) predictions and (G,) ground truths that all parts mean.

    Raises:
        RequestError: A key or a value is unknown, or nothing is meant.
    """
    sides = ((view.predictions, run), (view.truth, None))
    masks = [np.ones(side.rows.size, np.bool_) for side, _ in sides]
    for part in parts:
        for k, (side, owner) in enumerate(sides):
            masks[k] &= fitting(state, side, owner, part)
    if not any(mask.any() for mask in masks):
        raise RequestError(
            f"slice {','.join(parts)!r} holds no object",
            fix="widen it; commas mean that every part must hold",
            code="E-SLICE-EMPTY",
        )
    return masks[0], masks[1]


def fitting(state: Loaded, side: Side, owner: str | None, part: str) -> Mask:
    """(N,) rows of a side that one condition means.

    Args:
        owner: The run whose predictions they are; None for ground truths.
    """
    if part.strip().startswith("!"):
        return ~fitting(state, side, owner, part.strip()[1:])
    key, _, value = (word.strip() for word in part.strip().partition("="))
    return _fitting(state, side, owner, key.removeprefix(OBJECT), value)


def _fitting(state: Loaded, side: Side, owner: str | None, name: str, value: str) -> Mask:
    if name == "class":
        known = [row.name for row in state.truth().ontology.classes]
        names = alternatives("class", value, set(known))
        return np.isin(side.class_id, [k for k, one in enumerate(known) if one in names])
    return within(number_of(state, side, owner, name), name, value)


def number_of(state: Loaded, side: Side, owner: str | None, name: str) -> NDArray[np.float64]:
    """(N,) of what a condition has a range; nan where it is undefined.

    Raises:
        RequestError: There is no such number of objects.
    """
    if name in POSITIONS:
        return positions(state.truth().items, side.item, side.box)[name]
    if name == AREA:
        return np.where(unsized(state.truth().items)[side.item], np.nan, side.area)
    known = find_metric(state, name)
    if known.card.on is not On.OBJECT:
        raise RequestError(
            f"metric {known.card.title!r} is one of images",
            fix=f"write metric.{known.card.id}=...",
            code="E-SLICE-KEY",
        )
    place = place_of(state, owner)
    if not place.fits(known.card):
        return np.full(side.rows.size, np.nan)
    return metric_values(state, known, place)[side.rows]


def positions(
    items: Table, item: NDArray[Any], box: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Centres of boxes, (N,) each, as shares of the width and height of their images."""
    centre = box[:, :2] + box[:, 2:] / 2
    return {
        name: centre[:, k] / np.maximum(items[size][item], 1)
        for k, (name, size) in enumerate(zip(POSITIONS, ("width", "height"), strict=True))
    }
