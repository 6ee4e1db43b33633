"""Connected regions of a bitmap: pixels that touch, corners included, are one object."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def components(mask: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Flat pixel numbers of each region, in the order of its first pixel.

    Args:
        mask: (height, width) bool.
    """
    height, width = mask.shape
    edges = np.zeros((height, width + 2), np.int8)
    edges[:, 1:-1] = mask
    steps = np.diff(edges, axis=1)
    row, start = np.nonzero(steps == 1)
    end = np.nonzero(steps == -1)[1]
    if not row.size:
        return []
    region = _joined_runs(row.astype(np.int64), start, end, width + 2)
    pixels = np.flatnonzero(mask)
    owner = np.repeat(region, end - start)
    order = np.argsort(owner, kind="stable")
    cuts = np.flatnonzero(np.diff(owner[order])) + 1
    return np.split(pixels[order], cuts)


def _joined_runs(
    row: NDArray[np.int64], start: NDArray[np.intp], end: NDArray[np.intp], stride: int
) -> NDArray[np.int64]:
    """(R,) of each run the first run of its region; runs touch across neighbouring rows."""
    above = (row - 1) * stride
    low = np.searchsorted(row * stride + end, above + start, "left")
    high = np.searchsorted(row * stride + start, above + end, "right")
    count = np.maximum(high - low, 0)
    lower = np.repeat(np.arange(row.size), count)
    within = np.arange(lower.size) - np.repeat(np.cumsum(count) - count, count)
    upper = low[lower] + within
    root = np.arange(row.size)
    while True:
        a, b = root[lower], root[upper]
        if np.array_equal(a, b):
            return root
        least = np.minimum(a, b)
        np.minimum.at(root, a, least)
        np.minimum.at(root, b, least)
        while not np.array_equal(root, root[root]):
            root = root[root]
