"""Azure Machine Learning's JSON lines: boxes and outlines in shares of the picture, or its class.

Source: Microsoft's documentation, "Prepare data for computer vision tasks with automated machine
learning".
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
    label_of,
    numbers_at,
    points_of,
    side,
    text_at,
)
from boxscore.sources.formats import Role
from boxscore.sources.line_documents import ENDINGS, first_fit, path_in, read_records
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

EDGES = ("topX", "topY", "bottomX", "bottomY")
QUESTION = "class"


def _fits(record: dict[str, Any]) -> bool:
    return bool(text_at(record, "image_url")) and isinstance(record.get("label"), list | str)


def _pictures(document: Any, _file: Path, _role: Role, _report: ImportReport) -> Iterator[Picture]:
    for record in document:
        label, details = record.get("label"), record.get("image_details")
        told = details if isinstance(details, dict) else {}
        rows = label if isinstance(label, list) else [label]
        yield Picture(
            name=path_in(text_at(record, "image_url")),
            width=side(told.get("width")),
            height=side(told.get("height")),
            shapes=[partial(_shape, one) for one in rows],
        )


def _shape(given: Any) -> Shape:
    if isinstance(given, str) and given:
        return Shape(label=given, kind=Kind.CLASSIFICATION, question=QUESTION)
    label, facts = label_of(given, "label"), {"crowd": given.get("isCrowd") in (1, "1", "true")}
    drawn = given.get("polygon")
    if isinstance(drawn, list):
        parts = tuple(points_of(part, 3) for part in drawn)
        return Shape(label=label, kind=Kind.POLYGON, parts=parts, facts=facts)
    return Shape(label=label, kind=Kind.BOX, box=numbers_at(given, *EDGES), facts=facts)


TOOL = Tool(
    name="azureml",
    words=(b'"image_url"', b'"label"'),
    fits=first_fit(_fits),
    pictures=_pictures,
    convention=Convention(corners="xyxy", scale="relative"),
    why="lines with an image_url and labels",
    fix='a line is {"image_url", "label": [{"label", "topX", "topY", "bottomX", "bottomY"}]}',
    endings=ENDINGS,
    document=read_records,
)
recognise, read = TOOL.recognise, TOOL.read
