"""COCO's `keypoints`: flat lists of x, y, visibility."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.sources.sieve import Sieve

GEOMETRY_EXTRA = -1
"""`part` of keypoints that go with a box or mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keypoints:
    """Keypoints of one record: (K,) coordinates in pixels, and visibility 0, 1 or 2."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    visibility: NDArray[np.uint8]

    def around(self) -> tuple[float, float, float, float]:
        """The box around all of them, as pycocotools takes it for results."""
        x, y = float(self.x.min()), float(self.y.min())
        return x, y, float(self.x.max()) - x, float(self.y.max()) - y


def keypoints_of(sieve: Sieve, *, predicted: bool) -> dict[int, Keypoints]:
    """Record -> its keypoints; a list that is none is reported and left out, its record stays.

    Args:
        predicted: The third number is a confidence, so every point counts as visible.
    """
    found: dict[int, Keypoints] = {}
    wrong: dict[int, str] = {}
    for i, value in sieve.records.objects["keypoints"].items():
        if not value:
            continue
        problem = _problem(value, predicted)
        if problem:
            wrong[i] = problem
            continue
        x, y, v = np.array(value, np.float64).reshape(-1, 3).T
        seen = np.full(x.size, 2) if predicted else v
        found[i] = Keypoints(x=x.copy(), y=y.copy(), visibility=seen.astype(np.uint8))
    if wrong:
        flags = np.zeros(sieve.records.count, np.bool_)
        flags[list(wrong)] = True
        sieve.repair(flags, "W-COCO-KEYPOINTS", "/keypoints", wrong.__getitem__)
    return found


def _problem(value: object, predicted: bool) -> str:
    if not isinstance(value, list) or len(value) % 3:
        return f"{shown(value)} is not a list of x, y, visibility: dropped"
    for number in value:
        if isinstance(number, bool) or not isinstance(number, int | float):
            return f"{shown(number)} is not a number: keypoints dropped"
        if not math.isfinite(number) or abs(number) > 1e9:
            return f"{shown(number)} is no coordinate: keypoints dropped"
    if not predicted and any(v not in (0, 1, 2) for v in value[2::3]):
        return "visibility is 0, 1 or 2: keypoints dropped"
    return ""
