"""What lies on images of which a project knows no more than where their labels end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Kind
from boxscore.sources.context import ProjectContext
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport

SHARE = 2.0
"""Numbers of boxes that are shares of an image and reach beyond it stay below this."""
SIZES_FIX = "import the ground truth again with --images FOLDER, so that sizes are known"


def unknown_scale(
    box: NDArray[np.float64], item: NDArray[np.int32], context: ProjectContext, scale: str | None
) -> str:
    """Why boxes cannot be laid on images whose sizes are a guess; nothing where they can.

    Labels in pixels and boxes in shares, or the other way round, meet only by the sizes of images.

    Args:
        box: (N, 4) numbers of the boxes as read.
        item: (N,) their items.
        scale: What the boxes are taken for.
    """
    truth = context.ground_truth
    labelled = np.unique(truth.table["item"]) if truth is not None else np.empty(0, np.int32)
    # One image alone may well have a label that ends at its lower right corner.
    if labelled.size < 2 or not _guessed(context)[labelled].all():
        return ""
    if not np.isin(item, labelled).any():
        return ""
    unit = context.items["width"][labelled] * context.items["height"][labelled] == 1
    shares = scale == "relative" or bool((np.abs(box) <= SHARE).all())
    if unit.all() == shares or unit.any() != unit.all():
        return ""
    labels, boxes = ("shares", "pixels") if unit.all() else ("pixels", "shares")
    return f"their sizes are not known, labels are in {labels} and boxes in {boxes} of them"


def without_unfit_masks(
    raw: RawSet, item: NDArray[np.int32], context: ProjectContext, report: ImportReport
) -> RawSet:
    """The records with their boxes alone, where a mask is of another size than its image's guess.

    Ground truth may come without image files and without sizes; then an image is taken to end where
    its boxes do (W-IMAGE-SIZE). No mask can be laid on such an image, but a box can.

    Args:
        item: (images,) row of the project's items of each raw image, -1 unknown.
    """
    if not raw.mask_sizes:
        return raw
    guessed = _guessed(context)
    items = context.items
    due = np.stack([items["width"], items["height"]], axis=1)
    boxed = np.asarray(np.isfinite(raw.box).all(axis=1))
    unfit = []
    for row, size in raw.mask_sizes.items():
        at = int(item[raw.columns["image"][row]])
        if at >= 0 and guessed[at] and boxed[row] and size != tuple(due[at].tolist()):
            unfit.append(row)
    if not unfit:
        return raw
    problem = "masks on images whose size is not known: left out, their boxes are kept"
    report.note("W-MASK-UNPLACED", problem, len(unfit))
    kind = raw.columns["kind"].copy()
    kind[unfit] = int(Kind.BOX)
    left = set(unfit)
    return replace(
        raw,
        columns={**raw.columns, "kind": kind},
        masks={row: mask for row, mask in raw.masks.items() if row not in left},
        mask_sizes={row: size for row, size in raw.mask_sizes.items() if row not in left},
    )


def _guessed(context: ProjectContext) -> NDArray[np.bool_]:
    """(items,) whether an image has no file and ends where its boxes do."""
    items, truth = context.items, context.ground_truth
    far = np.ones((items.rows, 2))
    if truth is not None and truth.rows:
        t = truth.table
        corner = np.stack([t["x"] + t["width"], t["y"] + t["height"]], axis=1)
        np.maximum.at(far, t["item"], corner)
    size = np.stack([items["width"], items["height"]], axis=1)
    bare = np.array([not file for file in items["file"].tolist()], np.bool_)
    fits: NDArray[np.bool_] = np.equal(np.ceil(far), size).all(axis=1)
    return bare & fits
