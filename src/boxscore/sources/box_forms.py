"""The forms in which boxes and points are written -> pixels of their image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.raw import Convention

Numbers = NDArray[np.float64]

CORNERS = ("xywh", "xyxy", "cxcywh", "yxyx", "yxhw", "cycxhw")
VERTICAL_FIRST = ("yxyx", "yxhw", "cycxhw")
SCALES = ("pixels", "relative")
FITS = ("stretch", "letterbox")


def boxes_as_pixels(box: Numbers, width: Numbers, height: Numbers, form: Convention) -> Numbers:
    """(N, 4) x, y, width, height in pixels of the image; such numbers stay exactly as read.

    Args:
        box: (N, 4) as written.
        width, height: (N,) pixels of each record's image.
    """
    out = box[:, [1, 0, 3, 2]] if form.corners in VERTICAL_FIRST else box.copy()
    if form.corners in ("xyxy", "yxyx"):
        out[:, 2:] -= out[:, :2]
    elif form.corners in ("cxcywh", "cycxhw"):
        out[:, :2] -= out[:, 2:] / 2
    out[:, 0], out[:, 1] = points_as_pixels(out[:, 0], out[:, 1], width, height, form)
    scale_x, scale_y = _scales(width, height, form)
    if scale_x is not None and scale_y is not None:
        out[:, 2] *= scale_x
        out[:, 3] *= scale_y
    return out


def points_as_pixels(
    x: Numbers, y: Numbers, width: Numbers, height: Numbers, form: Convention
) -> tuple[Numbers, Numbers]:
    """Coordinates in pixels of the image; (N,) all."""
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
    w, h = (float(side) for side in form.size)
    unit_w, unit_h = (w, h) if form.scale == "relative" else (1.0, 1.0)
    if form.fit == "stretch":
        return width / w * unit_w, height / h * unit_h
    shrunk = np.minimum(w / width, h / height)
    return unit_w / shrunk, unit_h / shrunk
