"""The counts beside every choice of objects: outcome, reason, class, label, tag and ranges."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.error_list import (
    FN,
    KIND_NAMES,
    OUTCOME_NAMES,
    Objects,
    kind_mask,
    objects_at,
    of_objects,
    outcome_mask,
    place_mask,
)
from boxscore.evaluation.facet_counts import Binned, Conditions, Mask, binned, counted
from boxscore.evaluation.queries import ErrorQuery
from boxscore.evaluation.reasons import ErrorKind
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import find_metric, place_of
from boxscore.project.numbers import check_classes, operating_confidence
from boxscore.project.slices.facets import FacetQuery, range_document, values_there
from boxscore.project.slices.listed_objects import Numbers, numbers, part_masks
from boxscore.project.slices.narrowing import meant, task_of_objects
from boxscore.project.slices.object_conditions import OBJECT, by_subject
from boxscore.project.slices.slicing import sliced
from boxscore.project.slices.tagged import with_tag
from boxscore.project.views import Scene
from boxscore.quality.cards import On
from boxscore.schema.tables import OBJECT_VALUES
from boxscore.store.tags import TRUTH, Tags, owner_of_run

Document = dict[str, Any]
OWN_RANGES = {
    "confidence": ("Confidence", ""),
    "iou": ("IoU with the label or prediction nearby", ""),
    "x": ("Centre, across", "of the width"),
    "y": ("Centre, down", "of the height"),
    "area": ("Area", "square pixels"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """Everything at one operating point on all images, and who asked."""

    state: Loaded
    run: str
    scene: Scene
    objects: Objects
    key: Hashable

    def bins(self, key: str, there: int, values: Callable[[], Numbers]) -> Binned:
        """Bins of a number of each object; `there`: how many values are known by now."""
        return self.state.column(
            ("bins", self.key, key, there),
            lambda: _in_bins(of_objects(self.objects, *values()), key),
        )


def _in_bins(values: NDArray[np.float64], key: str) -> Binned:
    """Shares have bins from 0 to 1, so that they are the same at all thresholds."""
    known = values[np.isfinite(values)]
    shares = key.removeprefix(OBJECT) in OWN_RANGES and known.size and known.min() >= 0
    return binned(values, (0.0, 1.0) if shares and known.max() <= 1 else None)


def object_facets(state: Loaded, asked: FacetQuery, images: Mask) -> Document:
    """How many objects each choice would list.

    Args:
        images: (items,) those that count.

    Raises:
        RequestError: The run, a class, a metric or a part of `among` does not exist.
    """
    assert asked.run is not None
    query, slice_of = asked.errors, meant(state, asked.where)
    view = slice_of.view(state, asked.run, task_of_objects(state, asked.run, asked.task))
    named = [k for k in (query.labelled, query.predicted) if isinstance(k, int)]
    check_classes((*(query.classes or ()), *named), view.view.classes)
    confidence = operating_confidence(view, query.confidence, slice_of.items)
    scene = Scene(state.truth(), view, query.iou, confidence)
    point = state.record(asked.run).run_id, view.view.task, query.iou, confidence
    key = *point, (slice_of.parts, slice_of.generation) if slice_of.parts else None
    objects = state.column(("objects", *key), lambda: objects_at(view, query.iou, confidence))
    listed = Listed(state, asked.run, scene, objects, key)
    given = Conditions(objects.row.size, _conditions(listed, query, images))
    end = view.view.classes
    ranges = dict.fromkeys(key for key in asked.ranges if key.startswith(OBJECT))
    return {
        "total": int(given.all().sum()),
        "confidence": confidence,
        "outcome": _by_name(OUTCOME_NAMES, counted(objects.outcome, given.without("outcome"), 3)),
        "kind": {
            name: counted(objects.kind, given.without("outcome"), len(ErrorKind))[k]
            for name, k in KIND_NAMES.items()
        },
        "classes": _by_class(counted(objects.class_id, given.without("class"), end), end),
        "labelled": _by_class(counted(objects.labelled, given.without("labelled"), end + 1), end),
        "predicted": _by_class(
            counted(objects.predicted, given.without("predicted"), end + 1), end
        ),
        "tags": _tags(listed, given),
        "ranges": [_range(listed, key, given) for key in ranges],
    }


def _conditions(listed: Listed, query: ErrorQuery, images: Mask) -> dict[str, Mask]:
    """(N,) masks by key; those that the filter does not offer are never lifted."""
    objects, end = listed.objects, listed.scene.run.view.classes
    masks = {
        "images": images[objects.item],
        "outcome": outcome_mask(objects, query.outcome) & kind_mask(objects, query.kind),
        "labelled": place_mask(objects.labelled, query.labelled, end),
        "predicted": place_mask(objects.predicted, query.predicted, end),
    }
    if query.classes is not None:
        masks["class"] = np.isin(objects.class_id, query.classes)
    if query.below is not None:
        masks["object.confidence"] = objects.confidence < query.below
    if query.tag is not None:
        view = listed.scene.run.view
        masks["tag"] = of_objects(objects, *with_tag(listed.state, listed.run, view, query.tag))
    return masks | _among(listed, query.among, masks)


def _among(listed: Listed, among: str | None, known: dict[str, Mask]) -> dict[str, Mask]:
    images, parts = by_subject(listed.state, among)
    items = sliced(listed.state.truth(), images)
    masks: dict[str, Mask] = {}
    if items is not None:
        masks["among"] = items[listed.objects.item]
    for part in parts:
        key = part.partition("=")[0].strip()
        found = part_masks(listed.state, listed.run, listed.scene, part)
        mask = of_objects(listed.objects, *found)
        before = masks.get(key, known.get(key))
        masks[key] = mask if before is None else mask & before
    return masks


def _by_name(names: tuple[str, ...], counts: list[int]) -> dict[str, int]:
    return dict(zip(names, counts, strict=True))


def _by_class(counts: list[int], background: int) -> list[Document]:
    """Most frequent first; the background's class is None."""
    order = np.argsort(-np.array(counts, np.int64), kind="stable").tolist()
    return [
        {"class_id": None if k == background else k, "count": counts[k]} for k in order if counts[k]
    ]


def _tags(listed: Listed, given: Conditions) -> list[Document]:
    """Objects that have each tag themselves."""
    state, view, objects = listed.state, listed.scene.run.view, listed.objects
    tags, own = Tags(state.root), owner_of_run(state.record(listed.run).run_id)
    names = sorted({one.name for one in tags.counts()})
    if not names:
        return []
    others, lost = given.without("tag"), objects.outcome == FN
    sides = ((TRUTH, view.truth.rows, lost), (own, view.predictions.rows, ~lost))
    counts = dict.fromkeys(names, 0)
    for owner, rows, side in sides:
        shown = np.sort(rows[objects.row[side & others]])
        for name in names:
            tagged = np.array(tags.rows(name, owner), np.int64)
            at = np.searchsorted(shown, tagged)
            at[at == shown.size] = 0
            counts[name] += int((shown[at] == tagged).sum()) if shown.size else 0
    return [{"name": name, "count": count} for name, count in counts.items()]


# --- ranges --------------------------------------------------------------------------------------


def _range(listed: Listed, key: str, given: Conditions) -> Document:
    name = key.removeprefix(OBJECT)
    if name in OWN_RANGES:
        title, unit = OWN_RANGES[name]
        bins = listed.bins(key, 0, lambda: numbers(listed.state, listed.run, listed.scene, name))
        return range_document(key, title, unit, bins, given)
    known = find_metric(listed.state, name)
    if known.card.on is not On.OBJECT:
        raise RequestError(
            f"metric {known.card.title!r} is not one of objects",
            fix=f"ask for metric.{known.card.id}",
            code="E-SLICE-KEY",
        )
    view, places = listed.scene.run.view, [place_of(listed.state, n) for n in (listed.run, None)]
    there = sum(listed.state.values(place.owner, OBJECT_VALUES).rows for place in places)

    def values() -> Numbers:
        predictions, labels = (
            values_there(listed.state, known, place)[side.rows]
            if place.fits(known.card)
            else np.full(side.rows.size, np.nan)
            for place, side in zip(places, (view.predictions, view.truth), strict=True)
        )
        return predictions, labels

    bins = listed.bins(key, there, values)
    return range_document(key, known.card.title, known.card.unit, bins, given)
