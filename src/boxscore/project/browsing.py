"""Objects and images of a run, page by page, as documents."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.errors import RequestError
from boxscore.evaluation.error_list import error_page
from boxscore.evaluation.image_list import image_rows
from boxscore.evaluation.queries import ErrorQuery, ImageQuery
from boxscore.evaluation.run_view import RunView
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes, operating_confidence
from boxscore.project.outlines import outlines
from boxscore.project.views import Scene, item_document, item_objects, object_documents
from boxscore.schema.kinds import Task
from boxscore.schema.tables import Table

Document = dict[str, Any]


def object_view(state: Loaded, run: str) -> RunView:
    """The run's live view.

    Raises:
        RequestError: The run holds classifications only.
    """
    task = Task(state.record(run).task)
    if task is Task.CLASSIFICATION:
        raise RequestError(
            f"run {run!r} holds classifications, no objects",
            fix="choose a run of boxes or masks",
            code="E-TASK-OBJECTS",
        )
    return state.view(run, task)


def error_document(state: Loaded, run: str, query: ErrorQuery) -> Document:
    """One page of objects."""
    view, truth = object_view(state, run), state.truth()
    check_classes(query.classes, view.view.classes)
    confidence = operating_confidence(view, query.confidence)
    page = error_page(view, truth.items, query, confidence)
    scene = Scene(truth, view, query.iou, confidence)
    return {
        "total": page.total,
        "confidence": confidence,
        "facets": page.facets,
        "objects": object_documents(scene, page.objects),
        "next_offset": _next(query.offset, query.limit, page.total),
    }


def image_document(state: Loaded, run: str, query: ImageQuery) -> Document:
    """One page of images."""
    view, truth = object_view(state, run), state.truth()
    check_classes(query.classes, view.view.classes)
    confidence = operating_confidence(view, query.confidence)
    total, rows = image_rows(view, truth.items, query, confidence)
    return {
        "total": total,
        "images": [item_document(truth, row.pop("item")) | row for row in rows],
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
) -> Document:
    """One image: its labels, and a run's predictions when one is named."""
    truth = state.truth()
    item = find_item(truth.items, data_hash, frame)
    document = item_document(truth, item)
    if run is None:
        return document | {"objects": []}
    view = object_view(state, run)
    scene = Scene(truth, view, iou, operating_confidence(view, confidence))
    objects = item_objects(scene, item)
    predictions = state.predictions(run)
    for found in objects:
        side = truth.ground_truth if found["role"] == "ground_truth" else predictions
        found["outlines"] = outlines(truth.items, side, found.pop("annotation_row"))
    return document | {"confidence": scene.confidence, "objects": objects}


def find_item(items: Table, data_hash: str, frame: int) -> int:
    """Row of an item.

    Raises:
        RequestError: There is none of this identity.
    """
    hits = np.flatnonzero((items["data_hash"] == data_hash) & (items["frame"] == frame))
    if not hits.size:
        raise RequestError(
            "no such image in this project", fix="reload the page", code="E-ITEM-UNKNOWN"
        )
    return int(hits[0])
