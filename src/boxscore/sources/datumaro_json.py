"""Datumaro's own JSON, which CVAT exports too: shapes of one group are one object.

Of a group's shapes of one label a mask or polygon counts, with the box beside it. Source:
Datumaro's documentation of its format.
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
    mask_of,
    points_of,
    side,
    text_at,
)
from boxscore.sources.formats import Role
from boxscore.sources.json_document import real
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

KINDS = {
    "mask": Kind.BITMASK,
    "polygon": Kind.POLYGON,
    "polyline": Kind.POLYLINE,
    "points": Kind.KEYPOINTS,
    "bbox": Kind.BOX,
    "label": Kind.CLASSIFICATION,
}
"""Of one object, the first of these."""
SCORES = ("score", "confidence", "conf")
SPLITS = ("train", "val", "test")
QUESTION = "class"


def _labels(document: Any) -> list[Any]:
    kinds = document.get("categories") if isinstance(document, dict) else None
    named = kinds.get("label") if isinstance(kinds, dict) else None
    found = named.get("labels") if isinstance(named, dict) else None
    return found if isinstance(found, list) else []


def _names(document: Any) -> list[str]:
    return [text_at(one, "name") for one in _labels(document)]


def _classes(document: Any) -> list[str]:
    """Of labels that are shapes: a document of answers about whole images has none."""
    items = entries(document, "items")
    kinds = {text_at(one, "type") for item in items for one in entries(item, "annotations")}
    return [name for name in _names(document) if name] if kinds - {"label"} else []


def _fits(document: Any) -> bool:
    """Categories of labels, and items."""
    return bool(_labels(document)) and isinstance(document.get("items"), list)


def _pictures(document: Any, file: Path, _role: Role, _report: ImportReport) -> Iterator[Picture]:
    names = _names(document)
    split = file.stem if file.stem in SPLITS else ""
    for item in entries(document, "items"):
        picture = item.get("image")
        size = picture.get("size") if isinstance(picture, dict) else None
        height, width = size if isinstance(size, list) and len(size) == 2 else (0, 0)
        groups: dict[Any, list[dict[str, Any]]] = {}
        for number, given in enumerate(entries(item, "annotations")):
            group = given.get("group")
            key = (str(group), str(given.get("label_id"))) if group else number
            groups.setdefault(key, []).append(given)
        yield Picture(
            name=text_at(picture, "path") or str(item.get("id", "")),
            width=side(width),
            height=side(height),
            shapes=[partial(_shape, members, names) for members in groups.values()],
            facts={"split": split},
        )


def _shape(members: list[dict[str, Any]], names: list[str]) -> Shape:
    kinds = [text_at(one, "type") for one in members]
    best = next((kind for kind in KINDS if kind in kinds), "")
    if not best:
        raise BadShapeError("is of no kind that is read")
    drawn = [one for one in members if one.get("type") == best]
    label = drawn[0].get("label_id")
    if type(label) is not int or not 0 <= label < len(names) or not names[label]:
        raise BadShapeError("has no class")
    flags = _attributes([*members, *drawn])
    score = next((s for name in SCORES if (s := real(flags.get(name))) is not None), None)
    track = flags.get("track_id")
    shared: dict[str, Any] = {
        "label": names[label],
        "kind": KINDS[best],
        "confidence": np.nan if score is None else score,
    }
    facts: dict[str, Any] = {
        "crowd": flags.get("is_crowd") is True,
        "marks": int(Mark.IGNORED) if flags.get("difficult") is True else 0,
        "track": str(track) if isinstance(track, str | int) else "",
    }
    if best == "label":
        return Shape(question=QUESTION, **shared)
    boxes = [one for one in members if one.get("type") == "bbox"]
    if boxes:
        shared["box"] = tuple(points_of(boxes[0].get("bbox"), 2).ravel()[:4].tolist())
    if best == "bbox":
        return Shape(facts=facts, **shared)
    if best == "mask":
        return Shape(facts=facts | mask_of(drawn[0].get("rle")), **shared)
    least = 3 if best == "polygon" else 1
    parts = tuple(points_of(one.get("points"), least) for one in drawn)
    return Shape(parts=parts, facts=facts, **shared)


def _attributes(members: list[dict[str, Any]]) -> dict[str, Any]:
    """Those of all shapes of an object; the last one's count."""
    flags: dict[str, Any] = {}
    for one in members:
        held = one.get("attributes")
        flags |= held if isinstance(held, dict) else {}
    return flags


TOOL = Tool(
    name="datumaro",
    words=(b'"categories"', b'"items"', b'"label"'),
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="pixels"),
    why="items and categories of Datumaro",
    fix="its files are annotations/SPLIT.json with categories and items",
    roles=("truth", "predictions"),
    classes=_classes,
)
recognise, read = TOOL.recognise, TOOL.read
