"""The rules for COCO's `bbox`: what is rejected, what is kept and marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError
from boxscore.schema.kinds import Mark
from boxscore.sources.report import ImportReport
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
    fix = "say so in a file for --mapping:  boxes: {corners: xywh, scale: relative}"
    path = sieve.report.path
    raise SourceError(path, place, problem, fix=fix, code="E-COCO-BBOX-NORMALISED")


@dataclass(slots=True)
class Corners:
    """Whether boxes were given as corners: the second pair exceeds the first, many leave the image.

    Attributes:
        seen, beyond: Boxes looked at, and those that end beyond their image.
        ordered: Whether the second pair is never the lesser one.
    """

    seen: int = 0
    beyond: int = 0
    ordered: bool = True

    def add(self, box: Boxes, beyond: Flags) -> None:
        """Look at (N, 4) further boxes."""
        self.seen += len(box)
        self.beyond += int(beyond.sum())
        self.ordered &= bool(np.all((box[:, 2] >= box[:, 0]) & (box[:, 3] >= box[:, 1])))

    def hint(self, report: ImportReport, place: str) -> None:
        """Ask for corners, if all that was seen looks like them."""
        if self.seen < FEWEST_TO_JUDGE:
            return
        share = self.beyond / self.seen
        if share > CORNERS_SHARE or (share > CORNERS_SHARE_ORDERED and self.ordered):
            problem = (
                f"{share:.0%} of the boxes end beyond their image: are these corners x0 y0 x1 y1?"
            )
            report.repair("W-COCO-BBOX-CORNERS", f"{place}/0/bbox", problem)


def check_boxes(
    sieve: Sieve, box: Boxes, given: Flags, width: Sizes, height: Sizes, corners: Corners
) -> None:
    """Drop impossible boxes; mark empty ones and those that leave their image.

    Args:
        box: (N, 4) x, y, width, height in pixels; read where `given`.
        width, height: (N,) pixels of each record's image.
        corners: Looks at the boxes that stay.
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
    seen = given & sieve.alive
    corners.add(box[seen], (right > width)[seen])


def _negative(name: str, side: NDArray[np.float64]) -> Callable[[int], str]:
    return lambda i: f"{name} {float(side[i]):.15g} must be >= 0"


def _report(sieve: Sieve, found: Flags, mark: Mark, code: str, words: str, box: Boxes) -> None:
    if sieve.mark(found, mark):
        sieve.repair(found, code, "/bbox", lambda i: f"{box[i].tolist()} {words}: kept")
