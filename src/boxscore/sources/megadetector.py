"""Results of MegaDetector and of programs that write its format: shares of the image, by file.

Images that it could not open have no detections. Source: MegaDetector's output format, to 1.6.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    entries,
    points_of,
    text_at,
)
from boxscore.sources.formats import Role
from boxscore.sources.json_document import real
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

NAMES = "detection_categories"


def _fits(document: Any) -> bool:
    """Images by file, and the names of the categories."""
    named = isinstance(document, dict) and isinstance(document.get(NAMES), dict)
    some = entries(document, "images")[:100]
    return named and bool(some) and all(text_at(one, "file") for one in some)


def _pictures(document: Any, _file: Path, _role: Role, report: ImportReport) -> Iterator[Picture]:
    names = document[NAMES]
    failed = 0
    for one in entries(document, "images"):
        if not text_at(one, "file"):
            report.reject("E-MEGADETECTOR-IMAGE", "images", "an image without its file")
            continue
        failed += bool(text_at(one, "failure"))
        shapes = [partial(_shape, given, names) for given in entries(one, "detections")]
        yield Picture(name=one["file"], shapes=[*shapes])
    if failed:
        problem = "images that MegaDetector could not open: without detections"
        report.note("W-MEGADETECTOR-FAILED", problem, failed)


def _shape(given: dict[str, Any], names: dict[str, Any]) -> Shape:
    label = names.get(str(given.get("category")))
    if not isinstance(label, str) or not label:
        raise BadShapeError("is of no category that is named")
    confidence = real(given.get("conf"))
    box = points_of(given.get("bbox"), 2).ravel()
    return Shape(
        label=label,
        kind=Kind.BOX,
        box=tuple(box[:4].tolist()),
        confidence=np.nan if confidence is None else confidence,
    )


TOOL = Tool(
    name="megadetector",
    words=(b'"detection_categories"', b'"images"'),
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="relative"),
    why="images by file with detection_categories of MegaDetector",
    fix="its files have images, detection_categories and info",
    roles=("predictions",),
)
recognise, read = TOOL.recognise, TOOL.read
