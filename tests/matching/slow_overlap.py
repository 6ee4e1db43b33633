"""Overlaps in plain NumPy and by Shapely: slow, obvious, and the judges of the fast ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rotated_corners(box: Any, theta: float, origin: Any) -> Floats:
    """(4, 2) corners of a box turned clockwise about its centre, relative to a point."""
    x, y, w, h = box
    angle = np.deg2rad(theta)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    local = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2
    centre = np.array([x - origin[0] + w / 2, y - origin[1] + h / 2])
    return np.asarray(local @ turn.T + centre)


def rotated_iou(found: Any, found_theta: float, truth: Any, truth_theta: float) -> float:
    """Shapely's intersection over union, near the origin so that its own rounding stays small."""
    import shapely

    origin = truth[:2]
    a = shapely.Polygon(rotated_corners(found, found_theta, origin))
    b = shapely.Polygon(rotated_corners(truth, truth_theta, origin))
    shared = a.intersection(b).area
    whole = a.area + b.area - shared
    return float(shared / whole) if whole > 0 else 0.0


def boundary(mask: NDArray[np.uint8], ratio: float = 0.02) -> NDArray[np.uint8]:
    """Pixels that repeated erosion by 3 x 3 removes; outside of the image is background."""
    height, width = mask.shape
    kept = mask.astype(bool)
    for _ in range(max(1, round(ratio * float(np.sqrt(height**2 + width**2))))):
        padded = np.pad(kept, 1)
        kept = np.logical_and.reduce(
            [padded[r : r + height, c : c + width] for r in range(3) for c in range(3)]
        )
    return np.asarray(mask.astype(bool) & ~kept, np.uint8)


def mask_iou(found: NDArray[np.uint8], truth: NDArray[np.uint8], crowd: bool) -> float:
    shared = int((found & truth).sum())
    whole = int(found.sum()) if crowd else int((found | truth).sum())
    return shared / whole if shared else 0.0


def boundary_iou(found: NDArray[np.uint8], truth: NDArray[np.uint8], crowd: bool) -> float:
    """The lesser of mask IoU and boundary IoU."""
    return min(mask_iou(found, truth, crowd), mask_iou(boundary(found), boundary(truth), crowd))


def keypoint_similarity(found: Floats, truth: Floats, box: Any, area: float, sigmas: Any) -> float:
    """OKS by its formula, one keypoint after the other."""
    terms = []
    x, y, w, h = box
    visible = any(v > 0 for v in truth[:, 2])
    for (px, py, _), (tx, ty, v), sigma in zip(found, truth, sigmas, strict=True):
        if visible and v <= 0:
            continue
        if visible:
            dx, dy = px - tx, py - ty
        else:
            dx = max(0.0, x - w - px) + max(0.0, px - x - 2 * w)
            dy = max(0.0, y - h - py) + max(0.0, py - y - 2 * h)
        terms.append(np.exp(-(dx**2 + dy**2) / (2 * area * (2 * sigma) ** 2)))
    return float(np.mean(terms))
