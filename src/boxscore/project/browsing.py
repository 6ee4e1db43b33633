"""Objects and images of a run, page by page, as documents."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.errors import RequestError
from boxscore.evaluation.error_list import error_page
from boxscore.evaluation.image_list import image_rows
from boxscore.evaluation.queries import ErrorQuery, ImageQuery
from boxscore.project.analysing import run_view
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes, operating_confidence
from boxscore.project.outlines import outlines
from boxscore.project.slicing import Where, sliced
from boxscore.project.views import Scene, item_document, item_objects, object_documents
from boxscore.schema.tables import Table

Document = dict[str, Any]


def error_document(
    state: Loaded, run: str, query: ErrorQuery, task: str | None, where: Where
) -> Document:
    """One page of objects."""
    view, truth = run_view(state, run, task), state.truth()
    items = sliced(truth, where)
    named = [k for k in (query.labelled, query.predicted) if isinstance(k, int)]
    check_classes((*(query.classes or ()), *named), view.view.classes)
    confidence = operating_confidence(view, query.confidence, items)
    page = error_page(view, truth.items, query, confidence, items)
    scene = Scene(truth, view, query.iou, confidence)
    return {
        "total": page.total,
        "confidence": confidence,
        "facets": page.facets,
        "objects": object_documents(scene, page.objects),
        "next_offset": _next(query.offset, query.limit, page.total),
    }


def image_document(
    state: Loaded, run: str, query: ImageQuery, task: str | None, where: Where
) -> Document:
    """One page of images."""
    view, truth = run_view(state, run, task), state.truth()
    items = sliced(truth, where)
    check_classes(query.classes, view.view.classes)
    confidence = operating_confidence(view, query.confidence, items)
    total, rows = image_rows(view, truth.items, query, confidence, items)
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
    task: str | None,
) -> Document:
    """One image: its labels, and a run's predictions when one is named."""
    truth = state.truth()
    item = find_item(truth.items, data_hash, frame)
    document = item_document(truth, item)
    if run is None:
        return document | {"objects": []}
    view = run_view(state, run, task)
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
