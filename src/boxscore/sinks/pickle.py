"""Encord Active's pickle: a list of `Prediction` records, under the names that it documents.

Its boxes and polygons lie within the image, so what sticks out is cut off.
"""

from __future__ import annotations

from pathlib import Path
from pickle import dumps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.schema.predictions import (
    BoundingBox,
    Format,
    FrameClassification,
    ObjectDetection,
    Prediction,
)
from boxscore.sinks.content import Content, Image, One


def write(content: Content, folder: Path) -> None:
    """`predictions.pkl`."""
    (folder / "predictions.pkl").write_bytes(dumps(records(content)))


def records(content: Content) -> list[Prediction]:
    """Every annotation as Encord Active's own object."""
    return [_record(content, one, image) for image in content.images() for one in image.annotations]


def _record(content: Content, one: One, image: Image) -> Prediction:
    row = content.classes[one.class_id]
    confidence = 1.0 if one.confidence is None else one.confidence
    if one.kind is Kind.CLASSIFICATION:
        answer = FrameClassification(
            feature_hash=row.feature_hash,
            attribute_hash=row.attribute_hash or "",
            option_hash=row.option_hash or "",
        )
        return Prediction(
            data_hash=image.data_hash,
            frame=image.frame,
            confidence=confidence,
            classification=answer,
        )
    form, data = _geometry(one, image)
    return Prediction(
        data_hash=image.data_hash,
        frame=image.frame,
        confidence=confidence,
        object=ObjectDetection(
            format=form, data=data, feature_hash=row.feature_hash, track_id=one.track or None
        ),
    )


def _geometry(one: One, image: Image) -> tuple[Format, BoundingBox | NDArray[Any]]:
    if one.kind is Kind.POLYGON and len(one.parts) == 1:
        return Format.POLYGON, np.clip(one.parts[0] / [image.width, image.height], 0, 1)
    if one.mask is not None and one.kind in (Kind.POLYGON, Kind.BITMASK):
        return Format.MASK, _core.mask_decode(one.mask, image.height, image.width).astype(np.uint8)
    x, y, w, h = one.box
    (left, right), (top, bottom) = (
        np.clip([low / side, (low + size) / side], 0, 1).tolist()
        for low, size, side in ((x, w, image.width), (y, h, image.height))
    )
    box = BoundingBox(x=left, y=top, w=right - left, h=bottom - top, theta=one.theta % 360)
    return Format.BOUNDING_BOX, box
