"""The outlines of objects, flat: polygon parts, corners of boxes, contours of bitmasks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.quality.objects import Objects, Rows, Values
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import KEYPOINT_PART


@dataclass(frozen=True, slots=True)
class Outlines:
    """M parts, sorted by object.

    Attributes:
        row: (M,) object of each part.
        xy: Its vertices, x and y in turn, one part after the other.
        offsets: (M + 1,) where each part starts in `xy`.
    """

    row: Rows
    xy: Values
    offsets: Rows


def outlines(objects: Objects) -> Outlines:
    """Outlines of all single objects that have an area."""
    pieces = [_polygons(objects), _bitmasks(objects)]
    drawn = np.zeros(objects.count, np.bool_)
    for row, _, _ in pieces:
        drawn[row] = True
    pieces.append(_boxes(objects, drawn))
    row, length, xy = (np.concatenate(column) for column in zip(*pieces, strict=True))
    order = np.argsort(row, kind="stable")
    starts = (np.cumsum(length) - length)[order]
    offsets = np.concatenate([[0], np.cumsum(length[order])]).astype(np.int64)
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], length[order])
    return Outlines(row[order], xy[np.repeat(starts, length[order]) + within], offsets)


Piece = tuple[Rows, Rows, Values]
"""Rows, lengths and vertices of some parts."""


def _polygons(objects: Objects) -> Piece:
    points = objects.annotations.points
    drawn = (points["part"] != KEYPOINT_PART) & (objects.kind == Kind.POLYGON)[points["row"]]
    own = np.flatnonzero(drawn & objects.is_object[points["row"]])
    row, part = points["row"][own], points["part"][own]
    new = np.ones(row.size, np.bool_)
    new[1:] = (np.diff(row) != 0) | (np.diff(part) != 0)
    starts = np.flatnonzero(new)
    count = np.diff(np.append(starts, row.size))
    closed = count >= 3
    xy = np.stack([points["x"][own], points["y"][own]], axis=1)[np.repeat(closed, count)]
    return row[starts][closed], 2 * count[closed], xy.ravel()


def _bitmasks(objects: Objects) -> Piece:
    masks = objects.annotations.masks
    rows: list[int] = []
    parts: list[list[float]] = []
    wanted = objects.is_object & (objects.kind == Kind.BITMASK)
    for row, counts in zip(masks["row"].tolist(), masks["counts"], strict=True):
        if wanted[row]:
            item = objects.item[row]
            height, width = (int(objects.items[n][item]) for n in ("height", "width"))
            found = _core.to_polygons(counts, height, width)
            rows += [row] * len(found)
            parts += found
    lengths = np.array([len(part) for part in parts], np.int64)
    return np.array(rows, np.int64), lengths, np.array([v for p in parts for v in p], np.float64)


def _boxes(objects: Objects, drawn: NDArray[np.bool_]) -> Piece:
    flat = np.isin(objects.kind, (Kind.POLYLINE, Kind.KEYPOINTS))
    sized = (objects.box[:, 2:] > 0).all(axis=1) & objects.is_object
    rows = np.flatnonzero(sized & ~flat & ~drawn)
    return rows, np.full(rows.size, 8, np.int64), objects.corners[rows].ravel()
