"""Predictions in the shape of COCO's annotations: images, categories, annotations with a score.

FiftyOne and Datumaro export runs so. Images go by file name and classes by name, for the ids are
the file's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.schema.kinds import Kind
from boxscore.sources.drawn_documents import (
    BadShapeError,
    Picture,
    Points,
    Shape,
    Tool,
    entries,
    mask_of,
    points_of,
    side,
    text_at,
)
from boxscore.sources.formats import Role
from boxscore.sources.json_document import real
from boxscore.sources.raw import NO_BOX, Convention
from boxscore.sources.report import ImportReport

SCORES = ("score", "confidence")


def _score(given: dict[str, Any]) -> float | None:
    """Of an annotation, or of its attributes."""
    held = given.get("attributes")
    places = (given, held if isinstance(held, dict) else {})
    found = (real(place.get(name)) for place in places for name in SCORES)
    return next((score for score in found if score is not None), None)


def _fits(document: Any) -> bool:
    """Images, categories and annotations, of which the first ones have a score."""
    if not isinstance(document, dict) or not entries(document, "categories"):
        return False
    some = entries(document, "annotations")[:20]
    scored = bool(some) and all(_score(one) is not None for one in some)
    return scored and isinstance(document.get("images"), list)


def _pictures(document: Any, _file: Path, _role: Role, report: ImportReport) -> Iterator[Picture]:
    names = {str(one.get("id")): text_at(one, "name") for one in entries(document, "categories")}
    drawn: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in entries(document, "annotations"):
        drawn[str(one.get("image_id"))].append(one)
    for image in entries(document, "images"):
        mine = drawn.pop(str(image.get("id")), [])
        size = side(image.get("width")), side(image.get("height"))
        yield Picture(
            name=text_at(image, "file_name") or str(image.get("id")),
            width=size[0],
            height=size[1],
            shapes=[partial(_shape, one, names) for one in mine],
        )
    for key, rest in drawn.items():
        for _ in rest:
            report.reject("E-COCO-SCORED-IMAGE", f"image id {key}", "is not among the images")


def _shape(given: dict[str, Any], names: dict[str, str]) -> Shape:
    label, score = names.get(str(given.get("category_id")), ""), _score(given)
    if not label:
        raise BadShapeError("is of no category that is named")
    box: tuple[float, ...] = NO_BOX
    if given.get("bbox"):
        box = tuple(points_of(given["bbox"], 2).ravel()[:4].tolist())
    shared: dict[str, Any] = {
        "label": label,
        "box": box,
        "confidence": np.nan if score is None else score,
    }
    drawn = given.get("segmentation")
    if isinstance(drawn, dict) and "counts" in drawn:
        return Shape(kind=Kind.BITMASK, facts=mask_of(drawn), **shared)
    parts: tuple[Points, ...] = ()
    if isinstance(drawn, list):
        parts = tuple(points_of(part, 3) for part in drawn)
    if not parts and box is NO_BOX:
        raise BadShapeError("has no bbox")
    return Shape(kind=Kind.POLYGON if parts else Kind.BOX, parts=parts, **shared)


TOOL = Tool(
    name="coco-scored",
    words=(b'"annotations"', b'"categories"', b'"images"'),
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="pixels"),
    why="COCO annotations with scores",
    fix="every annotation needs a score",
    roles=("predictions",),
)
recognise, read = TOOL.recognise, TOOL.read
