"""The rules for COCO's `bbox`: what is rejected, what is kept and marked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError
from boxscore.schema.kinds import Mark
from boxscore.sources.sieve import Flags, Sieve

CORNERS_SHARE = 0.9
CORNERS_SHARE_ORDERED = 0.25
FEWEST_TO_JUDGE = 10
PIXEL = 1.0

Boxes = NDArray[np.float64]
Sizes = NDArray[np.int32]


def refuse_normalised(sieve: Sieve, box: Boxes, given: Flags) -> None:
    """Refuse a file whose boxes all lie within 0..1.

    Raises:
        SourceError: They do, and at least one is not made of whole numbers.
    """
    first = box[:FEWEST_TO_JUDGE][given[:FEWEST_TO_JUDGE]]
    if first.size and first.max() > 1:
        return
    inside = box[given]
    if not inside.size or inside.max() > 1 or inside.min() < 0:
        return
    if np.all(inside == np.rint(inside)):
        return
    place = f"{sieve.records.spec.place}/0/bbox"
    problem = f"all {len(inside)} boxes lie within 0..1: this looks normalised, COCO has pixels"
    fix = "multiply x and width by the image's width, y and height by its height"
    path = sieve.report.path
    raise SourceError(path, place, problem, fix=fix, code="E-COCO-BBOX-NORMALISED")


def check_boxes(sieve: Sieve, box: Boxes, given: Flags, width: Sizes, height: Sizes) -> None:
    """Drop impossible boxes; mark empty ones and those that leave their image.

    Args:
        box: (N, 4) x, y, width, height in pixels; read where `given`.
        width, height: (N,) pixels of each record's image.
    """
    x, y, w, h = box.T
    with np.errstate(over="ignore"):
        right, bottom = x + w, y + h
        overflow = given & ~(np.isfinite(right) & np.isfinite(bottom) & np.isfinite(w * h))
    sieve.drop(overflow, "E-COCO-NOT-FINITE", "/bbox", lambda i: f"{box[i].tolist()} overflows")
    for k, name, side in ((2, "width", w), (3, "height", h)):
        sieve.drop(given & (side < 0), "E-COCO-BBOX-NEG", f"/bbox[{k}]", _negative(name, side))
    zero = given & ((w == 0) | (h == 0))
    _report(sieve, zero, Mark.ZERO_AREA, "W-COCO-BBOX-ZERO", "covers no area", box)
    beyond = (x > 0) & (x >= width) | (y > 0) & (y >= height)
    before = (right <= 0) & (x < 0) | (bottom <= 0) & (y < 0)
    outside = given & (beyond | before)
    _report(sieve, outside, Mark.OUTSIDE, "W-COCO-BBOX-OUTSIDE", "lies outside its image", box)
    leaves = (x < 0) | (y < 0) | (right > width) | (bottom > height)
    far = (x <= -PIXEL) | (y <= -PIXEL) | (right >= width + PIXEL) | (bottom >= height + PIXEL)
    count = sieve.mark(given & leaves & far & ~outside, Mark.CLIPPED)
    if count:
        problem = "boxes reach over the edge of their image: kept, clipped in pictures"
        sieve.report.note("N-COCO-BBOX-CLIPPED", problem, count)
    _hint_corners(sieve, box, given, right > width)


def _negative(name: str, side: NDArray[np.float64]) -> Callable[[int], str]:
    return lambda i: f"{name} {float(side[i]):.15g} must be >= 0"


def _report(sieve: Sieve, found: Flags, mark: Mark, code: str, words: str, box: Boxes) -> None:
    if sieve.mark(found, mark):
        sieve.repair(found, code, "/bbox", lambda i: f"{box[i].tolist()} {words}: kept")


def _hint_corners(sieve: Sieve, box: Boxes, given: Flags, beyond: Flags) -> None:
    """Boxes given as corners: the second pair exceeds the first, and many leave the image."""
    seen = given & sieve.alive
    count = int(seen.sum())
    if count < FEWEST_TO_JUDGE:
        return
    share = float((beyond & seen).sum()) / count
    if share <= CORNERS_SHARE_ORDERED:
        return
    ordered = bool(np.all((box[seen, 2] >= box[seen, 0]) & (box[seen, 3] >= box[seen, 1])))
    if ordered or share > CORNERS_SHARE:
        problem = f"{share:.0%} of the boxes end beyond their image: are these corners x0 y0 x1 y1?"
        sieve.report.repair("W-COCO-BBOX-CORNERS", f"{sieve.records.spec.place}/0/bbox", problem)
