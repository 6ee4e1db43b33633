"""The outline of an annotation for drawing: its polygon as given, or traced from its mask."""

from __future__ import annotations

import numpy as np

from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import KEYPOINT_PART, Annotations, Table


def outlines(items: Table, annotations: Annotations, row: int) -> list[list[float]] | None:
    """Closed outlines as flat x, y lists in pixels; None for an annotation that is only a box."""
    points = annotations.points
    start, stop = np.searchsorted(points["row"], [row, row + 1])
    part = points["part"][start:stop]
    parts = np.unique(part[part != KEYPOINT_PART]).tolist()
    if parts and annotations.table["kind"][row] != Kind.KEYPOINTS:
        xy = np.stack([points["x"][start:stop], points["y"][start:stop]], axis=1)
        return [xy[part == k].ravel().tolist() for k in parts]
    masks = annotations.masks
    at = int(np.searchsorted(masks["row"], row))
    if at == masks.rows or masks["row"][at] != row:
        return None
    item = int(annotations.table["item"][row])
    height, width = int(items["height"][item]), int(items["width"][item])
    traced = _core.to_polygons(masks["counts"][at], height, width)
    return [np.asarray(outline).ravel().tolist() for outline in traced]
