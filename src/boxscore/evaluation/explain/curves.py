"""One class's right and wrong predictions, most confident first -> its average precision.

Sources: cocoapi, `COCOeval.accumulate`; Everingham et al. 2010, "The Pascal Visual Object Classes
challenge"; the behaviour of Ultralytics, TorchMetrics and Encord Active as run or described.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.explain.rules import Arithmetic, Curve

Floats = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)


def single_linspace(low: float, high: float, points: int) -> Floats:
    """`torch.linspace` in 32 bits: from the nearer end, one rounding per point."""
    start, end = float(np.float32(low)), float(np.float32(high))
    step = float(np.float32((np.float32(high) - np.float32(low)) / np.float32(points - 1)))
    k = np.arange(points)
    value = np.where(k < points // 2, start + step * k, end - step * (points - 1 - k))
    return value.astype(np.float32).astype(np.float64)


def iou_thresholds(arithmetic: Arithmetic) -> Floats:
    """(10,) 0.50, 0.55 ... 0.95."""
    if arithmetic is Arithmetic.DOUBLE:
        return np.linspace(0.5, 0.95, 10)
    return single_linspace(0.5, 0.95, 10)


def recall_points(arithmetic: Arithmetic) -> Floats:
    """(101,) 0, 0.01 ... 1."""
    if arithmetic is Arithmetic.DOUBLE:
        return np.linspace(0.0, 1.0, 101)
    return single_linspace(0.0, 1.0, 101)


def points_of(
    right: NDArray[np.bool_],
    ignored: NDArray[np.bool_],
    ground_truth: int,
    curve: Curve,
    recalls: Floats,
) -> Floats:
    """Precision at the curve's points, whose mean is the AP; or the AP alone.

    Args:
        right, ignored: (n,) by falling confidence.
        ground_truth: Objects that count, at least 1.
        recalls: (101,) COCO's recall points.
    """
    found = np.cumsum(right, dtype=np.int64)
    false = np.cumsum(~right & ~ignored, dtype=np.int64)
    if curve in (Curve.COCO, Curve.COCO_EPSILON):
        objects = ground_truth + (EPS if curve is Curve.COCO_EPSILON else 0.0)
        precision = found / (false + found + EPS)
        return _at_least(_envelope(precision), found / objects, recalls)
    shown = ~ignored
    found, false = found[shown], false[shown]
    if curve is Curve.ELEVEN_LOWEST:
        return _rounded(found, ground_truth)
    recall, precision = found / ground_truth, found / (found + false)
    if curve is Curve.ELEVEN:
        # Added up from the far end, one by one, as its implementations do; so is the area.
        points = _at_least(_envelope(precision), recall, np.linspace(0.0, 1.0, 11))
        return np.array([sum(points[::-1].tolist()) / 11])
    if curve is Curve.AREA:
        rises = np.diff(recall, prepend=0.0)
        return np.array([sum((rises * _envelope(precision))[rises > 0].tolist())], np.float64)
    return np.array([_under_lines(precision, recall, curve)])


def _envelope(precision: Floats) -> Floats:
    """The best precision at this recall or any higher one."""
    return np.maximum.accumulate(precision[::-1])[::-1]


def _at_least(envelope: Floats, recall: Floats | NDArray[np.int64], points: Floats) -> Floats:
    """The envelope where recall first reaches each point, 0 where it never does."""
    return np.append(envelope, 0.0)[np.searchsorted(recall, points, side="left")]


def _under_lines(precision: Floats, recall: Floats, curve: Curve) -> float:
    if not recall.size:
        return 0.0
    drop = [float(recall[-1])] if curve is Curve.LINE_DROP else []
    x = np.concatenate([[0.0], recall, drop, [1.0]])
    y = _envelope(np.concatenate([[1.0], precision, [0.0] * len(drop), [0.0]]))
    grid = np.linspace(0.0, 1.0, 101)
    return float(np.trapezoid(np.interp(grid, x, y), grid))


def _rounded(found: NDArray[np.int64], ground_truth: int) -> Floats:
    """Eleven points; recall in whole hundredths, halves up, as SQLite's `round` has them."""
    last = np.flatnonzero(np.diff(found, append=-1))
    last = last[found[last] > 0]
    precision = found[last] / (last + 1)
    hundredths = (200 * found[last] + ground_truth) // (2 * ground_truth)
    return _at_least(_envelope(precision), hundredths, np.arange(0.0, 101.0, 10.0))
