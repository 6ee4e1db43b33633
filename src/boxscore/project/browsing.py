"""Objects and images of a run, page by page, as documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from boxscore.evaluation.error_list import Picked
from boxscore.evaluation.image_list import image_list
from boxscore.evaluation.listing import Listing, listing
from boxscore.evaluation.queries import ErrorQuery, ImageQuery, Query
from boxscore.evaluation.run_view import RunView
from boxscore.matching.comparable import Comparable
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes, operating_confidence
from boxscore.project.pictures.outlines import keypoints, outlines, thinned
from boxscore.project.sequences import sequence_of
from boxscore.project.slices.narrowing import Meant, meant, sliced_view, task_of_objects
from boxscore.project.slices.slicing import Where
from boxscore.project.slices.tagged import picked, said_of
from boxscore.project.views import Scene, item_document, item_objects, object_documents
from boxscore.schema.kinds import Task
from boxscore.store.tags import ITEMS, TRUTH, owner_of_run

Document = dict[str, Any]
TILE_VERTICES = 64
"""Of an outline on a tile."""


def error_document(
    state: Loaded, run: str, query: ErrorQuery, task: str | None, where: Where
) -> Document:
    """One page of objects."""
    chosen, slice_of, truth = task_of_objects(state, run, task), meant(state, where), state.truth()
    view, items = slice_of.view(state, run, chosen), slice_of.items
    named = [k for k in (query.labelled, query.predicted) if isinstance(k, int)]
    check_classes((*(query.classes or ()), *named), view.view.classes)
    confidence = operating_confidence(view, query.confidence, items)
    whole = _listing(state, run, view, (chosen, query.iou, confidence), slice_of)
    scene = Scene(truth, view, query.iou, confidence)
    page = whole.page(query, _picked(state, run, scene, query, slice_of))
    objects = object_documents(scene, page.objects)
    for found, said in zip(objects, _said(state, run, view.view, objects), strict=True):
        found |= said
        for one in (found, found["partner"]):
            if one is not None:
                one |= _drawn(state, run, view.view, one["id"])
    return {
        "total": page.total,
        "confidence": confidence,
        "facets": page.facets,
        "objects": objects,
        "next_offset": _next(query.offset, query.limit, page.total),
    }


def _listing(
    state: Loaded, run: str, view: RunView, point: tuple[Task, float, float], slice_of: Meant
) -> Listing:
    """Everything at one operating point; further pages and filters are cut from the same.

    Args:
        point: Task, IoU and confidence.
    """
    key = "listing", state.record(run).run_id, *point, slice_of.key
    rows, (_, iou, confidence) = state.truth().items, point
    return state.listed(key, lambda: listing(view, rows, iou, confidence, slice_of.items))


def _picked(state: Loaded, run: str, scene: Scene, query: Query, slice_of: Meant) -> Picked:
    if query.tag is None and query.among is None:
        return None
    asked = query.tag, query.among, query.iou, scene.confidence, state.tags
    key = "picked", state.record(run).run_id, scene.run.view.task, asked, slice_of.key
    return state.listed(key, lambda: picked(state, run, scene, query))


def _drawn(state: Loaded, run: str, view: Comparable, name: str) -> Document:
    """What a tile draws of an object where more than a box is compared."""
    of_truth = name.startswith("G")
    annotations = state.truth().ground_truth if of_truth else state.predictions(run)
    row = int((view.truth if of_truth else view.predictions).rows[int(name[1:])])
    if view.task in (Task.SEGM, Task.BOUNDARY):
        whole = outlines(state.truth().items, annotations, row)
        return {"outlines": thinned(whole, TILE_VERTICES)}
    return {"keypoints": keypoints(annotations, row)} if view.task is Task.KEYPOINTS else {}


def _said(state: Loaded, run: str, view: Comparable, objects: list[Document]) -> list[Document]:
    """Tags and note of each object, whose id names its side and its row there."""
    owners = {"P": owner_of_run(state.record(run).run_id), "G": TRUTH}
    sides = {"P": view.predictions.rows, "G": view.truth.rows}
    known: dict[str, Document] = {}
    for letter, owner in owners.items():
        ids = [found["id"] for found in objects if found["id"].startswith(letter)]
        rows = sides[letter][np.array([int(name[1:]) for name in ids], np.int64)]
        known.update(zip(ids, said_of(state, owner, rows), strict=True))
    return [known[found["id"]] for found in objects]


def image_document(
    state: Loaded, run: str, query: ImageQuery, task: str | None, where: Where
) -> Document:
    """One page of images."""
    asked_task, slice_of = task_of_objects(state, run, task), meant(state, where)
    view, items, truth = slice_of.view(state, run, asked_task), slice_of.items, state.truth()
    named = [k for k in (query.labelled, query.predicted) if isinstance(k, int)]
    check_classes((*(query.classes or ()), *named), view.view.classes)
    confidence = operating_confidence(view, query.confidence, items)
    point = asked_task, query.iou, confidence
    whole = _listing(state, run, view, point, replace(slice_of, items=None))
    asked = replace(query, offset=0, limit=1, confidence=confidence)
    tags = None if query.tag is None and query.among is None else state.tags
    key = "images", state.record(run).run_id, point, asked, slice_of.key, tags
    chosen = _picked(state, run, Scene(truth, view, query.iou, confidence), query, slice_of)
    listed = state.listed(key, lambda: image_list(whole, query, items, chosen))
    total, rows = listed.order.size, listed.page(query)
    numbers = np.array([row.pop("item") for row in rows], np.int64)
    said = said_of(state, ITEMS, numbers)
    return {
        "total": total,
        "images": [
            item_document(truth, item) | row | own
            for item, row, own in zip(numbers.tolist(), rows, said, strict=True)
        ],
        "next_offset": _next(query.offset, query.limit, total),
    }


def _next(offset: int, limit: int, total: int) -> int | None:
    return offset + limit if offset + limit < total else None


def item_view_document(
    state: Loaded,
    data_hash: str,
    frame: int,
    run: str | None,
    iou: float,
    confidence: float | None,
    task: str | None,
    where: Where = None,
) -> Document:
    """One image: its labels, and a run's predictions when one is named, judged under a slice."""
    truth = state.truth()
    item = state.item_row(data_hash, frame)
    (said,) = said_of(state, ITEMS, np.array([item]))
    document = item_document(truth, item) | {"sequence": sequence_of(truth.items, item)} | said
    if run is None:
        return document | {"objects": []}
    view, items = sliced_view(state, run, where, task)
    scene = Scene(truth, view, iou, operating_confidence(view, confidence, items))
    objects = item_objects(scene, item)
    predictions = state.predictions(run)
    for found, own in zip(objects, _said(state, run, view.view, objects), strict=True):
        found |= own
        side = truth.ground_truth if found["role"] == "ground_truth" else predictions
        row = found.pop("annotation_row")
        found["outlines"] = outlines(truth.items, side, row)
        found["keypoints"] = keypoints(side, row)
        found["track"] = str(side.table["track"][row])
    return document | {"confidence": scene.confidence, "objects": objects}
