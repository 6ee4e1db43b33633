"""Boxes around masks, polygons and keypoints of records without one: evidence of their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.schema.tables import Table
from boxscore.sources.raw import Convention, RawSet

Numbers = NDArray[np.float64]


def outlined(raw: RawSet, item: NDArray[np.int32], items: Table) -> RawSet:
    """The same set with a box for every record that covers something.

    Args:
        item: (N,) item of each record, -1 unknown.
    """
    bare = ~np.isfinite(raw.box).all(axis=1)
    if not bare.any() or not (raw.masks or raw.points["row"].size):
        return raw
    around = np.full(raw.box.shape, np.nan)
    _around_points(raw, around)
    if raw.convention.scale != "relative":
        _around_masks(raw, item, items, around)
    found = bare & np.isfinite(around).all(axis=1)
    box = np.where(found[:, None], as_written(around, raw.convention), raw.box)
    return replace(raw, box=box)


def as_written(box: Numbers, form: Convention) -> Numbers:
    """(N, 4) left, top, width, height -> in the order of a form."""
    left, top, width, height = box.T
    across, down = (left, left + width, width), (top, top + height, height)
    corners = form.corners or "xywh"
    if corners in ("yxyx", "yxhw", "cycxhw"):
        across, down = down, across
    if corners in ("xyxy", "yxyx"):
        return np.stack([across[0], down[0], across[1], down[1]], axis=1)
    middle = corners.startswith("c")
    first = [s[0] + s[2] / 2 if middle else s[0] for s in (across, down)]
    sizes = [across[2], down[2]]
    return np.stack([*first, *(sizes[::-1] if corners.endswith("yhw") else sizes)], axis=1)


def _around_points(raw: RawSet, around: Numbers) -> None:
    row = np.asarray(raw.points["row"])
    if not row.size:
        return
    low, high = np.full((raw.rows, 2), np.inf), np.full((raw.rows, 2), -np.inf)
    xy = np.stack([raw.points["x"], raw.points["y"]], axis=1)
    np.minimum.at(low, row, xy)
    np.maximum.at(high, row, xy)
    known = np.unique(row)
    around[known] = np.concatenate([low, high - low], axis=1)[known]


def _around_masks(raw: RawSet, item: NDArray[np.int32], items: Table, around: Numbers) -> None:
    rows = np.array(sorted(raw.masks), np.int64)
    sizes = np.zeros((rows.size, 2), np.int32)
    for k, row in enumerate(rows.tolist()):
        at = int(item[row])
        known = (int(items["width"][at]), int(items["height"][at])) if at >= 0 else (0, 0)
        sizes[k] = raw.mask_sizes.get(row, known)
    rows, sizes = rows[(sizes > 0).all(axis=1)], sizes[(sizes > 0).all(axis=1)]
    if not rows.size:
        return
    texts = [raw.masks[row] for row in rows.tolist()]
    ends = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    flat = np.frombuffer(b"".join(texts), np.uint8)
    width, height = (np.ascontiguousarray(sizes[:, k]) for k in (0, 1))
    flat, ends, status = _core.masks_from_compressed(flat, ends, height, width)
    area, box = _core.mask_area_box(flat, ends, height, width)
    fine = (status == 0) & (area > 0)
    around[rows[fine]] = box[fine]
