"""One image's masks painted onto one map each for truth and predictions, image after image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable, MaskArrays, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedImage:
    """Which row covers each pixel.

    Attributes:
        item: The image.
        truth, predicted: (height, width) int32, row of that side of the comparison, -1 for none.
        overlaps: (2,) pixels of truth and predictions that were painted over.
    """

    item: int
    truth: NDArray[np.int32]
    predicted: NDArray[np.int32]
    overlaps: NDArray[np.int64]


def painted_images(view: Comparable, *, only_predicted: bool = False) -> Iterator[PaintedImage]:
    """The images with a mask on either side, in order.

    Crowd regions lie lowest, then truth in the order of its file; of predictions the most
    confident lies on top, of equals the first.

    Raises:
        RequestError: A side has no masks.
    """
    truth = _Painter(view.truth, np.argsort(view.crowd == 0, kind="stable"))
    found = _Painter(view.predictions, np.argsort(-view.confidence, kind="stable")[::-1])
    items = found.items() if only_predicted else np.union1d(truth.items(), found.items())
    for item in items.tolist():
        size = truth.size(item) or found.size(item) or (0, 0)
        truth_map, truth_overlap = truth.paint(item, *size)
        found_map, found_overlap = found.paint(item, *size)
        yield PaintedImage(
            item=item,
            truth=truth_map,
            predicted=found_map,
            overlaps=np.array([truth_overlap, found_overlap], np.int64),
        )


def overlap_notes(overlaps: NDArray[np.int64]) -> tuple[str, ...]:
    """What a reader must know of masks that share pixels: (2,) of truth and predictions."""
    rules = (
        ("ground truth", "the last mask in the file has them"),
        ("predictions", "the most confident mask has them"),
    )
    return tuple(
        f"{pixels} pixels of {side} lie under several masks; {rule}."
        for (side, rule), pixels in zip(rules, overlaps.tolist(), strict=True)
        if pixels
    )


class _Painter:
    """The masks of one side; rows are painted in the given order, so the last is on top."""

    def __init__(self, side: Side, order: NDArray[np.int64]) -> None:
        masks = _masks_of(side)
        self._counts, self._offsets, self._height, self._width = masks
        _, box = _core.mask_area_box(*masks)
        self._box = box.astype(np.int64)
        item = side.item[order]
        by_item = np.argsort(item, kind="stable")
        self._order, self._item = order[by_item], item[by_item]

    def items(self) -> NDArray[np.int32]:
        return np.unique(self._item)

    def _rows(self, item: int) -> list[int]:
        low, high = np.searchsorted(self._item, [item, item + 1])
        rows: list[int] = self._order[low:high].tolist()
        return rows

    def size(self, item: int) -> tuple[int, int] | None:
        """Height and width of an image, None where this side has no mask on it."""
        rows = self._rows(item)
        return (int(self._height[rows[0]]), int(self._width[rows[0]])) if rows else None

    def paint(self, item: int, height: int, width: int) -> tuple[NDArray[np.int32], int]:
        """The map of one image and how many pixels were painted over."""
        canvas = np.full((width, height), -1, np.int32).T  # masks run down the columns too
        overlap = 0
        for row in self._rows(item):
            text = self._counts[self._offsets[row] : self._offsets[row + 1]].tobytes()
            mask = _core.mask_decode(text, int(self._height[row]), int(self._width[row]))
            if mask.shape != canvas.shape:
                raise RequestError(
                    f"masks of {mask.shape} and {canvas.shape} pixels on one image",
                    fix="give all masks of an image its height and width",
                    code="E-SHAPE",
                )
            x, y, w, h = self._box[row].tolist()
            part = canvas[y : y + h, x : x + w]
            inside = mask[y : y + h, x : x + w].astype(np.bool_)
            overlap += int((part[inside] >= 0).sum())
            part[inside] = row
        return canvas, overlap


def _masks_of(side: Side) -> MaskArrays:
    if side.masks is None:
        raise RequestError(
            "this task compares masks, and there are none",
            fix="import polygons, run lengths or mask images on both sides",
            code="E-TASK-MASKS",
        )
    return side.masks
