"""The forms in which boxes and points are written -> pixels of their image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.raw import Convention

Numbers = NDArray[np.float64]

CORNERS = ("xywh", "xyxy", "cxcywh", "yxyx", "yxhw", "cycxhw", "xyhw", "cxcyhw")
VERTICAL_FIRST = ("yxyx", "yxhw", "cycxhw")
HEIGHT_FIRST = ("xyhw", "cxcyhw")
SCALES = ("pixels", "relative")
FITS = ("stretch", "letterbox")
"""Ways to make an image an input of a given size."""
TURNS = ("turned left", "turned right", "turned over")
"""Of an image shown as its camera held it, whatever its EXIF orientation says."""
SWAPPED = "swapped"
"""Sizes taken for each other: x by the height, y by the width."""
UNSIZED = (SWAPPED, *TURNS)


def boxes_as_pixels(box: Numbers, width: Numbers, height: Numbers, form: Convention) -> Numbers:
    """(N, 4) x, y, width, height in pixels of the image; such numbers stay exactly as read.

    Args:
        box: (N, 4) as written.
        width, height: (N,) pixels of each record's image.
    """
    out = _sized(box, form.corners)
    out[:, 0], out[:, 1] = _placed(out[:, 0], out[:, 1], width, height, form)
    scale_x, scale_y = _scales(width, height, form)
    if scale_x is not None and scale_y is not None:
        out[:, 2] *= scale_x
        out[:, 3] *= scale_y
    return _turned_back(out, width, height, form.fit) if form.fit in TURNS else out


def _sized(box: Numbers, corners: str | None) -> Numbers:
    """(N, 4) left, top, width, height in the units of the form."""
    out = box[:, [1, 0, 3, 2]] if corners in VERTICAL_FIRST else box.copy()
    if corners in HEIGHT_FIRST:
        out = out[:, [0, 1, 3, 2]]
    if corners in ("xyxy", "yxyx"):
        out[:, 2:] -= out[:, :2]
    elif corners in ("cxcywh", "cycxhw", "cxcyhw"):
        out[:, :2] -= out[:, 2:] / 2
    return out


def _turned_back(box: Numbers, width: Numbers, height: Numbers, turn: str) -> Numbers:
    """Boxes in pixels of a turned image -> of the image."""
    x, y, w, h = box.T
    if turn == "turned left":
        return np.stack([width - y - h, x, h, w], axis=1)
    if turn == "turned right":
        return np.stack([y, height - x - w, h, w], axis=1)
    return np.stack([width - x - w, height - y - h, w, h], axis=1)


def points_as_pixels(
    x: Numbers, y: Numbers, width: Numbers, height: Numbers, form: Convention
) -> tuple[Numbers, Numbers]:
    """Coordinates in pixels of the image; (N,) all."""
    x, y = _placed(x, y, width, height, form)
    if form.fit not in TURNS:
        return x, y
    point = np.stack([x, y, np.zeros_like(x), np.zeros_like(x)], axis=1)
    point = _turned_back(point, width, height, form.fit)
    return point[:, 0], point[:, 1]


def _placed(
    x: Numbers, y: Numbers, width: Numbers, height: Numbers, form: Convention
) -> tuple[Numbers, Numbers]:
    """The same, of an image that is turned: in pixels of that."""
    scale_x, scale_y = _scales(width, height, form)
    if scale_x is None or scale_y is None:
        return x, y
    if form.fit != "letterbox":
        return x * scale_x, y * scale_y
    # A letterboxed image lies in the middle of its input, grey bars on two sides.
    side_x, side_y = form.size if form.scale == "pixels" else (1.0, 1.0)
    return (
        x * scale_x - (side_x * scale_x - width) / 2,
        y * scale_y - (side_y * scale_y - height) / 2,
    )


def _scales(
    width: Numbers, height: Numbers, form: Convention
) -> tuple[Numbers, Numbers] | tuple[None, None]:
    """Pixels of the image for one unit of the form; None where units are its pixels."""
    if not form.fit:
        return (width, height) if form.scale == "relative" else (None, None)
    if form.fit in UNSIZED:
        if form.scale == "relative":
            return height, width
        return (width / height, height / width) if form.fit == SWAPPED else (None, None)
    w, h = (float(side) for side in form.size)
    unit_w, unit_h = (w, h) if form.scale == "relative" else (1.0, 1.0)
    if form.fit == "stretch":
        return width / w * unit_w, height / h * unit_h
    shrunk = np.minimum(w / width, h / height)
    return unit_w / shrunk, unit_h / shrunk


def input_words(form: Convention) -> str:
    """What a mapping file says of the input that boxes refer to."""
    width, height = form.size
    size = f"width: {width}, height: {height}, " if width else ""
    return f"{{{size}fit: {form.fit}}}"


def boxes_around(
    points: Mapping[str, NDArray[Any]], own: NDArray[np.bool_], rows: int
) -> NDArray[np.float64]:
    """(rows, 4) x, y, width, height around the points of each record; nan without points.

    Args:
        points: (P,) columns "row", "x" and "y".
        own: (P,) which points count.
    """
    xy = np.stack([points["x"], points["y"]], axis=1)[own]
    least, most = np.full((rows, 2), np.inf), np.full((rows, 2), -np.inf)
    np.minimum.at(least, points["row"][own], xy)
    np.maximum.at(most, points["row"][own], xy)
    box = np.concatenate([least, most - least], axis=1)
    box[np.isinf(box).any(axis=1)] = np.nan
    return box
