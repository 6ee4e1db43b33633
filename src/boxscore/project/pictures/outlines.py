"""What is drawn of an annotation beyond its box: outlines, corners, keypoints."""

from __future__ import annotations

import numpy as np

from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import KEYPOINT_PART, Annotations, Table
from boxscore.sinks.yolo import rotated_corners


def outlines(items: Table, annotations: Annotations, row: int) -> list[list[float]] | None:
    """Closed outlines as flat x, y lists in pixels; None for an annotation that is only a box.

    A polygon is as given, a mask is traced, a turned box is its four corners.
    """
    points = annotations.points
    start, stop = np.searchsorted(points["row"], [row, row + 1])
    part = points["part"][start:stop]
    parts = np.unique(part[part != KEYPOINT_PART]).tolist()
    if parts and annotations.table["kind"][row] != Kind.KEYPOINTS:
        xy = np.stack([points["x"][start:stop], points["y"][start:stop]], axis=1)
        return [xy[part == k].ravel().tolist() for k in parts]
    if annotations.table["theta"][row]:
        box = [float(annotations.table[name][row]) for name in ("x", "y", "width", "height")]
        return [rotated_corners(box, float(annotations.table["theta"][row])).ravel().tolist()]
    masks = annotations.masks
    at = int(np.searchsorted(masks["row"], row))
    if at == masks.rows or masks["row"][at] != row:
        return None
    item = int(annotations.table["item"][row])
    height, width = int(items["height"][item]), int(items["width"][item])
    traced = _core.to_polygons(masks["counts"][at], height, width)
    return [np.asarray(outline).ravel().tolist() for outline in traced]


def keypoints(annotations: Annotations, row: int) -> list[list[float]] | None:
    """(K, 3) x, y in pixels and visibility (0 absent, 1 hidden, 2 visible); None without any."""
    points = annotations.points
    start, stop = np.searchsorted(points["row"], [row, row + 1])
    mine = np.arange(start, stop)[points["part"][start:stop] == KEYPOINT_PART]
    if not mine.size:
        return None
    columns = [points[name][mine].tolist() for name in ("x", "y", "visibility")]
    return [[float(value) for value in point] for point in zip(*columns, strict=True)]


def thinned(drawn: list[list[float]] | None, most: int) -> list[list[float]] | None:
    """Outlines of `most` vertices at most each, for small pictures."""
    if drawn is None:
        return None
    steps = [max(1, -(-len(ring) // (2 * most))) for ring in drawn]
    return [
        np.reshape(ring, (-1, 2))[::step].ravel().tolist()
        for ring, step in zip(drawn, steps, strict=True)
    ]
