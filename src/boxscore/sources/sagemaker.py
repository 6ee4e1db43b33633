"""Manifests of SageMaker Ground Truth and Rekognition: a line for each picture.

`source-ref` names it; each job's name holds its boxes, or the class of the picture, and the name
with `-metadata` what its numbers mean. Source: Amazon SageMaker's documentation, "Augmented
Manifest Files" and "Output Data".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from boxscore.schema.kinds import Kind
from boxscore.sources.drawn_documents import (
    BadShapeError,
    Picture,
    Shape,
    Tool,
    entries,
    numbers_at,
    side,
    text_at,
)
from boxscore.sources.formats import Role
from boxscore.sources.line_documents import ENDINGS, first_fit, path_in, read_records
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

META = "-metadata"


def _fits(record: dict[str, Any]) -> bool:
    return bool(text_at(record, "source-ref")) and bool(_jobs(record))


def _jobs(record: dict[str, Any]) -> list[tuple[str, Any, dict[str, Any]]]:
    """Name, result and metadata of each job."""
    names = [name.removesuffix(META) for name in record if name.endswith(META)]
    facts = [(name, record.get(name), record[name + META]) for name in names if name in record]
    return [(name, value, meta) for name, value, meta in facts if isinstance(meta, dict)]


def _pictures(document: Any, _file: Path, _role: Role, _report: ImportReport) -> Iterator[Picture]:
    for record in document:
        width = height = 0
        shapes: list[Callable[[], Shape]] = []
        for name, value, meta in _jobs(record):
            if not isinstance(value, dict):
                if text_at(meta, "class-name"):
                    shapes.append(partial(_answer, name, meta))
                continue
            size = entries(value, "image_size")
            width, height = (side(size[0].get(k)) if size else 0 for k in ("width", "height"))
            named = meta.get("class-map")
            known = named if isinstance(named, dict) else {}
            shapes += [partial(_box, known, given) for given in entries(value, "annotations")]
        yield Picture(
            name=path_in(text_at(record, "source-ref")),
            width=width,
            height=height,
            shapes=[*shapes],
        )


def _answer(question: str, meta: dict[str, Any]) -> Shape:
    return Shape(label=text_at(meta, "class-name"), kind=Kind.CLASSIFICATION, question=question)


def _box(named: dict[str, Any], given: dict[str, Any]) -> Shape:
    label = text_at(named, str(given.get("class_id")))
    if not label:
        raise BadShapeError("is of no class that class-map names")
    return Shape(
        label=label, kind=Kind.BOX, box=numbers_at(given, "left", "top", "width", "height")
    )


TOOL = Tool(
    name="sagemaker",
    words=(b'"source-ref"', META.encode()),
    fits=first_fit(_fits),
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="pixels"),
    why="lines with a source-ref and the results of a job",
    fix='a line is {"source-ref", "JOB": {"annotations": []}, "JOB-metadata": {"class-map": {}}}',
    endings=ENDINGS,
    document=read_records,
)
recognise, read = TOOL.recognise, TOOL.read
