"""The geometry of a pickled prediction: relative box, polygon or bitmask, made into pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.kernels import _core
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.pickle_lookup import Unusable
from boxscore.sources.pickle_symbols import NUMBER_TYPES, ArrayValue, Model
from boxscore.sources.report import ImportReport

TOLERANCE = 1e-6
MOST_PIXELS = 1 << 28
MOST_POINTS = 100_000
Box = tuple[float, float, float, float]
NO_BOX: Box = (float("nan"),) * 4


@dataclass(slots=True)
class Row:
    """One prediction on its way into the table."""

    item: int
    class_id: int
    kind: Kind
    number: int
    confidence: float
    box: Box = NO_BOX
    area: float = float("nan")
    theta: float = 0.0
    marks: Mark = Mark.NONE
    track: str = ""
    mask: bytes | None = None
    points: NDArray[np.float64] | None = None


def shape_of(fields: dict[str, Any], size: tuple[int, int], row: Row, report: ImportReport) -> Row:
    """Fill in kind, box, area and mask.

    Args:
        size: Width and height of the item in pixels.
    """
    track = fields.get("track_id")
    if isinstance(track, bool) or not isinstance(track, str | int | None):
        raise Unusable("E-PICKLE-TRACK", "/object/track_id", "is no text and no number")
    row.track = "" if track is None else str(track)[:200]
    form, data = fields.get("format"), fields.get("data")
    if form == "bounding-box" or (isinstance(data, Model) and data.name == "BoundingBox"):
        return _box(data, size, row, report)
    array = _array(data)
    if form == "polygon" and not _is_bitmap(array, size):
        return _polygon(array, size, row)
    if form in ("mask", "polygon"):
        return _bitmask(array, size, row)
    raise Unusable("E-PICKLE-FORMAT", "/object/format", f"{shown(form)} is no known format")


def _box(data: Any, size: tuple[int, int], row: Row, report: ImportReport) -> Row:
    if not isinstance(data, Model) or data.name != "BoundingBox":
        raise Unusable("E-PICKLE-BOX", "/object/data", "is no BoundingBox")
    fields = data.fields()
    x, y, w, h = (_relative(fields, name) for name in "xywh")
    if x + w > 1 + TOLERANCE or y + h > 1 + TOLERANCE:
        given = f"x {x:g}, y {y:g}, w {w:g}, h {h:g}"
        where = f"prediction {row.number}/object/data"
        report.repair("W-PICKLE-BOX-CLIPPED", where, f"the box leaves the image ({given})", given)
        w, h = min(w, 1 - x), min(h, 1 - y)
        row.marks |= Mark.CLIPPED
    width, height = size
    row.box = (x * width, y * height, w * width, h * height)
    row.area = row.box[2] * row.box[3]
    if not row.area > 0:
        row.marks |= Mark.ZERO_AREA
    theta = fields.get("theta") or 0.0
    if isinstance(theta, int | float) and theta - theta == 0 and theta % 360:
        row.theta, row.kind = float(theta), Kind.ROTATED_BOX
    return row


def _relative(fields: dict[str, Any], name: str) -> float:
    value = fields.get(name)
    if type(value) is float and 0 <= value <= 1:  # nearly always, and far faster to tell
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
        raise Unusable("E-PICKLE-BOX", f"/object/data/{name}", "is missing or no finite number")
    if not -TOLERANCE <= value <= 1 + TOLERANCE:
        problem = f"{value:g} is outside 0..1; boxes are relative to the image"
        fix = "divide x and w by the image's width, y and h by its height"
        raise Unusable("E-PICKLE-BOX", f"/object/data/{name}", problem, fix)
    return min(max(float(value), 0.0), 1.0)


def _array(data: Any) -> NDArray[Any]:
    """The array, decoded once however often the file refers to it."""
    if isinstance(data, list | tuple):
        return _listed(data)
    if isinstance(data, np.ndarray):
        return _of_two_dimensions(data)
    if not isinstance(data, ArrayValue) or data.type is None:
        raise Unusable("E-PICKLE-ARRAY", "/object/data", "is no array")
    if data.decoded is None:
        data.decoded = _decode(data)
    decoded: NDArray[Any] = data.decoded
    return decoded


def _decode(data: ArrayValue) -> NDArray[Any]:
    assert data.type is not None
    if data.type.code not in NUMBER_TYPES:
        raise Unusable("E-PICKLE-ARRAY", "/object/data", "is an array of texts")
    count = 1
    for side in data.shape:
        count *= side
    dtype = np.dtype(data.type.name())
    if count * dtype.itemsize != len(data.raw) or count > MOST_PIXELS:
        raise Unusable("E-PICKLE-ARRAY", "/object/data", "has a shape that does not fit its bytes")
    flat: NDArray[Any] = np.frombuffer(data.raw, dtype)
    by_column = data.column_order
    array = flat.reshape(data.shape[::-1]).T if by_column else flat.reshape(data.shape)
    return _of_two_dimensions(array)


def _of_two_dimensions(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind not in "biuf":
        raise Unusable("E-PICKLE-ARRAY", "/object/data", "is an array of something else")
    if array.ndim != 2:
        problem = f"has {array.ndim} dimensions; a polygon is (N, 2), a mask (height, width)"
        raise Unusable("E-PICKLE-ARRAY", "/object/data", problem)
    return array


def _listed(data: list[Any] | tuple[Any, ...]) -> NDArray[np.float64]:
    """A polygon given as a list of points."""
    good = 0 < len(data) <= MOST_POINTS and all(
        isinstance(p, list | tuple)
        and len(p) == 2
        and all(isinstance(v, int | float) and not isinstance(v, bool) for v in p)
        for p in data
    )
    if not good:
        raise Unusable("E-PICKLE-ARRAY", "/object/data", "is no list of points")
    return np.array(data, np.float64)


def _is_bitmap(array: NDArray[Any], size: tuple[int, int]) -> bool:
    """A full-size array given as a polygon is a mask: Encord's own mask importer writes such."""
    return array.shape == (size[1], size[0]) and array.shape[1] != 2


def _polygon(array: NDArray[Any], size: tuple[int, int], row: Row) -> Row:
    if array.shape[1] != 2 or not 3 <= array.shape[0] <= MOST_POINTS:
        problem = f"a polygon of shape {array.shape}; it needs three points or more, (N, 2)"
        raise Unusable("E-PICKLE-POLYGON", "/object/data", problem)
    points = array.astype(np.float64)
    if not np.isfinite(points).all():
        raise Unusable("E-PICKLE-POLYGON", "/object/data", "has a point that is not finite")
    if points.min() < -TOLERANCE or points.max() > 1 + TOLERANCE:
        problem = "has points outside 0..1; polygons are relative to the image"
        fix = "divide by [[img_w, img_h]]"
        raise Unusable("E-PICKLE-POLYGON", "/object/data", problem, fix)
    width, height = size
    row.points = np.clip(points, 0, 1) * [[width, height]]
    row.kind = Kind.POLYGON
    counts, _, status = _core.masks_from_polygons(
        row.points.ravel(),
        np.array([0, row.points.size], np.int64),
        np.array([0, 1], np.int64),
        np.array([height], np.int32),
        np.array([width], np.int32),
        threads=1,
    )
    if status[0]:
        raise Unusable("E-PICKLE-POLYGON", "/object/data", "cannot be drawn on the image")
    return _covered(counts.tobytes(), size, row)


def _bitmask(array: NDArray[Any], size: tuple[int, int], row: Row) -> Row:
    width, height = size
    if array.shape != (height, width):
        rows, columns = array.shape
        problem = f"a mask of {rows} × {columns} pixels for an image of {height} × {width}"
        raise Unusable("E-PICKLE-MASK-SIZE", "/object/data", problem)
    ones = array == 1
    if not (ones | (array == 0)).all():
        fix = "divide by 255, or compare with > 0" if array.max() == 255 else ""
        problem = "a mask holds 0 and 1 only"
        raise Unusable("E-PICKLE-MASK-VALUE", "/object/data", problem, fix)
    row.kind = Kind.BITMASK
    return _covered(_core.mask_from_bitmap(ones.astype(np.uint8)), size, row)


def _covered(mask: bytes, size: tuple[int, int], row: Row) -> Row:
    """Box and area follow from the mask, as for COCO results without a box."""
    width, height = size
    area, box = _core.mask_area_box(
        np.frombuffer(mask, np.uint8),
        np.array([0, len(mask)], np.int64),
        np.array([height], np.int32),
        np.array([width], np.int32),
        threads=1,
    )
    row.mask, row.area = mask, float(area[0])
    row.box = tuple(box[0].tolist())
    row.marks |= Mark.BOX_COMPUTED
    if not row.area > 0:
        row.marks |= Mark.ZERO_AREA
    return row
