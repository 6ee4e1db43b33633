"""Cells of JSON -> boxes, outlines, keypoints and traits; None where a cell holds none."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_CHARACTERS = 1 << 20
FAR = 1e9
"""A coordinate beyond it is none."""
CORNER_NAMES = (("xmin", "ymin", "xmax", "ymax"), ("x1", "y1", "x2", "y2"))
SIZE_NAMES = (("x", "y", "width", "height"), ("x", "y", "w", "h"))
Points = NDArray[np.float64]


def parts_of(value: Any, fewest: int = 3) -> list[Points] | None:
    """(K, 2) points of each part; None where it is no outline.

    Read are `[x, y, x, y, ...]`, `[[x, y], ...]`, lists of such parts, and `{"x": [...], "y":
    [...]}`, as Ultralytics writes an outline: [] where that has too few points for one.
    """
    try:
        given = _parsed(value)
        if isinstance(given, dict):
            points = np.column_stack(_axes(given))
            return [points] if len(points) >= fewest else []
        parts = [_points(part) for part in _listed(given)]
    except (ValueError, TypeError, RecursionError):
        return None
    return parts if parts and all(len(part) >= fewest for part in parts) else None


def box_of(value: Any) -> list[float] | None:
    """Four numbers: as listed; of an object with names, left, top, width and height."""
    try:
        given = _parsed(value)
        if isinstance(given, dict):
            given = _named(given)
        flat = np.array(given, np.float64)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    sound = flat.shape == (4,) and bool((np.abs(flat) <= FAR).all())
    return flat.tolist() if sound else None


def keypoints_of(value: Any) -> Points | None:
    """(K, 3) x, y, visibility of `[x, y, v, ...]` or `[[x, y, v], ...]`; pairs are visible.

    So are points of `{"x": [...], "y": [...], "visible": [...]}`: Ultralytics' confidences.
    """
    try:
        given = _parsed(value)
        if isinstance(given, dict):
            given = np.column_stack(_axes(given))
        flat = np.array(given, np.float64)
    except (ValueError, TypeError, RecursionError):
        return None
    if flat.ndim == 1 and flat.size % 3 == 0:
        flat = flat.reshape(-1, 3)
    if flat.ndim != 2 or not len(flat) or flat.shape[1] not in (2, 3):
        return None
    if not (np.abs(flat) <= FAR).all():
        return None
    seen = flat[:, 2] if flat.shape[1] == 3 else np.full(len(flat), 2.0)
    points: Points = np.column_stack([flat[:, :2], seen])
    return points if np.isin(seen, (0, 1, 2)).all() else None


def traits_of(value: Any) -> dict[str, float] | None:
    """Names and finite numbers of a JSON object."""
    try:
        given = _parsed(value)
        traits = {str(name): float(number) for name, number in given.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return traits if all(abs(v) < np.inf for v in traits.values()) else None


def _parsed(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        raise ValueError("no text of a bearable length")
    try:
        return json.loads(value)
    except ValueError:
        return json.loads(value.replace("'", '"'))  # as Python writes a dict or a list


def _named(given: dict[str, Any]) -> list[float]:
    """The numbers of a box whose sides have names."""
    sides = {str(name).casefold().replace("_", ""): value for name, value in given.items()}
    if "x3" in sides:
        raise ValueError("four corners, no box along the axes")
    for names in CORNER_NAMES:
        if set(names) <= sides.keys():
            x1, y1, x2, y2 = (float(sides[name]) for name in names)
            return [x1, y1, x2 - x1, y2 - y1]
    for names in SIZE_NAMES:
        if set(names) <= sides.keys():
            return [float(sides[name]) for name in names]
    raise ValueError("no box")


def _axes(given: dict[str, Any]) -> list[Points]:
    """The coordinates of points along x and along y."""
    x, y = (np.array(given.get(axis), np.float64) for axis in "xy")
    if x.ndim != 1 or x.shape != y.shape or not (np.abs([x, y]) <= FAR).all():
        raise ValueError("no points")
    return [x, y]


def _listed(given: Any) -> list[Any]:
    """The parts: one, where numbers or pairs are listed."""
    if not isinstance(given, list) or not given:
        raise ValueError("no list")
    first = given[0]
    alone = not isinstance(first, list) or (len(first) == 2 and not isinstance(first[0], list))
    return [given] if alone else given


def _points(part: Any) -> Points:
    try:
        flat = np.array(part, np.float64)
    except OverflowError as huge:
        raise ValueError("a number is too large") from huge
    if flat.ndim > 2 or (flat.ndim == 2 and flat.shape[1] != 2) or not np.isfinite(flat).all():
        raise ValueError("no points")
    return flat.reshape(-1, 2)
