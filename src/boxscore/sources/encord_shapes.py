"""Geometry of one object of an Encord label row -> what a raw set takes; relative coordinates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.kernels import _core
from boxscore.schema.kinds import Kind, Shape
from boxscore.sources.image_files import MOST_PIXELS
from boxscore.sources.json_document import real
from boxscore.sources.raw import NO_BOX

Points = NDArray[np.float64]
MOST_POINTS = 100_000
VISIBILITY = {"visible": 2, "occluded": 1, "selfOccluded": 1, "invisible": 0}


class UnusableShape(Exception):
    """One object cannot be used; the others can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncordShape:
    """Arguments of `RawBuilder.add`."""

    kind: Kind
    box: tuple[float, ...] = NO_BOX
    theta: float = 0.0
    parts: tuple[Points, ...] = ()
    mask: bytes | None = None
    mask_size: tuple[int, int] | None = None


def shape_of(given: dict[str, Any], shape: Shape, size: tuple[int, int]) -> EncordShape:
    """The geometry of an object.

    Args:
        shape: Of its class.
        size: Width and height of the image.

    Raises:
        UnusableShape: It is missing or no such geometry.
    """
    return READERS[shape](given, size)


def _box(given: dict[str, Any], _size: tuple[int, int]) -> EncordShape:
    box = _of(given, "boundingBox", dict)
    return EncordShape(kind=Kind.BOX, box=tuple(_number(box, k) for k in "xywh"))


def _rotated(given: dict[str, Any], _size: tuple[int, int]) -> EncordShape:
    # Old exports have it under the name of the plain box.
    key = "rotatableBoundingBox" if "rotatableBoundingBox" in given else "boundingBox"
    box = _of(given, key, dict)
    theta = _number(box, "theta") if "theta" in box else 0.0
    numbers = tuple(_number(box, k) for k in "xywh")
    return EncordShape(kind=Kind.ROTATED_BOX, box=numbers, theta=theta)


def _polygon(given: dict[str, Any], size: tuple[int, int]) -> EncordShape:
    """{"0": {x, y}}, [{x, y}] or, with several parts and holes, `polygons`: [[[x, y, x, y]]]."""
    if given.get("polygons"):
        polygons = [[_flat(ring) for ring in rings] for rings in _lists(given, "polygons")]
        if any(len(rings) > 1 for rings in polygons):
            return _with_holes(polygons, size)
        parts = tuple(ring for rings in polygons for ring in rings)
    else:
        parts = (_xy(given, "polygon"),)
    return EncordShape(kind=Kind.POLYGON, parts=parts)


def _with_holes(polygons: list[list[Points]], size: tuple[int, int]) -> EncordShape:
    """The first ring of each polygon is its outline, the others are holes in it."""
    width, height = size
    _check_pixels(width, height)
    whole = np.zeros((height, width), np.bool_)
    for rings in polygons:
        outer, *holes = [_drawn(ring * [size], width, height) for ring in rings]
        for hole in holes:
            outer = outer & ~hole
        whole |= outer
    mask = _core.mask_from_bitmap(whole.astype(np.uint8))
    return EncordShape(kind=Kind.BITMASK, mask=mask, mask_size=size)


def _drawn(points: Points, width: int, height: int) -> NDArray[np.bool_]:
    counts, _, status = _core.masks_from_polygons(
        np.ascontiguousarray(points.ravel()),
        np.array([0, points.size], np.int64),
        np.array([0, 1], np.int64),
        np.array([height], np.int32),
        np.array([width], np.int32),
        threads=1,
    )
    if status[0]:
        raise UnusableShape("a ring of the polygon cannot be drawn")
    return _core.mask_decode(counts.tobytes(), height, width).astype(np.bool_)


def _polyline(given: dict[str, Any], _size: tuple[int, int]) -> EncordShape:
    return EncordShape(kind=Kind.POLYLINE, parts=(_xy(given, "polyline"),))


def _point(given: dict[str, Any], _size: tuple[int, int]) -> EncordShape:
    return EncordShape(kind=Kind.KEYPOINTS, parts=(_xy(given, "point"),))


def _skeleton(given: dict[str, Any], _size: tuple[int, int]) -> EncordShape:
    points = _xy(given, "skeleton")
    seen = [_visibility(point) for point in _in_order(given["skeleton"])]
    return EncordShape(kind=Kind.KEYPOINTS, parts=(np.column_stack([points, seen]),))


def _visibility(point: dict[str, Any]) -> int:
    """By its word, or the flags of older exports."""
    if point.get("invisible") is True:
        return 0
    if point.get("occluded") is True or point.get("selfOccluded") is True:
        return 1
    return VISIBILITY.get(str(point.get("visibility", "visible")), 2)


def _bitmask(given: dict[str, Any], size: tuple[int, int]) -> EncordShape:
    """Run lengths of a rectangle of the image, mostly of all of it."""
    bitmask = _of(given, "bitmask", dict)
    text = bitmask.get("rleString")
    if not isinstance(text, str) or not text.isascii():
        raise UnusableShape("the bitmask has no rleString")
    left, top, width, height = (
        int(_number(bitmask, key)) if key in bitmask else default
        for key, default in (("left", 0), ("top", 0), ("width", size[0]), ("height", size[1]))
    )
    counts = text.encode()
    if (left, top, width, height) != (0, 0, *size):
        counts = _moved(counts, (left, top, width, height), size)
    return EncordShape(kind=Kind.BITMASK, mask=counts, mask_size=size)


def _moved(counts: bytes, place: tuple[int, int, int, int], size: tuple[int, int]) -> bytes:
    left, top, width, height = place
    _check_pixels(width, height)
    _check_pixels(*size)
    inside = left >= 0 <= top and left + width <= size[0] and top + height <= size[1]
    if not inside:
        words = f"bitmask of {width} x {height} at {left}, {top} leaves the {size[0]} x {size[1]}"
        raise UnusableShape(f"{words} image")
    try:
        part = _core.mask_decode(counts, height, width)
    except ValueError:
        raise UnusableShape("run lengths do not fill the bitmask") from None
    whole = np.zeros(size[::-1], np.uint8)
    whole[top : top + height, left : left + width] = part
    return _core.mask_from_bitmap(whole)


READERS: dict[Shape, Callable[[dict[str, Any], tuple[int, int]], EncordShape]] = {
    Shape.BOUNDING_BOX: _box,
    Shape.ROTATABLE_BOUNDING_BOX: _rotated,
    Shape.POLYGON: _polygon,
    Shape.BITMASK: _bitmask,
    Shape.POLYLINE: _polyline,
    Shape.POINT: _point,
    Shape.SKELETON: _skeleton,
}


def _of(given: dict[str, Any], key: str, kind: type) -> Any:
    value = given.get(key)
    if not isinstance(value, kind):
        raise UnusableShape(f"has no {key}")
    return value


def _lists(given: dict[str, Any], key: str) -> list[list[Any]]:
    value = _of(given, key, list)
    if not value or not all(isinstance(one, list) and one for one in value):
        raise UnusableShape(f"{key} is no list of lists")
    found: list[list[Any]] = value
    return found


def _number(given: dict[str, Any], key: str) -> float:
    number = real(given.get(key), 1e9)
    if number is None:
        raise UnusableShape(f"{key} is {shown(given.get(key))}, no number")
    return number


def _in_order(value: Any) -> list[dict[str, Any]]:
    """Points of {"0": point, "1": point} or [point, point]."""
    if isinstance(value, dict):
        if not all(key.isascii() and key.isdigit() and len(key) < 9 for key in value):
            raise UnusableShape("points are not numbered")
        value = [value[key] for key in sorted(value, key=int)]
    if not isinstance(value, list) or not all(isinstance(point, dict) for point in value):
        raise UnusableShape("points are no list of x and y")
    if not 0 < len(value) <= MOST_POINTS:
        raise UnusableShape(f"{len(value)} points")
    points: list[dict[str, Any]] = value
    return points


def _xy(given: dict[str, Any], key: str) -> Points:
    if key not in given:
        raise UnusableShape(f"has no {key}")
    return np.array([[_number(p, "x"), _number(p, "y")] for p in _in_order(given[key])])


def _flat(ring: Any) -> Points:
    """[x, y, x, y, ...]"""
    sound = isinstance(ring, list) and 6 <= len(ring) <= 2 * MOST_POINTS and len(ring) % 2 == 0
    if not sound or any(real(v, 1e9) is None for v in ring):
        raise UnusableShape("a ring of the polygon is no list of x and y")
    return np.array(ring, np.float64).reshape(-1, 2)


def _check_pixels(width: int, height: int) -> None:
    if width < 1 or height < 1 or width * height > MOST_PIXELS:
        raise UnusableShape(f"{width} x {height} pixels: 1 to {MOST_PIXELS} are admitted")
