"""The shapes of a labelme file -> records; shapes of one group become one."""

from __future__ import annotations

import binascii
import io
import math
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.drawn_shapes import cropped_mask, ellipse_outline
from boxscore.sources.raw import NO_BOX, RawBuilder

KINDS = {
    "rectangle": Kind.BOX,
    "polygon": Kind.POLYGON,
    "circle": Kind.POLYGON,
    "line": Kind.POLYLINE,
    "linestrip": Kind.POLYLINE,
    "point": Kind.KEYPOINTS,
    "points": Kind.KEYPOINTS,
    "mask": Kind.BITMASK,
}
LEAST = {"rectangle": 2, "polygon": 3, "circle": 2, "line": 2, "linestrip": 2, "mask": 2}
MOST_PIXELS = 100_000_000
Size = tuple[int, int]
Points = NDArray[np.float64]


class BadShapeError(Exception):
    """What is wrong with a shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """A shape, read.

    Attributes:
        number: Its place in the file, from 1.
        points: (K, 2) outline, line, points, or two corners of a rectangle or mask.
        group: Its group_id; None without.
        mask: Compressed run lengths.
    """

    number: int
    label: str
    kind: Kind
    points: Points
    group: object
    marks: int
    traits: dict[str, float]
    mask: bytes | None = None

    def outline(self) -> Points:
        """The polygon around it."""
        if self.kind is not Kind.BOX:
            return self.points
        (x0, y0), (x1, y1) = self.points.min(axis=0), self.points.max(axis=0)
        return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])


class ShapeReader:
    """Adds the shapes of one file after the other."""

    def __init__(self, builder: RawBuilder) -> None:
        self.builder, self.joined = builder, 0

    def read(self, name: str, shapes: list[Any], image: int, size: Size) -> None:
        """Add the shapes of an image; those of one label and group as one."""
        groups: dict[object, list[_Shape]] = {}
        for number, given in enumerate(shapes, 1):
            try:
                shape = _read(number, given, size)
            except BadShapeError as bad:
                place = f"{name}: shape {number}"
                self.builder.report.reject("E-LABELME-SHAPE", place, str(bad))
                continue
            key: object = number
            if shape.group is not None:
                key = shape.label, str(shape.group), _family(shape.kind)
            groups.setdefault(key, []).append(shape)
        for members in groups.values():
            self._add(members, image)

    def _add(self, members: list[_Shape], image: int) -> None:
        first = members[0]
        kind, box, mask = first.kind, NO_BOX, first.mask
        parts: tuple[Points, ...] = ()
        if len(members) > 1 and kind is Kind.BOX:
            kind = Kind.POLYGON
        if kind is Kind.BOX:
            low, high = first.points.min(axis=0), first.points.max(axis=0)
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        elif kind is Kind.KEYPOINTS:
            parts = (np.concatenate([shape.points for shape in members]),)
        elif kind is not Kind.BITMASK:
            parts = tuple(shape.outline() for shape in members)
        self.joined += len(members) - 1
        marks = 0
        traits: dict[str, float] = {}
        for shape in members:
            marks |= shape.marks
            traits |= shape.traits
        self.builder.add(
            image,
            self.builder.class_ref(name=first.label),
            kind,
            box=box,
            parts=parts,
            mask=mask,
            marks=marks,
            traits=traits,
            line=first.number,
        )

    def finish(self) -> None:
        """Say how many shapes were joined."""
        if self.joined:
            problem = "shapes joined with another one of their label and group"
            self.builder.report.note("N-LABELME-GROUP", problem, self.joined)


def _family(kind: Kind) -> object:
    """Shapes that can be parts of one object: areas; lines; points. A mask stands alone."""
    if kind is Kind.BITMASK:
        return object()
    return Kind.POLYGON if kind is Kind.BOX else kind


def _read(number: int, given: Any, size: Size) -> _Shape:
    if not isinstance(given, dict) or not is_name(given.get("label")):
        raise BadShapeError("shape without a label")
    name = given.get("shape_type") or "polygon"
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadShapeError(f"{shown(name)} is no shape that is read")
    points, mask = _points(given.get("points"), name), None
    if name == "circle":
        (cx, cy), (x, y) = points[:2].tolist()
        radius = math.hypot(x - cx, y - cy)
        if not radius:
            raise BadShapeError("circle of radius 0")
        points = ellipse_outline(cx, cy, radius, radius)
    elif name == "mask":
        mask = _mask(given.get("mask"), points, size)
    on = set_flags(given.get("flags"))
    difficult = given.get("difficult") is True or "difficult" in on
    return _Shape(
        number=number,
        label=given["label"],
        kind=kind,
        points=points,
        group=given.get("group_id"),
        marks=int(Mark.IGNORED) if difficult else 0,
        traits={"occlusion" if f == "occluded" else f: 1.0 for f in on if f != "difficult"},
        mask=mask,
    )


def is_name(value: object) -> bool:
    """Whether a value is a text that can be stored: not empty, no halves of characters."""
    return (
        isinstance(value, str)
        and bool(value)
        and value.encode(errors="ignore") == value.encode(errors="replace")
    )


def set_flags(flags: object) -> list[str]:
    """The names of the flags that are true."""
    given = flags.items() if isinstance(flags, dict) else ()
    return [name for name, on in given if on is True and is_name(name)]


def _points(given: Any, name: str) -> Points:
    try:
        points = np.array(given, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise BadShapeError("points are not [[x, y], ...]") from None
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise BadShapeError("points are not [[x, y], ...]")
    if len(points) < LEAST.get(name, 1):
        raise BadShapeError(f"{name} of {len(points)} points")
    return points


def _mask(text: Any, points: Points, size: Size) -> bytes:
    """The PNG of a part of the image, whose corners the points are."""
    from PIL import Image

    if not isinstance(text, str):
        raise BadShapeError("mask without its pixels")
    try:
        content = io.BytesIO(b64decode(text, validate=True))
        with Image.open(content, formats=("PNG",)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BadShapeError(f"mask of {picture.width} x {picture.height} pixels")
            pixels = np.asarray(picture.convert("L")) > 0
    except (binascii.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise BadShapeError("mask is no PNG in base64") from None
    left, top = (int(v) for v in np.floor(points.min(axis=0)))
    counts = cropped_mask(pixels, left, top, *size)
    if counts is None:
        raise BadShapeError("mask lies beyond its image, or the size of that is not known")
    return counts
