"""Supervisely's JSON, one file per picture. Source: Supervisely's documentation."""

from __future__ import annotations

import binascii
import io
import zlib
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Kind
from boxscore.sources.below import stem_of
from boxscore.sources.drawn_documents import (
    BadShapeError,
    Picture,
    Points,
    Shape,
    Tool,
    entries,
    label_of,
    points_of,
    side,
)
from boxscore.sources.drawn_shapes import cropped_mask
from boxscore.sources.formats import Role
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

KINDS = {
    "polygon": Kind.POLYGON,
    "line": Kind.POLYLINE,
    "point": Kind.KEYPOINTS,
    "rectangle": Kind.BOX,
    "bitmap": Kind.BITMASK,
}
LEAST = {"polygon": 3, "line": 2, "rectangle": 2}
MOST_BYTES = 64 << 20
MOST_PIXELS = 100_000_000
Size = tuple[int, int]


def _fits(document: Any) -> bool:
    """A size and objects with a class title or an id of a class."""
    if not isinstance(document, dict) or not isinstance(document.get("size"), dict):
        return False
    drawn = document.get("objects")
    return isinstance(drawn, list) and all(
        isinstance(one, dict) and "classTitle" in one for one in drawn
    )


def _pictures(document: Any, file: Path, _role: Role, report: ImportReport) -> Iterator[Picture]:
    size = side(document["size"].get("width")), side(document["size"].get("height"))
    holes = sum(bool(_holes(one)) for one in entries(document, "objects"))
    if holes:
        report.note("N-SUPERVISELY-HOLES", "polygons with holes: the holes are filled", holes)
    shapes = [partial(_shape, one, size) for one in entries(document, "objects")]
    yield Picture(name=stem_of(file.name), width=size[0], height=size[1], shapes=[*shapes])


def _holes(given: dict[str, Any]) -> Any:
    places = given.get("points")
    return places.get("interior") if isinstance(places, dict) else None


def _shape(given: dict[str, Any], size: Size) -> Shape:
    label, name = label_of(given, "classTitle"), given.get("geometryType")
    places = given.get("points")
    outer = places.get("exterior") if isinstance(places, dict) else None
    if name is None:
        name = "bitmap" if isinstance(given.get("bitmap"), dict) else "polygon"
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadShapeError("is of no kind that is read")
    if kind is Kind.BITMASK:
        return Shape(label=label, kind=kind, facts={"mask": _bitmap(given.get("bitmap"), size)})
    points: Points = points_of(outer, LEAST.get(name, 1))
    if kind is Kind.BOX:
        box = *points.min(axis=0).tolist(), *points.max(axis=0).tolist()
        return Shape(label=label, kind=kind, box=box)
    return Shape(label=label, kind=kind, parts=(points,))


def _bitmap(given: Any, size: Size) -> bytes:
    """A PNG, deflated, in base64, of a part of the picture."""
    held = given if isinstance(given, dict) else {}
    data, origin = held.get("data"), held.get("origin")
    if not isinstance(data, str):
        raise BadShapeError("bitmap without its pixels")
    left, top = points_of([origin])[0].tolist()
    pixels = _pixels(data)
    counts = cropped_mask(pixels, int(left), int(top), *size)
    if counts is None:
        raise BadShapeError("bitmap lies beyond its picture")
    return counts


def _pixels(text: str) -> NDArray[np.bool_]:
    from PIL import Image

    try:
        content = zlib.decompressobj().decompress(b64decode(text, validate=True), MOST_BYTES)
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BadShapeError(f"bitmap of {picture.width} x {picture.height} pixels")
            last = np.asarray(picture.convert("RGBA"))
    except (
        binascii.Error, zlib.error, OSError, ValueError, SyntaxError, Image.DecompressionBombError,
    ):  # fmt: skip
        raise BadShapeError("bitmap is no deflated PNG in base64") from None
    seen: NDArray[np.bool_] = (last[..., :3].max(axis=2) > 0) & (last[..., 3] > 0)
    return seen


TOOL = Tool(
    name="supervisely",
    words=(b'"objects"', b'"size"'),
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="xyxy", scale="pixels"),
    why="a size and objects of Supervisely",
    fix="name the folder of a data set, with ann/ and img/",
)
recognise, read = TOOL.recognise, TOOL.read
