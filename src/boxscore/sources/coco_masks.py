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
            lambda i: f"{given.size[i].tolist()} is not the image's {[height[i], width[i]]}{hint}",
        )
    code, words = STATUS[status]
    if code == "E-COCO-RLE-COUNTS":
        return code, "/counts", lambda i: _of_counts(given, i, words)
    return code, "", lambda _: words


def _of_counts(given: Segmentations, i: int, words: str) -> str:
    if given.kind[i] != COMPRESSED:
        return words
    begin, end = given.compressed.offsets[i : i + 2].tolist()
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


STATUS: dict[int, tuple[str, str]] = {}
"""Status of the mask kernels -> code and words."""
