"""The rules for COCO's `segmentation`: what is rejected, what is kept and marked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.kinds import Mark
from boxscore.sources.coco_fields import bad_counts
from boxscore.sources.segmentation import (
    ABSENT,
    COMPRESSED,
    EMPTY,
    POLYGONS,
    SIZE_STATUS,
    SWAPPED_STATUS,
    Masks,
    Segmentations,
    masks_of,
)
from boxscore.sources.sieve import Sieve

Sizes = NDArray[np.int32]

COUNTS_CODE = "E-COCO-RLE-COUNTS"
STATUS = {
    1: ("E-COCO-RLE-SIZE", "the image has more than 2^28 pixels: too large for a mask"),
    2: (COUNTS_CODE, "holds a character that no run-length code has"),
    3: (COUNTS_CODE, "ends inside a number"),
    4: (COUNTS_CODE, "holds a number without end"),
    5: (COUNTS_CODE, "holds a negative run"),
    6: ("E-COCO-RLE-TOTAL", "runs do not add up to height times width"),
    7: ("E-COCO-NOT-FINITE", "a coordinate is not finite"),
    8: ("E-COCO-POLYGON-RANGE", "a coordinate lies far beyond the image: over 10 times its size"),
    9: ("E-COCO-POLYGON-SHORT", "a part has fewer than 3 points"),
    10: ("E-COCO-POLYGON-POINTS", "more than 100000 points, or too many crossings"),
}
"""Status of the mask kernels -> code and words."""


def check_masks(sieve: Sieve, width: Sizes, height: Sizes) -> Masks | None:
    """Make the masks of all records; drop those of wrong codes, mark those without area.

    Args:
        width, height: (N,) pixels of each record's image.
    """
    given = sieve.records.segmentation
    if given is None or not np.any(given.kind != ABSENT):
        return None
    empty = given.kind == EMPTY
    sieve.repair(
        empty, "W-COCO-SEGMENTATION-EMPTY", "/segmentation", lambda _: "is empty: read as box only"
    )
    if np.all((given.kind == ABSENT) | empty):
        return None
    masks = masks_of(given, sieve.alive, height, width)
    _drop_wrong(sieve, given, masks, width, height)
    covered = (given.kind != ABSENT) & ~empty
    nothing = covered & (masks.area == 0)
    if sieve.mark(nothing, Mark.ZERO_AREA):
        sieve.repair(
            nothing, "W-COCO-MASK-EMPTY", "/segmentation", lambda _: "covers no pixel: kept"
        )
    _count_clipped(sieve, given, width, height)
    return masks


def _drop_wrong(
    sieve: Sieve, given: Segmentations, masks: Masks, width: Sizes, height: Sizes
) -> None:
    for status in np.unique(masks.status[masks.status > 0]).tolist():
        code, where, problem = _problem_of(status, given, width, height)
        sieve.drop(masks.status == status, code, f"/segmentation{where}", problem)


def _problem_of(
    status: int, given: Segmentations, width: Sizes, height: Sizes
) -> tuple[str, str, Callable[[int], str]]:
    if status in (SIZE_STATUS, SWAPPED_STATUS):
        hint = ": [width, height] given for [height, width]?" if status == SWAPPED_STATUS else ""
        return (
            "E-COCO-RLE-SIZE",
            "/size",
            lambda i: _of_size(given.size[i].tolist(), [int(height[i]), int(width[i])]) + hint,
        )
    code, words = STATUS[status]
    if code.startswith("E-COCO-RLE"):
        return code, "/counts", lambda i: _of_counts(given, i, words)
    return code, "", lambda _: words


def _of_size(claimed: list[int], actual: list[int]) -> str:
    if min(claimed) <= 0:
        return f"{claimed} is no size of an image"
    return f"{claimed} is not the image's {actual}"


def _of_counts(given: Segmentations, i: int, words: str) -> str:
    codes = given.compressed if given.kind[i] == COMPRESSED else given.runs
    begin, end = codes.offsets[i : i + 2].tolist()
    if begin == end:
        return "is empty"
    if codes is given.runs:
        return words
    text = given.compressed.values[begin:end].tobytes().decode("latin-1")
    hinted = bad_counts(text).problem
    return hinted if "str(bytes)" in hinted else f"{shown(text[:40])}: {words}"


def _count_clipped(sieve: Sieve, given: Segmentations, width: Sizes, height: Sizes) -> None:
    """Count polygons with points beyond their image; masks and pictures end at its edge."""
    rows = np.flatnonzero(sieve.alive & (given.kind == POLYGONS))
    if not rows.size:
        return
    points, parts = given.polygons(rows)
    owner = np.repeat(np.arange(rows.size), np.diff(points.offsets[parts]) // 2)
    x, y = points.values[0::2], points.values[1::2]
    w, h = width[rows][owner], height[rows][owner]
    beyond = (x <= -1) | (y <= -1) | (x >= w + 1) | (y >= h + 1)
    count = int(np.unique(owner[beyond]).size)
    if count:
        problem = "polygons reach over the edge of their image: clipped"
        sieve.report.note("N-COCO-POLYGON-CLIPPED", problem, count)
