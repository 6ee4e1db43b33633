"""Masks in the forms that a training loop has them -> one column of run lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.comparable import MaskArrays

Encoded = tuple[bytes, int, int]


def mask_column(
    masks: Sequence[Any], name: str
) -> tuple[MaskArrays, NDArray[np.float64], NDArray[np.float64]]:
    """Bitmaps or COCO run lengths as the kernels take them, with boxes and areas.

    Args:
        masks: Each an (H, W) array (not zero is inside), or {"size": [h, w], "counts": ...} with
            compressed (text or bytes) or plain counts.
        name: The side, for messages.

    Returns:
        (counts, offsets, heights, widths), (N, 4) boxes around the masks, (N,) pixels covered.

    Raises:
        RequestError: A mask is none of these, or its run lengths do not fill its size.
    """
    encoded = [_encoded(mask, k, name) for k, mask in enumerate(masks)]
    lengths = np.array([len(text) for text, _, _ in encoded], np.int64)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    height = np.array([h for _, h, _ in encoded], np.int32)
    width = np.array([w for _, _, w in encoded], np.int32)
    counts = np.frombuffer(b"".join(text for text, _, _ in encoded), np.uint8)
    counts, offsets, status = _core.masks_from_compressed(counts, offsets, height, width)
    wrong = np.flatnonzero(status)
    if wrong.size:
        raise _refused(
            f"{name}: mask of row {wrong[0]} has run lengths that do not fill its size",
            "give counts that sum to height x width, as pycocotools' encode makes them",
        )
    area, box = _core.mask_area_box(counts, offsets, height, width)
    return (counts, offsets, height, width), box, area


def _encoded(mask: Any, row: int, name: str) -> Encoded:
    if isinstance(mask, Mapping) and {"size", "counts"} <= set(mask):
        return _of_runs(mask, row, name)
    bitmap = np.asarray(mask)
    if bitmap.ndim != 2 or bitmap.dtype.kind not in "biuf":
        raise _refused(
            f"{name}: mask of row {row} is neither an (H, W) array nor run lengths",
            'give bitmaps, or {"size": [h, w], "counts": ...}',
        )
    text = _core.mask_from_bitmap((bitmap != 0).astype(np.uint8))
    return text, bitmap.shape[0], bitmap.shape[1]


def _of_runs(mask: Mapping[str, Any], row: int, name: str) -> Encoded:
    height, width = (int(n) for n in mask["size"])
    counts = mask["counts"]
    if isinstance(counts, str):
        counts = counts.encode("latin-1", "replace")
    if isinstance(counts, bytes):
        return counts, height, width
    runs = np.asarray(counts, np.int64)
    sizes = np.array([height], np.int32), np.array([width], np.int32)
    text, _, status = _core.masks_from_counts(runs, np.array([0, runs.size]), *sizes)
    if status[0]:
        raise _refused(
            f"{name}: mask of row {row} has counts that sum to {int(runs.sum())}, "
            f"not {height * width}",
            "give counts that sum to height x width",
        )
    return text.tobytes(), height, width


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-ARRAYS-MASK")
