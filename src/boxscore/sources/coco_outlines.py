"""Boxes of COCO results for the doctor: as given, else around the polygon, mask or keypoints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.coco_records import Records
from boxscore.sources.segmentation import COMPRESSED, COUNTS, POLYGONS, Segmentations, masks_of

MOST_PIXELS = 1 << 28


def has_outline(records: Records) -> NDArray[np.bool_]:
    """(N,) which records have a box, or something that a box can be put around."""
    found: NDArray[np.bool_] = records.present["bbox"].copy()
    if records.segmentation is not None:
        found |= np.isin(records.segmentation.kind, (POLYGONS, COMPRESSED, COUNTS))
    found[list(records.objects["keypoints"])] = True
    return found


def outlines(records: Records, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """(rows, 4) x, y, width, height; nan where a record has no outline, or one that is wrong."""
    boxed = records.present["bbox"]
    box = np.where(boxed[:, None], records.column["bbox"], np.nan)
    bare = np.zeros(boxed.size, np.bool_)
    bare[rows] = ~boxed[rows]
    if bare.any():
        _around_keypoints(records, bare, box)
        if records.segmentation is not None:
            _around_polygons(records.segmentation, bare, box)
            _around_masks(records.segmentation, bare, box)
    return box[rows]


def _around_keypoints(records: Records, bare: NDArray[np.bool_], box: NDArray[np.float64]) -> None:
    for i, points in records.objects["keypoints"].items():
        if not bare[i] or not isinstance(points, list) or len(points) < 6:
            continue
        if all(isinstance(v, int | float) for v in points):
            x, y = np.array(points[0::3], np.float64), np.array(points[1::3], np.float64)
            box[i] = x.min(), y.min(), np.ptp(x), np.ptp(y)


def _around_polygons(
    given: Segmentations, bare: NDArray[np.bool_], box: NDArray[np.float64]
) -> None:
    rows = np.flatnonzero(bare & (given.kind == POLYGONS))
    if not rows.size:
        return
    points, parts = given.polygons(rows)
    ends = points.offsets[parts] // 2
    x, y = points.values[0::2], points.values[1::2]
    filled = np.diff(ends) > 0
    starts = ends[:-1][filled]
    low = np.stack([np.minimum.reduceat(v, starts) for v in (x, y)], axis=1)
    high = np.stack([np.maximum.reduceat(v, starts) for v in (x, y)], axis=1)
    box[rows[filled]] = np.concatenate([low, high - low], axis=1)


def _around_masks(given: Segmentations, bare: NDArray[np.bool_], box: NDArray[np.float64]) -> None:
    size = given.size
    sound = (size > 0).all(axis=1) & (size.prod(axis=1) <= MOST_PIXELS)
    rows = bare & np.isin(given.kind, (COMPRESSED, COUNTS)) & sound
    if not rows.any():
        return
    height, width = (np.where(rows, size[:, k], 0).astype(np.int32) for k in (0, 1))
    masks = masks_of(given, rows, height, width)
    fine = rows & (masks.status == 0) & (masks.area > 0)
    box[fine] = masks.box[fine]
