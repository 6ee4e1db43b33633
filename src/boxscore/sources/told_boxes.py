"""What the boxes of a source tell of how they are meant, where nothing else says it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Kind
from boxscore.sources.coco_boxes import CORNERS_SHARE, CORNERS_SHARE_ORDERED, FEWEST_TO_JUDGE, PIXEL
from boxscore.sources.raw import Convention, RawSet
from boxscore.sources.report import ImportReport

CENTRES_SHARE = 0.05
"""Boxes beyond their image from which centres are asked for, where as such all lie within it."""
SAY = " A mapping file says so, boxes: corners: {}"
Sizes = NDArray[np.int32]


def in_shares(raw: RawSet) -> RawSet:
    """Boxes of nothing but numbers up to 1 are shares of the image, as in tables."""
    numbers = np.concatenate([raw.box.ravel(), raw.points["x"], raw.points["y"]])
    known = np.abs(numbers[~np.isnan(numbers)])
    if raw.masks or not known.size or known.max() > 1:
        return raw
    return replace(raw, convention=Convention(corners=raw.convention.corners, scale="relative"))


def as_meant(raw: RawSet, width: Sizes, height: Sizes, report: ImportReport) -> RawSet:
    """Boxes of a ground truth that were said to be left, top and size, held against the images.

    Where most cannot be so and all can be corners they are, if the source leaves that open; else
    it is asked for.

    Args:
        width, height: (images,) pixels; 0 where they are not known but from the boxes themselves.
    """
    if raw.convention.corners != "xywh":
        return raw
    image = raw.columns["image"]
    rows = np.isfinite(raw.box).all(axis=1) & (raw.columns["kind"] != Kind.ROTATED_BOX)
    if raw.open_corners and not width.any():
        _ask_for_sizes(raw.box[rows], report)
    rows &= (width[image] > 0) & (height[image] > 0)
    box, size = raw.box[rows], np.stack([width[image[rows]], height[image[rows]]], axis=1)
    if len(box) < FEWEST_TO_JUDGE:
        return raw
    if raw.convention.scale == "relative":
        box = box * np.tile(size, 2)
    near, far = box[:, :2], box[:, 2:]
    share = float((near + far > size + PIXEL).any(axis=1).mean())
    ordered = bool((far >= near).all())
    if share > CORNERS_SHARE or (share > CORNERS_SHARE_ORDERED and ordered):
        if raw.open_corners and ordered and bool((far <= size + PIXEL).all()):
            problem = f"{share:.0%} would end beyond their image: boxes read as corners x0 y0 x1 y1"
            report.note("N-BOX-CORNERS", problem, len(box))
            return replace(raw, convention=replace(raw.convention, corners="xyxy"))
        problem = f"{share:.0%} of the boxes end beyond their image: are these corners x0 y0 x1 y1?"
        report.note("W-BOX-CORNERS", problem + SAY.format("xyxy"), wrong=True)
    elif share > CENTRES_SHARE and _inside_as_centres(near, far, size):
        problem = (
            f"{share:.0%} of the boxes end beyond their image, as centres and sizes none does: "
            "are x and y the centre?"
        )
        report.note("W-BOX-CENTRES", problem + SAY.format("cxcywh"), wrong=True)
    return raw


def _ask_for_sizes(box: NDArray[np.float64], report: ImportReport) -> None:
    if len(box) >= FEWEST_TO_JUDGE and bool((box[:, 2:] > box[:, :2]).all()):
        problem = (
            "all boxes can be corners x0 y0 x1 y1 and are read as left, top, width, height: the "
            "sizes of the images would tell, name their folder with --images"
        )
        report.note("W-BOX-CORNERS", problem, wrong=True)


def _inside_as_centres(
    centre: NDArray[np.float64], far: NDArray[np.float64], size: NDArray[np.int32]
) -> bool:
    inside = (centre - far / 2 >= -PIXEL) & (centre + far / 2 <= size + PIXEL)
    return bool(inside.all())
