"""CrowdHuman's odgt: a line for each picture, {"ID", "gtboxes"} of people, or {"dtboxes"} found.

Boxes are those of whole bodies (fbox). What is tagged as a mask, or said to be ignored, is a crowd
region. Source: Shao et al. 2018, "CrowdHuman: A Benchmark for Detecting Human in a Crowd".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.drawn_documents import (
    BadShapeError,
    Picture,
    Shape,
    Tool,
    entries,
    label_of,
    points_of,
    side,
    text_at,
)
from boxscore.sources.formats import Role
from boxscore.sources.json_document import real
from boxscore.sources.line_documents import ENDINGS, first_fit, read_records
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

PERSON, MASK = "person", "mask"


def _fits(record: dict[str, Any]) -> bool:
    named = isinstance(record.get("ID"), str)
    return named and any(isinstance(record.get(k), list) for k in ("gtboxes", "dtboxes"))


def _pictures(document: Any, _file: Path, role: Role, _report: ImportReport) -> Iterator[Picture]:
    for record in document:
        drawn = entries(record, "gtboxes" if role == "truth" else "dtboxes")
        shapes = [partial(_label if role == "truth" else _found, one) for one in drawn]
        size = side(record.get("width")), side(record.get("height"))
        yield Picture(name=text_at(record, "ID"), width=size[0], height=size[1], shapes=[*shapes])


def _label(given: dict[str, Any]) -> Shape:
    tag, extra = label_of(given, "tag"), given.get("extra")
    ignored = tag == MASK or (isinstance(extra, dict) and extra.get("ignore") == 1)
    return Shape(
        label=PERSON if tag == MASK else tag,
        kind=Kind.BOX,
        box=_box(given.get("fbox")),
        facts={"crowd": ignored, "marks": int(Mark.IGNORED) if ignored else 0},
    )


def _found(given: dict[str, Any]) -> Shape:
    score, tag = real(given.get("score")), given.get("tag", PERSON)
    return Shape(
        label=PERSON if isinstance(tag, int) else str(tag),
        kind=Kind.BOX,
        box=_box(given.get("box")),
        confidence=np.nan if score is None else score,
    )


def _box(given: Any) -> tuple[float, ...]:
    box = points_of(given, 2).ravel()
    if box.size != 4:
        raise BadShapeError("box is no four numbers")
    return tuple(box.tolist())


TOOL = Tool(
    name="odgt",
    words=(b'"ID"', b'boxes"'),
    fits=first_fit(_fits),
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="pixels"),
    why="lines of an ID and boxes",
    fix='a line is {"ID", "gtboxes": [{"tag", "fbox"}]}, or {"dtboxes": [{"box", "score"}]}',
    roles=("truth", "predictions"),
    endings=ENDINGS,
    document=read_records,
)
recognise, read = TOOL.recognise, TOOL.read
