"""Predictions as Encord Active's users write them: plain records that check themselves.

They pickle into the very form that Encord Active wrote, under its module names, so that files
made with this package and with the original are the same to every reader.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODULE = "encord_active.lib.db.predictions"


class Format(str, Enum):  # noqa: UP042 - pickles of the original hold exactly this kind of enum
    """How the geometry of an object is given."""

    BOUNDING_BOX = "bounding-box"
    MASK = "mask"
    POLYGON = "polygon"

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        """As enums of Python 3.11 and older do."""
        return (type(self), (self.value,))


class Point(NamedTuple):
    """A point relative to the image."""

    x: float
    y: float


class _Record:
    """State as pydantic 1 wrote it: three keys, fields under `__dict__`."""

    __slots__ = ()

    def __getstate__(self) -> dict[str, Any]:
        values = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return {
            "__dict__": values,
            "__fields_set__": set(values),
            "__private_attribute_values__": {},
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state["__dict__"].items():
            object.__setattr__(self, name, value)


def _need(good: bool, problem: str) -> None:
    if not good:
        raise ValueError(problem)


def _number(value: Any, name: str) -> float:
    _need(not isinstance(value, bool), f"{name} must be a number")
    number = float(value)
    _need(math.isfinite(number), f"{name} must be finite")
    return number


@dataclass
class BoundingBox(_Record):
    """A box relative to the image: left, top, height, width in 0..1; theta in degrees."""

    x: float
    y: float
    h: float
    w: float
    theta: float = 0.0

    def __post_init__(self) -> None:
        for name in ("x", "y", "h", "w"):
            value = _number(getattr(self, name), name)
            _need(0 <= value <= 1, f"{name} must lie in 0..1, relative to the image")
            setattr(self, name, value)
        self.theta = _number(self.theta, "theta")
        _need(0 <= self.theta <= 360, "theta must lie in 0..360 degrees")


@dataclass
class ObjectDetection(_Record):
    """One object: its class and its geometry."""

    format: Format
    data: BoundingBox | NDArray[Any]
    feature_hash: str
    track_id: str | int | None = None

    def __post_init__(self) -> None:
        self.format = Format(self.format)
        self.feature_hash = str(self.feature_hash)
        self.data = checked_data(self.format, self.data)


@dataclass(frozen=True)
class FrameClassification(_Record):
    """One answer about the image, by the hashes that `print ontology` shows."""

    feature_hash: str
    attribute_hash: str
    option_hash: str


def checked_data(form: Format, data: Any) -> BoundingBox | NDArray[np.float64]:
    """The geometry, made of what users pass, checked against its format.

    Raises:
        ValueError: It does not fit.
    """
    import numpy as np

    if isinstance(data, str):
        data = json.loads(data)
    if isinstance(data, dict):
        data = BoundingBox(**data)
    if isinstance(data, list | tuple):
        data = np.array(data)
    if form is Format.BOUNDING_BOX:
        _need(isinstance(data, BoundingBox), "`data` must be a BoundingBox")
        inside = data.x + data.w <= 1 + 1e-6 and data.y + data.h <= 1 + 1e-6
        _need(inside, f"{data} is not a valid relative bounding box.")
        return data  # type: ignore[no-any-return]
    _need(
        isinstance(data, np.ndarray) and data.ndim == 2, "`data` must be an array of 2 dimensions"
    )
    if form is Format.MASK:
        _need(set(np.unique(data).tolist()) <= {0, 1}, "a mask holds 0 and 1 only")
    else:
        finite = bool(np.isfinite(data).all())
        inside = finite and (not data.size or (data.min() >= 0 and data.max() <= 1))
        _need(inside, "`data` contains an invalid point: polygons are relative, within 0..1.")
    return data  # type: ignore[no-any-return]


@dataclass
class Prediction(_Record):
    """One prediction on one image or frame: an object or a classification.

    The older flat form (class_id, format, data) is taken too and becomes an object.
    """

    data_hash: str
    frame: int | None = 0
    confidence: float = math.nan
    object: ObjectDetection | None = None
    classification: FrameClassification | None = None

    flat: ClassVar[tuple[str, ...]] = ("class_id", "format", "data", "track_id")

    def __init__(
        self,
        data_hash: str,
        frame: int | None = 0,
        confidence: float | None = None,
        object: ObjectDetection | None = None,  # noqa: A002 - the original's name
        classification: FrameClassification | None = None,
        **older: Any,
    ) -> None:
        unknown = set(older) - set(self.flat)
        _need(not unknown, f"Prediction has no {', '.join(sorted(unknown))}")
        if "class_id" in older:
            feature_hash = older.pop("class_id")
            object = ObjectDetection(feature_hash=feature_hash, **older)  # noqa: A001
        _need(confidence is not None, "a Prediction needs a confidence")
        _need(
            (object is None) != (classification is None),
            'Prediction must have exactly one "object" or "classification"',
        )
        self.data_hash = str(data_hash)
        self.frame = None if frame is None else int(frame)
        self.confidence = float(confidence)  # type: ignore[arg-type]
        self.object = object
        self.classification = classification


for _class in (Format, Point, BoundingBox, ObjectDetection, FrameClassification, Prediction):
    _class.__module__ = MODULE
