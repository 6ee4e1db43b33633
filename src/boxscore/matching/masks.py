"""Masks of some annotations, flat for the kernels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.matching.comparable import MaskArrays
from boxscore.schema.tables import Annotations, Table, boxes_of


def aligned_masks(
    items: Table, annotations: Annotations, rows: NDArray[np.int64], table: Table
) -> tuple[MaskArrays, int]:
    """Masks in the order of some rows, and how many of them are boxes, filled for want of one.

    Args:
        rows: (N,) rows of the annotations, ascending.
        table: Those rows.
    """
    height, width = items["height"][table["item"]], items["width"][table["item"]]
    texts: list[bytes] = [b""] * rows.size
    place = np.searchsorted(rows, annotations.masks["row"])
    inside = place < rows.size
    for at, row, counts in zip(
        place[inside].tolist(),
        annotations.masks["row"][inside].tolist(),
        annotations.masks["counts"][inside],
        strict=True,
    ):
        if rows[at] == row:
            texts[at] = counts
    empty = [k for k, text in enumerate(texts) if not text]
    for k, text in zip(empty, _filled_boxes(table, empty, height, width), strict=True):
        texts[k] = text
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    counts = np.frombuffer(b"".join(texts), np.uint8)
    return (counts, offsets, height, width), len(empty)


def _filled_boxes(
    table: Table, rows: list[int], height: NDArray[np.int32], width: NDArray[np.int32]
) -> list[bytes]:
    if not rows:
        return []
    from boxscore.kernels import _core

    box = boxes_of(table)[rows]
    x0, y0, x1, y1 = box[:, 0], box[:, 1], box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]
    corners = np.stack([x0, y0, x0, y1, x1, y1, x1, y0], axis=1).ravel()
    parts = np.arange(len(rows) + 1, dtype=np.int64)
    counts, offsets, _ = _core.masks_from_polygons(
        corners, parts * 8, parts, height[rows].copy(), width[rows].copy()
    )
    flat = counts.tobytes()
    return [flat[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
