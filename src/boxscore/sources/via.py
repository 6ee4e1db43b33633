"""VGG Image Annotator (VIA 1 and 2), JSON and CSV: regions, their class one of the attributes.

The class is the attribute called class, label, name, type or category, else the one that most
regions have; regions without any attribute, in a file where none has one, are of one class.
Source: Dutta and Zisserman 2019, "The VIA Annotation Software for Images, Audio and Video".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
    points_of,
    text_at,
)
from boxscore.sources.drawn_shapes import ellipse_outline
from boxscore.sources.formats import Role
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport
from boxscore.sources.via_table import read_via

METADATA = "_via_img_metadata"
USUAL = ("class", "label", "name", "type", "category")
ONLY = "object"
"""Class of the regions of a file that names none."""
OUTLINES = {"polygon": Kind.POLYGON, "polyline": Kind.POLYLINE}


def _files(document: Any) -> dict[str, Any]:
    """Key -> a file with its regions."""
    if not isinstance(document, dict):
        return {}
    inner = document.get(METADATA)
    return inner if isinstance(inner, dict) else document


def _fits(document: Any) -> bool:
    """Files with a name and regions."""
    files = list(_files(document).values())[:100]
    return bool(files) and all(text_at(one, "filename") and "regions" in one for one in files)


def _pictures(document: Any, _file: Path, _role: Role, report: ImportReport) -> Iterator[Picture]:
    files = [one for one in _files(document).values() if text_at(one, "filename")]
    attribute = _class_attribute(files)
    drawn = sum(len(entries(one, "regions")) for one in files)
    if not attribute and drawn:
        problem = f"no region has an attribute: all are of the class {ONLY!r}"
        report.note("W-VIA-CLASS", problem, drawn, wrong=True)
    for one in files:
        shapes = [partial(_shape, given, attribute) for given in entries(one, "regions")]
        yield Picture(name=one["filename"], shapes=[*shapes])


def _class_attribute(files: list[Any]) -> str:
    """The attribute that says the class; nothing where there is none."""
    seen: Counter[str] = Counter()
    for one in files:
        for region in entries(one, "regions"):
            given = region.get("region_attributes")
            seen.update(name for name in given or () if isinstance(given, dict))
    called = {name.casefold(): name for name in reversed(seen)}
    usual = next((called[name] for name in USUAL if name in called), "")
    return usual or (seen.most_common(1)[0][0] if seen else "")


def _label(given: dict[str, Any], attribute: str) -> str:
    """Of a text, a number, or boxes that are ticked: {"cat": true}."""
    if not attribute:
        return ONLY
    held = given.get("region_attributes")
    value = held.get(attribute) if isinstance(held, dict) else None
    if isinstance(value, dict):
        value = next((name for name, on in value.items() if on is True), "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise BadShapeError(f"has no {attribute}")
    return value.strip()


def _shape(given: dict[str, Any], attribute: str) -> Shape:
    label, drawn = _label(given, attribute), given.get("shape_attributes")
    name = text_at(drawn, "name")
    if name == "rect":
        box = numbers_at(drawn, "x", "y", "width", "height")
        return Shape(label=label, kind=Kind.BOX, box=box)
    if name == "point":
        points = points_of([[*numbers_at(drawn, "cx", "cy")]])
        return Shape(label=label, kind=Kind.KEYPOINTS, parts=(points,))
    if name in ("circle", "ellipse"):
        sides = ("r", "r") if name == "circle" else ("rx", "ry")
        cx, cy, rx, ry = numbers_at(drawn, "cx", "cy", *sides)
        if min(rx, ry) <= 0:
            raise BadShapeError(f"{name} of radius 0")
        (theta,) = numbers_at({"theta": 0.0} | (drawn or {}), "theta")
        degrees = theta * 180 / 3.141592653589793
        outline = ellipse_outline(cx, cy, rx, ry, degrees)
        return Shape(label=label, kind=Kind.POLYGON, parts=(outline,))
    if name not in OUTLINES or not isinstance(drawn, dict):
        raise BadShapeError("is of no shape that is read")
    x, y = drawn.get("all_points_x"), drawn.get("all_points_y")
    if not isinstance(x, list) or not isinstance(y, list) or len(x) != len(y):
        raise BadShapeError("all_points_x and all_points_y do not fit together")
    points = points_of([*map(list, zip(x, y, strict=True))], 3 if name == "polygon" else 2)
    return Shape(label=label, kind=OUTLINES[name], parts=(points,))


TOOL = Tool(
    name="via",
    words=(b"filename", b"region"),
    endings=(".json", ".csv"),
    document=read_via,
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="pixels"),
    why="files with regions of the VGG Image Annotator",
    fix="VIA's files have filename and regions for each picture",
)
recognise, read = TOOL.recognise, TOOL.read
