"""Scalabel's JSON, as BDD100K has it: frames with labels, corners in pixels.

Source: Yu et al. 2020, "BDD100K: A Diverse Driving Dataset"; Scalabel's documentation.
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
    numbers_at,
    points_of,
    side,
    text_at,
)
from boxscore.sources.formats import Role
from boxscore.sources.frames import MOST_FRAMES
from boxscore.sources.json_document import real
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

PLACES = ("box2d", "poly2d", "rle", "box3d")
TRAITS = {"occluded": "occlusion", "truncated": "truncation"}


def _frames(document: Any) -> list[Any]:
    frames = document.get("frames") if isinstance(document, dict) else document
    return frames if isinstance(frames, list) else []


def _fits(document: Any) -> bool:
    """Frames with a name, whose labels have a category and a place."""
    some = _frames(document)[:100]
    if not some or not all(text_at(one, "name") and "labels" in one for one in some):
        return False
    drawn = [label for one in some for label in entries(one, "labels")]
    return bool(drawn) and all(any(place in one for place in PLACES) for one in drawn)


def _pictures(document: Any, _file: Path, _role: Role, report: ImportReport) -> Iterator[Picture]:
    config = document.get("config") if isinstance(document, dict) else None
    usual = config.get("imageSize") if isinstance(config, dict) else None
    for one in _frames(document):
        if not text_at(one, "name"):
            report.reject("E-SCALABEL-IMAGE", "frame", "names no picture")
            continue
        size = next((s for s in (one.get("size"), usual) if isinstance(s, dict)), {})
        film = text_at(one, "videoName")
        place = one.get("frameIndex")
        facts: dict[str, Any] = {}
        if film and type(place) is int and 0 <= place < MOST_FRAMES:
            facts = {"sequence": film, "position": place}
        shapes = [partial(_shape, given) for given in entries(one, "labels")]
        yield Picture(
            name=f"{film}/{one['name']}" if film else one["name"],
            width=side(size.get("width")),
            height=side(size.get("height")),
            shapes=[*shapes],
            facts=facts,
        )


def _shape(given: dict[str, Any]) -> Shape:
    held = given.get("attributes")
    flags = held if isinstance(held, dict) else {}
    crowd = flags.get("crowd") is True
    track = given.get("id")
    facts = {
        "crowd": crowd,
        "marks": int(Mark.IGNORED) if flags.get("ignored") is True else 0,
        "traits": {trait: 1.0 for name, trait in TRAITS.items() if flags.get(name) is True},
        "track": str(track) if isinstance(track, str | int) else "",
    }
    score = real(given.get("score"))
    shared: dict[str, Any] = {
        "label": label_of(given, "category"),
        "confidence": np.nan if score is None else score,
        "facts": facts,
    }
    if isinstance(given.get("box2d"), dict):
        box = numbers_at(given["box2d"], "x1", "y1", "x2", "y2")
        return Shape(kind=Kind.BOX, box=box, **shared)
    drawn = entries(given, "poly2d")
    if not drawn:
        raise BadShapeError("has no box2d and no poly2d")
    closed = all(one.get("closed") is not False for one in drawn)
    parts = tuple(points_of(one.get("vertices"), 3 if closed else 2) for one in drawn)
    return Shape(kind=Kind.POLYGON if closed else Kind.POLYLINE, parts=parts, **shared)


TOOL = Tool(
    name="scalabel",
    words=(b'"labels"', b'"category"'),
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="xyxy", scale="pixels"),
    why="frames with labels, as of BDD100K",
    fix='its files are a list of {"name", "labels": [{"category", "box2d"}]}',
    roles=("truth", "predictions"),
)
recognise, read = TOOL.recognise, TOOL.read
