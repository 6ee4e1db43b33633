"""Hugging Face's objects of an image: `metadata.jsonl` with file_name and objects, one a line.

`objects` is an object of lists (bbox, categories) or a list of objects; a box is left, top, width
and height. Source: Hugging Face's documentation of ImageFolder, "Object detection".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.schema.kinds import Kind
from boxscore.sources.drawn_documents import (
    BadShapeError,
    Picture,
    Shape,
    Tool,
    points_of,
    side,
    text_at,
)
from boxscore.sources.formats import ReadRequest, Role
from boxscore.sources.json_document import real
from boxscore.sources.line_documents import ENDINGS, first_fit, read_records
from boxscore.sources.raw import Convention, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.told_boxes import in_shares
from boxscore.sources.yolo_lists import SPLITS

IMAGE = ("file_name", "image_path", "image", "path", "image_id")
CLASSES = ("categories", "category", "category_id", "class", "label", "labels")
BOXES = ("bbox", "bboxes", "boxes", "box")
SCORES = ("score", "scores", "confidence")


def _name(record: dict[str, Any]) -> str:
    image = record.get("image")
    held = image.get("path") if isinstance(image, dict) else None
    number = record.get("image_id")
    known = text_at(record, *IMAGE) or (held if isinstance(held, str) else "")
    return known or (str(number) if type(number) is int else "")


def _fits(record: dict[str, Any]) -> bool:
    given = record.get("objects")
    if isinstance(given, list):
        given = given[0] if given else {"bbox": []}
    return bool(_name(record)) and isinstance(given, dict) and any(k in given for k in BOXES)


def _pictures(document: Any, file: Path, _role: Role, _report: ImportReport) -> Iterator[Picture]:
    split = next((s for s in SPLITS if file.parent.name.lower().startswith(s)), "")
    for record in document:
        yield Picture(
            name=_name(record),
            width=side(record.get("width")),
            height=side(record.get("height")),
            shapes=[partial(_shape, given) for given in _rows(record.get("objects"))],
            facts={"split": split},
        )


def _rows(objects: Any) -> list[dict[str, Any]]:
    """One object each, of lists of equal kinds."""
    if isinstance(objects, list):
        return [one for one in objects if isinstance(one, dict)]
    lists = {k: v for k, v in objects.items() if isinstance(v, list)} if objects else {}
    longest = max(map(len, lists.values()), default=0)
    return [{k: v[n] for k, v in lists.items() if n < len(v)} for n in range(longest)]


def _shape(given: dict[str, Any]) -> Shape:
    label = next((given[k] for k in CLASSES if k in given), None)
    if isinstance(label, bool) or not isinstance(label, int | str) or label == "":
        raise BadShapeError("has no class")
    box = points_of(next((given[k] for k in BOXES if k in given), None), 2).ravel()
    if box.size != 4:
        raise BadShapeError("box is no four numbers")
    score = next((real(given[k]) for k in SCORES if k in given), None)
    confidence = np.nan if score is None else score
    return Shape(label=label, kind=Kind.BOX, box=tuple(box.tolist()), confidence=confidence)


TOOL = Tool(
    name="hf-objects",
    words=(b'"objects"', b'"bbox'),
    fits=first_fit(_fits),
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="pixels"),
    why="lines of images and their objects",
    fix='a line is {"file_name", "objects": {"bbox": [[x, y, width, height]], "categories": []}}',
    roles=("truth", "predictions"),
    endings=ENDINGS,
    document=read_records,
    beside=True,
)
recognise = TOOL.recognise


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read a file, or every one of these below a folder; sets differ in how boxes are meant.

    Raises:
        SourceError: There is none, or a line is no JSON.
    """
    return replace(in_shares(TOOL.read(path, request, report)), open_corners=True)
