"""The counts beside every choice of the filter: of images, and of a run's objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, shown
from boxscore.evaluation.document import defined
from boxscore.evaluation.facet_counts import Array, Binned, Conditions, binned, counted
from boxscore.evaluation.queries import ErrorQuery
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import (
    Known,
    Place,
    find_metric,
    metric_values,
    place_of,
    readable,
    stored,
    table_of,
)
from boxscore.project.slices.object_conditions import by_subject
from boxscore.project.slices.said_words import holding
from boxscore.project.slices.slicing import METRIC, NEXT_PART, NUMBERS, Mask, part_mask
from boxscore.quality.cards import On, Reads
from boxscore.store.tags import Tags

Document = dict[str, Any]
MOST_NAMES = 1_000
"""Splits, sequences and licences that are told of, those with most images."""
MOST_RANGES = 12
TITLES = {"width": "Width", "height": "Height", "frame": "Frame"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetQuery:
    """What is asked.

    Attributes:
        where: The slice of images.
        run, task, errors: A list of objects, as `Project.errors` is asked for; None: of images.
        ranges: Keys whose histograms are wanted, as metric.brightness or object.iou.

    Raises:
        RequestError: Too many histograms.
    """

    where: str | None = None
    run: str | None = None
    task: str | None = None
    errors: ErrorQuery = field(default_factory=ErrorQuery)
    ranges: Sequence[str] = ()

    def __post_init__(self) -> None:
        if len(self.ranges) > MOST_RANGES:
            raise RequestError(
                f"{len(self.ranges)} histograms", fix=f"ask for {MOST_RANGES}", code="E-QUERY"
            )


def facets(state: Loaded, asked: FacetQuery) -> Document:
    """Counts of images, and of objects where a run is named.

    Raises:
        RequestError: A part of the slice, the run or a metric does not exist.
    """
    from boxscore.project.slices.object_facets import object_facets

    images, _ = by_subject(state, asked.where)
    assert images is None or isinstance(images, str)
    conditions = Conditions(state.truth().items.rows, image_conditions(state, images))
    ours = [key for key in asked.ranges if not key.startswith("object.")]
    return {
        "images": image_facets(state, conditions, ours),
        "objects": None if asked.run is None else object_facets(state, asked, conditions.all()),
    }


def image_conditions(state: Loaded, where: str | None) -> dict[str, Mask]:
    """(items,) masks by key; what must not hold is never lifted, and has a key of its own."""
    masks: dict[str, Mask] = {}
    for part in dict.fromkeys(NEXT_PART.split(where) if where and where.strip() else ()):
        key = part.partition("=")[0].strip()
        mask = part_mask(state.truth(), part)
        masks[key] = masks[key] & mask if key in masks else mask
    return masks


def image_facets(state: Loaded, given: Conditions, ranges: Sequence[str]) -> Document:
    """How many images each choice would leave."""
    items = state.truth().items
    return {
        "total": items.rows,
        "chosen": int(given.all().sum()),
        "splits": _names(state, "split", given),
        "sequences": _names(state, "sequence", given),
        "licences": _names(state, "licence", given),
        "classes": _classes(state, given),
        "tags": _tags(state, given),
        "slices": _slices(state, given),
        "ranges": [_range(state, key, given) for key in ranges],
    }


def _names(state: Loaded, column: str, given: Conditions) -> list[Document]:
    names, codes = state.remembered(("codes", column), lambda: _coded(state, column))
    counts = counted(codes, given.without(column), len(names))
    return [{"name": n, "images": k} for n, k in zip(names, counts, strict=True)]


def _coded(state: Loaded, column: str) -> tuple[list[str], NDArray[np.int32]]:
    """The names in a column, sorted, and (items,) which one each image has; -1 for none."""
    values = state.truth().items[column].tolist()
    sizes: dict[str, int] = {}
    for value in values:
        sizes[value] = sizes.get(value, 0) + 1
    sizes.pop("", None)
    names = sorted(sorted(sizes, key=lambda name: -sizes[name])[:MOST_NAMES])
    place = {name: k for k, name in enumerate(names)}
    return names, np.array([place.get(value, -1) for value in values], np.int32)


def _classes(state: Loaded, given: Conditions) -> list[Document]:
    """Images with a ground truth of each class, as class= means them."""

    def pairs() -> tuple[Array, Array]:
        table, classes = state.truth().ground_truth.table, len(state.truth().ontology.classes)
        pairs = np.unique(table["item"].astype(np.int64) * classes + table["class_id"])
        return pairs // classes, (pairs % classes).astype(np.int32)

    items, class_id = state.remembered("classes of images", pairs)
    rows = state.truth().ontology.classes
    counts = counted(class_id, given.without("class")[items], len(rows))
    return [{"class_id": k, "images": n} for k, n in enumerate(counts) if n]


def _tags(state: Loaded, given: Conditions) -> list[Document]:
    others = given.without("tag")
    runs = tuple(record.run_id for record in state.records.values())
    names = sorted({one.name for one in Tags(state.root).counts()})
    rows = [_images_of_tag(state, name, runs) for name in names]
    return [{"name": n, "images": int(others[r].sum())} for n, r in zip(names, rows, strict=True)]


def _images_of_tag(state: Loaded, name: str, runs: tuple[int, ...]) -> NDArray[np.int64]:
    return state.remembered(
        ("images of a tag", name, runs), lambda: np.flatnonzero(holding(state, name))
    )


def _slices(state: Loaded, given: Conditions) -> list[Document]:
    """Saved slices; of one that cannot be read any more the images are None."""
    others = given.without("slice")
    found = []
    for name, where in Tags(state.root).slices().items():
        try:
            parts, _ = by_subject(state, where)
            assert parts is None or isinstance(parts, str)
            mask = Conditions(others.size, image_conditions(state, parts)).all()
            images = int((mask & others).sum())
        except RequestError:
            images = None
        found.append({"name": name, "where": where, "images": images})
    return found


# --- ranges --------------------------------------------------------------------------------------


def _range(state: Loaded, key: str, given: Conditions) -> Document:
    items = state.truth().items
    if key in NUMBERS:
        bins = state.column(("bins", key), lambda: binned(items[key].astype(np.float64)))
        return range_document(key, TITLES[key], "px" if key != "frame" else "", bins, given)
    if not key.startswith(METRIC):
        raise RequestError(
            f"{shown(key)} has no range",
            fix="ask for metric.ID or object.ID: `boxscore metric list`",
            code="E-SLICE-KEY",
        )
    known = find_metric(state, key.removeprefix(METRIC))
    place = place_of(state, None)
    if known.card.on is not On.IMAGE or not place.fits(known.card):
        raise RequestError(
            f"metric {known.card.title!r} is not one of images",
            fix="choose one of images: `boxscore metric list`",
            code="E-METRIC-IMAGES",
        )
    bins = binned_metric(state, known, place)
    return range_document(key, known.card.title, known.card.unit, bins, given)


def binned_metric(state: Loaded, known: Known, place: Place) -> Binned:
    """What is there of a metric's values; pixels are not looked at now."""
    there = state.values(place.owner, table_of(known.card)).rows  # more of them are other bins
    return state.column(
        ("bins", place.owner, known.key, there), lambda: binned(values_there(state, known, place))
    )


def values_there(state: Loaded, known: Known, place: Place) -> NDArray[np.float64]:
    """Values of a metric, nan where they would have to be computed from pixels."""
    if not place.fits(known.card):
        raise RequestError(
            f"metric {known.card.title!r} has no values here",
            fix="choose another: `boxscore metric list`",
            code="E-METRIC-PLACE",
        )
    if known.card.reads is not Reads.PIXELS and readable(state, place, known):
        return metric_values(state, known, place)
    return stored(state, known, place)[0]


def range_document(key: str, title: str, unit: str, bins: Binned, given: Conditions) -> Document:
    """A histogram of everything, and of what the other conditions leave."""
    everything = np.ones(bins.bin.size, np.bool_)
    return {
        "key": key,
        "title": title,
        "unit": unit,
        "edges": [defined(edge) for edge in bins.edges.tolist()],
        "counts": bins.counts(given.without(key)),
        "everything": bins.counts(everything),
    }
