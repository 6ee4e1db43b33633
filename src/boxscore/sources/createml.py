"""CreateML's JSON: boxes by their centres, in pixels. Source: Apple's documentation; Roboflow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.schema.kinds import Kind
from boxscore.sources.drawn_documents import (
    Picture,
    Shape,
    Tool,
    entries,
    label_of,
    numbers_at,
    text_at,
)
from boxscore.sources.formats import Role
from boxscore.sources.json_document import real
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

IMAGE = ("image", "imagefilename", "imageFilename", "filename")


def _fits(document: Any) -> bool:
    """A list of images whose annotations have coordinates."""
    some = document[:100] if isinstance(document, list) else []
    if not some or not all(text_at(one, *IMAGE) and "annotations" in one for one in some):
        return False
    drawn = [shape for one in some for shape in entries(one, "annotations")]
    return bool(drawn) and all(isinstance(one.get("coordinates"), dict) for one in drawn)


def _pictures(document: Any, _file: Path, _role: Role, _report: ImportReport) -> Iterator[Picture]:
    for one in document:
        shapes = [partial(_shape, given) for given in entries(one, "annotations")]
        yield Picture(name=text_at(one, *IMAGE), shapes=[*shapes])


def _shape(given: dict[str, Any]) -> Shape:
    box = numbers_at(given.get("coordinates"), "x", "y", "width", "height")
    confidence = real(given.get("confidence"))
    return Shape(
        label=label_of(given, "label"),
        kind=Kind.BOX,
        box=box,
        confidence=np.nan if confidence is None else confidence,
    )


TOOL = Tool(
    name="createml",
    words=(b'"coordinates"',),
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="cxcywh", scale="pixels"),
    why="images with annotations that have coordinates",
    fix='CreateML\'s files are a list of {"image", "annotations": [{"label", "coordinates"}]}',
    roles=("truth", "predictions"),
)
recognise, read = TOOL.recognise, TOOL.read
