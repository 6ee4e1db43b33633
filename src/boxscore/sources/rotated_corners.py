"""Rotated boxes that are written as their four corners."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SAME = 1e-6
"""Relative difference of areas up to which the first edge counts as the direction."""
SLACK = 2e-3
"""How far, in shares of the image, corners of a rectangle may be off, as rounded exports are."""
MOST = 0.98
"""Share of quadrilaterals that must be parallelograms."""


def rectangle_around(corners: Floats) -> tuple[Floats, Floats]:
    """The smallest rectangle around four corners each; a rectangle's own, where they are of one.

    Args:
        corners: (N, 4, 2) x, y in pixels, in order around.

    Returns:
        (N, 4) left, top, width, height before turning about the centre, and (N,) degrees clockwise
        as seen, the direction of the first edge where that has the smallest rectangle.
    """
    pairs = np.array([(0, 1), *(p for p in combinations(range(4), 2) if p != (0, 1))])
    edge = corners[:, pairs[:, 1]] - corners[:, pairs[:, 0]]
    angle = np.arctan2(edge[..., 1], edge[..., 0])
    along = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    # (N, pairs, 2, 4): the corners in the two directions of every pair.
    placed = np.einsum("npdk,nck->npdc", np.stack([along, across], axis=2), corners)
    low, high = placed.min(axis=-1), placed.max(axis=-1)
    with np.errstate(over="ignore"):  # what lies so far out is refused with its image
        area = (high - low).prod(axis=-1)
    best = np.where(area[:, 0] <= area.min(axis=1) * (1 + SAME), 0, area.argmin(axis=1))
    row = np.arange(len(corners))
    size, middle = (high - low)[row, best], (high + low)[row, best] / 2
    centre = middle[:, :1] * along[row, best] + middle[:, 1:] * across[row, best]
    box: Floats = np.concatenate([centre - size / 2, size], axis=1)
    degrees: Floats = np.rad2deg(angle[row, best])
    return box, degrees


def are_turned(corners: Floats) -> bool:
    """Whether nearly all quadrilaterals are parallelograms and one at least is not upright.

    Shares of a picture that is no square make parallelograms of rectangles.

    Args:
        corners: (N, 4, 2) in shares of the image.
    """
    if not len(corners):
        return False
    gap = np.abs(corners[:, 0] + corners[:, 2] - corners[:, 1] - corners[:, 3]).max(axis=1)
    step = np.abs(corners[:, 1] - corners[:, 0]).min(axis=1)
    return bool((gap <= SLACK).mean() >= MOST and (step > SLACK).any())
