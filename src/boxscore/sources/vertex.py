"""Vertex AI's JSON lines: a picture with boxes in shares of it, or its class, a line.

Source: Google Cloud's documentation of Vertex AI, "Prepare image training data".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

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
from boxscore.sources.line_documents import ENDINGS, first_fit, path_in, read_records
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport
from boxscore.sources.yolo_lists import SPLITS

BOXES, CLASS, CLASSES = (
    "boundingBoxAnnotations", "classificationAnnotation", "classificationAnnotations"
)  # fmt: skip
EDGES = ("xMin", "yMin", "xMax", "yMax")
USE = "aiplatform.googleapis.com/ml_use"
QUESTION = "class"


def _fits(record: dict[str, Any]) -> bool:
    held = any(name in record for name in (BOXES, CLASS, CLASSES))
    return bool(text_at(record, "imageGcsUri")) and held


def _pictures(document: Any, _file: Path, _role: Role, _report: ImportReport) -> Iterator[Picture]:
    for record in document:
        answers = [record[CLASS]] if CLASS in record else []
        shapes = [partial(_answer, one) for one in (*answers, *entries(record, CLASSES))]
        shapes += [partial(_box, one) for one in entries(record, BOXES)]
        use = text_at(record.get("dataItemResourceLabels"), USE).lower()
        split = next((s for s in SPLITS if use.startswith(s)), "")
        yield Picture(
            name=path_in(text_at(record, "imageGcsUri")), shapes=[*shapes], facts={"split": split}
        )


def _answer(given: Any) -> Shape:
    return Shape(label=label_of(given, "displayName"), kind=Kind.CLASSIFICATION, question=QUESTION)


def _box(given: dict[str, Any]) -> Shape:
    label = label_of(given, "displayName")
    return Shape(label=label, kind=Kind.BOX, box=numbers_at(given, *EDGES))


TOOL = Tool(
    name="vertex",
    words=(b'"imageGcsUri"',),
    fits=first_fit(_fits),
    pictures=_pictures,
    convention=Convention(corners="xyxy", scale="relative"),
    why="lines with an imageGcsUri and annotations",
    fix='a line is {"imageGcsUri", "boundingBoxAnnotations": [{"displayName", "xMin", ...}]}',
    endings=ENDINGS,
    document=read_records,
)
recognise, read = TOOL.recognise, TOOL.read
