"""COCO's `keypoints`: flat lists of x, y, visibility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.tables import KEYPOINT_PART, POINTS, Table
from boxscore.sources.sieve import Flags, Sieve

FARTHEST = 1e9
VISIBLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Keypoints:
    """Keypoints of those M records that have any, K points in all.

    Attributes:
        record: (M,) ascending.
        ends: (M + 1,) record m has the points ends[m]:ends[m + 1].
        x, y: (K,) pixels.
        visibility: (K,) uint8: 0, 1 or 2.
    """

    record: NDArray[np.int64]
    ends: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    visibility: NDArray[np.uint8]

    def around(self) -> NDArray[np.float64]:
        """(M, 4) boxes around all points of a record, as pycocotools takes them for results."""
        if not self.record.size:
            return np.empty((0, 4))
        starts = self.ends[:-1]
        low = np.stack([np.minimum.reduceat(v, starts) for v in (self.x, self.y)], axis=1)
        high = np.stack([np.maximum.reduceat(v, starts) for v in (self.x, self.y)], axis=1)
        return np.concatenate([low, high - low], axis=1)

    def points(self, row_of: NDArray[np.int64]) -> Table:
        """The points of those records that became annotations.

        Args:
            row_of: (N,) the annotation's row for each record, -1 for those left out.
        """
        each = np.diff(self.ends)
        row = np.repeat(row_of[self.record], each)
        kept = row >= 0
        return Table(
            POINTS,
            {
                "row": row[kept],
                "part": np.full(int(kept.sum()), KEYPOINT_PART, np.int32),
                "x": self.x[kept],
                "y": self.y[kept],
                "visibility": self.visibility[kept],
            },
        )


def keypoints_of(sieve: Sieve, *, predicted: bool) -> Keypoints | None:
    """Keypoints of the records; a list that is none is reported and left out, its record stays.

    Args:
        predicted: The third number is a confidence, so every point counts as visible.
    """
    found: dict[int, NDArray[np.float64]] = {}
    wrong: dict[int, str] = {}
    for i, value in sorted(sieve.records.objects["keypoints"].items()):
        if not value:
            continue
        problem, points = _read(value, predicted)
        if problem:
            wrong[i] = problem
        else:
            found[i] = points
    if wrong:
        sieve.repair(flags_of(sieve, wrong), "W-COCO-KEYPOINTS", "/keypoints", wrong.__getitem__)
    if not found:
        return None
    x, y, v = np.concatenate(list(found.values())).T
    return Keypoints(
        record=np.array(list(found), np.int64),
        ends=np.cumsum([0, *map(len, found.values())]).astype(np.int64),
        x=x.copy(),
        y=y.copy(),
        visibility=np.full(x.size, VISIBLE, np.uint8) if predicted else v.astype(np.uint8),
    )


def flags_of(sieve: Sieve, records: Any) -> Flags:
    """(N,) which records are among these."""
    flags = np.zeros(sieve.records.count, np.bool_)
    flags[list(records)] = True
    return flags


NONE = np.empty((0, 3))


def _read(value: object, predicted: bool) -> tuple[str, NDArray[np.float64]]:
    """What is wrong, or "", and the (K, 3) numbers."""
    if not isinstance(value, list) or len(value) % 3:
        return f"{shown(value)} is not a list of x, y, visibility: dropped", NONE
    if not set(map(type, value)) <= {int, float}:
        odd = next(v for v in value if type(v) not in (int, float))
        return f"{shown(odd)} is not a number: keypoints dropped", NONE
    try:
        points = np.array(value, np.float64).reshape(-1, 3)
    except OverflowError:
        return "a number is no coordinate: keypoints dropped", NONE
    far = ~(np.abs(points) <= FARTHEST)
    if far.any():
        return f"{points[far][0]:g} is no coordinate: keypoints dropped", NONE
    if not predicted and not np.isin(points[:, 2], (0, 1, 2)).all():
        return "visibility is 0, 1 or 2: keypoints dropped", NONE
    return "", points
