"""One shape of CVAT -> a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.cvat_meta import CvatMeta
from boxscore.sources.drawn_shapes import MOST_PIXELS, cropped_mask, ellipse_outline
from boxscore.sources.raw import RawBuilder
from boxscore.sources.text_lines import number_in
from boxscore.sources.xml_text import Element

CORNERS = ("xtl", "ytl", "xbr", "ybr")
TAGS = "tags"
"""The question that a tag answers."""
CUBOID = tuple(
    f"{axis}{side}{k}" for side in ("tl", "bl", "tr", "br") for k in (1, 2) for axis in "xy"
)
Size = tuple[int, int]
Geometry = dict[str, Any]


class BadShapeError(Exception):
    """What is wrong with a shape."""


class ShapeReader:
    """Adds shapes, and counts what is left out of them.

    Attributes:
        outside: Shapes that mark the end of a track.
    """

    def __init__(self, builder: RawBuilder) -> None:
        self.builder = builder
        self.name, self.meta = "", CvatMeta()
        self.outside = self.texts = self.cuboids = 0

    def start(self, name: str, meta: CvatMeta) -> None:
        """Go on with another file."""
        self.name, self.meta = name, meta
        for label in meta.labels:
            self.builder.class_ref(name=label, skeleton=meta.skeleton(label))

    def add(self, shape: Element, image: int, size: Size, *, given_by: Element) -> None:
        """Add a shape of an image.

        Args:
            size: Width and height of the image; 0 where they are not known.
            given_by: The element that has the label: the shape or its track.
        """
        read = SHAPES.get(shape.tag)
        label = given_by.attributes.get("label", "")
        try:
            if read is None:
                raise BadShapeError(f"<{shown(shape.tag)}> is no shape")
            if not label:
                raise BadShapeError(f"{shape.tag} without a label")
            geometry = read(self, shape, size)
        except BadShapeError as bad:
            place = f"{self.name}:{shape.line}"
            self.builder.report.reject("E-CVAT-SHAPE", place, str(bad), "export it again")
            return
        notes = _attributes(shape)
        track = (
            notes.pop("track_id", "") if given_by is shape else given_by.attributes.get("id", "")
        )
        difficult, crowd = (
            notes.pop(k, "").lower() in ("1", "true") for k in ("difficult", "crowd")
        )
        if shape.tag == "tag":
            ref = self.builder.class_ref(name=label, question=TAGS)
        else:
            ref = self.builder.class_ref(name=label)
        self.builder.add(
            image,
            ref,
            track=track,
            marks=int(Mark.IGNORED) if difficult else 0,
            crowd=crowd,
            traits=self._traits(shape, notes),
            line=shape.line,
            **geometry,
        )

    def _traits(self, shape: Element, notes: dict[str, str]) -> dict[str, float] | None:
        """Occlusion, and attributes that are numbers."""
        traits = {"occlusion": 1.0} if shape.attributes.get("occluded") == "1" else {}
        for name, text in notes.items():
            value = number_in(text)
            if value is None:
                self.texts += 1
            else:
                traits[name] = value
        return traits or None

    def finish(self) -> None:
        """Say what was left out."""
        for code, problem, count in (
            ("N-CVAT-OUTSIDE", "shapes of tracks that are outside: left out", self.outside),
            ("N-CVAT-ATTRIBUTES", "attributes that are no numbers: left out", self.texts),
            ("W-CVAT-CUBOID", "cuboids: the box around each is taken", self.cuboids),
        ):
            if count:
                self.builder.report.note(code, problem, count)

    def box(self, shape: Element, _: Size) -> Geometry:
        """A box, turned clockwise about its centre by `rotation` degrees."""
        corners = _numbers(shape, *CORNERS)
        turn = _numbers(shape, "rotation")[0] if "rotation" in shape.attributes else 0.0
        kind = Kind.ROTATED_BOX if turn else Kind.BOX
        return {"kind": kind, "box": corners, "theta": turn % 360}

    def cuboid(self, shape: Element, _: Size) -> Geometry:
        """The box around the eight corners."""
        values = np.array(_numbers(shape, *CUBOID)).reshape(-1, 2)
        self.cuboids += 1
        return {"kind": Kind.BOX, "box": [*values.min(axis=0), *values.max(axis=0)]}

    def polygon(self, shape: Element, _: Size) -> Geometry:
        """A polygon of three points or more."""
        return {"kind": Kind.POLYGON, "parts": (_points(shape, 3),)}

    def polyline(self, shape: Element, _: Size) -> Geometry:
        """A line of two points or more."""
        return {"kind": Kind.POLYLINE, "parts": (_points(shape, 2),)}

    def points(self, shape: Element, _: Size) -> Geometry:
        """Points without names."""
        return {"kind": Kind.KEYPOINTS, "parts": (_points(shape, 1),)}

    def ellipse(self, shape: Element, _: Size) -> Geometry:
        """An ellipse, as the polygon around it."""
        cx, cy, rx, ry = _numbers(shape, "cx", "cy", "rx", "ry")
        turn = _numbers(shape, "rotation")[0] if "rotation" in shape.attributes else 0.0
        if rx <= 0 or ry <= 0:
            raise BadShapeError(f"ellipse of radii {rx:g} and {ry:g}")
        return {"kind": Kind.POLYGON, "parts": (ellipse_outline(cx, cy, rx, ry, turn),)}

    def mask(self, shape: Element, size: Size) -> Geometry:
        """Pixels, as runs along the rows of a part of the image."""
        left, top, width, height = (
            int(v) for v in _numbers(shape, "left", "top", "width", "height")
        )
        if not 0 < width * height <= MOST_PIXELS or width < 0:
            raise BadShapeError(f"mask of {width} x {height} pixels")
        runs = _runs(shape.attributes.get("rle", ""))
        if runs.sum() != width * height:
            raise BadShapeError(f"runs of a mask make {runs.sum()} pixels, not {width} x {height}")
        pixels = np.repeat(np.arange(runs.size) % 2 == 1, runs).reshape(height, width)
        counts = cropped_mask(pixels, left, top, *size)
        if counts is None:
            raise BadShapeError("mask lies beyond its image, or the size of that is not known")
        return {"kind": Kind.BITMASK, "mask": counts}

    def skeleton(self, shape: Element, size: Size) -> Geometry:
        """Keypoints in the order that the head gives them; those that are missing are absent."""
        given = {e.attributes.get("label", ""): e for e in shape.children if e.tag == "points"}
        order = self.meta.points.get(shape.attributes.get("label", ""), []) or list(given)
        if not given and "points" in shape.attributes:
            return self.points(shape, size)  # of a track, whose points have tracks within it
        if not given:
            raise BadShapeError("skeleton without points")
        order += [name for name in given if name not in order]
        rows = [_keypoint(given[name]) if name in given else (0.0, 0.0, 0.0) for name in order]
        return {"kind": Kind.KEYPOINTS, "parts": (np.array(rows),)}

    def tag(self, _: Element, __: Size) -> Geometry:
        """An answer about the whole image."""
        return {"kind": Kind.CLASSIFICATION}


SHAPES: dict[str, Callable[[ShapeReader, Element, Size], Geometry]] = {
    "box": ShapeReader.box,
    "cuboid": ShapeReader.cuboid,
    "ellipse": ShapeReader.ellipse,
    "mask": ShapeReader.mask,
    "points": ShapeReader.points,
    "polygon": ShapeReader.polygon,
    "polyline": ShapeReader.polyline,
    "skeleton": ShapeReader.skeleton,
    "tag": ShapeReader.tag,
}


def _attributes(shape: Element) -> dict[str, str]:
    return {
        child.attributes.get("name", "attribute"): child.text.strip()
        for child in shape.children
        if child.tag == "attribute"
    }


def _numbers(shape: Element, *names: str) -> list[float]:
    values = []
    for name in names:
        text = shape.attributes.get(name)
        value = None if text is None else number_in(text)
        if value is None:
            what = f"no {name}" if text is None else f"{name} {shown(text)}: no number"
            raise BadShapeError(f"{shape.tag} has {what}")
        values.append(value)
    return values


def _points(shape: Element, least: int) -> NDArray[np.float64]:
    """(K, 2) of the text `x,y;x,y`."""
    pairs = [pair.split(",") for pair in shape.attributes.get("points", "").split(";") if pair]
    values = [number_in(word) for pair in pairs for word in pair]
    if any(len(pair) != 2 for pair in pairs) or None in values:
        raise BadShapeError(f"points of a {shape.tag} are not x,y;x,y")
    if len(pairs) < least:
        raise BadShapeError(f"{shape.tag} of {len(pairs)} points")
    return np.array(values, np.float64).reshape(-1, 2)


def _runs(text: str) -> NDArray[np.int64]:
    words = text.replace(",", " ").split()
    if not words or not all(word.isdecimal() and len(word) < 12 for word in words):
        raise BadShapeError("rle of a mask is not a list of whole numbers")
    return np.array(words, np.int64)


def _keypoint(points: Element) -> tuple[float, float, float]:
    """x, y and visibility: 0 outside, 1 occluded, else 2."""
    if points.attributes.get("outside") == "1":
        return 0.0, 0.0, 0.0
    x, y = _points(points, 1)[0].tolist()
    return x, y, 1.0 if points.attributes.get("occluded") == "1" else 2.0
