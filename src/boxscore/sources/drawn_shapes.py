"""Shapes that annotation tools draw -> outlines and masks as our tables hold them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core

FINEST = 0.25
"""Pixels by which an outline of straight lines may leave the curve it stands for."""
MOST_PIXELS = 1 << 28


def ellipse_outline(
    cx: float, cy: float, rx: float, ry: float, degrees: float = 0.0
) -> NDArray[np.float64]:
    """(K, 2) points on an ellipse, closer to it than a quarter of a pixel.

    Args:
        degrees: Clockwise turn about the centre.
    """
    radius = max(rx, ry, FINEST)
    step = math.acos(1 - FINEST / radius)  # 0 where the radius is beyond all bounds
    count = min(max(12, math.ceil(math.pi / max(step, 1e-6))), 4096)
    angle = np.arange(count) * (2 * np.pi / count)
    x, y = rx * np.cos(angle), ry * np.sin(angle)
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    return np.stack([cx + x * cos - y * sin, cy + x * sin + y * cos], axis=1)


def cropped_mask(
    crop: NDArray[np.bool_], left: int, top: int, width: int, height: int
) -> bytes | None:
    """Compressed run lengths, over an image of width x height, of a mask that covers a part of it.

    Args:
        crop: (h, w) pixels of that part.

    Returns:
        None where the part does not lie within the image, or the image is too large.
    """
    h, w = crop.shape
    inside = left >= 0 and top >= 0 and left + w <= width and top + h <= height
    if not inside or width * height > MOST_PIXELS:
        return None
    # Runs go down the columns: where each begins and ends, as places in the whole image.
    edges = np.diff(np.pad(crop.T.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    column, row = np.nonzero(edges)
    place = (column + left).astype(np.int64) * height + row + top
    runs = np.diff(np.concatenate([[0], place, [width * height]])).astype(np.int64)
    size = np.array([height], np.int32), np.array([width], np.int32)
    counts, _, status = _core.masks_from_counts(runs, np.array([0, runs.size], np.int64), *size)
    return None if status[0] else counts.tobytes()
