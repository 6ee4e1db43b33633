"""Boxes, masks and keypoints of COCO records -> one kind, one box, one area for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError
from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.tables import Table
from boxscore.sources.box_forms import boxes_as_pixels
from boxscore.sources.coco_boxes import Corners, check_boxes, refuse_normalised
from boxscore.sources.coco_extras import read_rotations
from boxscore.sources.coco_keypoints import Keypoints, keypoints_of
from boxscore.sources.coco_masks import check_masks
from boxscore.sources.raw import Convention
from boxscore.sources.segmentation import ABSENT, EMPTY, POLYGONS, Masks
from boxscore.sources.sieve import Flags, Sieve

DISAGREE = 0.5
NEAR = 2.0
"""A result's box and the box around its mask are reported when their IoU is below DISAGREE and
an edge differs by more than NEAR pixels."""


@dataclass(slots=True, kw_only=True)
class Geometry:
    """What N records cover.

    Attributes:
        kind: (N,) uint8 of `schema.kinds.Kind`.
        box: (N, 4) x, y, width, height in pixels: as read, else around the mask or keypoints.
        boxed: (N,) whether the box was read.
        masks: None when no record has one.
        theta: (N,) degrees clockwise that a read box is turned about its centre.
        keypoints: None when no record has any.
    """

    kind: NDArray[np.uint8]
    box: NDArray[np.float64]
    boxed: Flags
    masks: Masks | None
    theta: NDArray[np.float64]
    keypoints: Keypoints | None

    def covered(self) -> NDArray[np.float64]:
        """(N,) square pixels: of the box where it was read, else of the mask."""
        with np.errstate(invalid="ignore", over="ignore"):
            area: NDArray[np.float64] = self.box[:, 2] * self.box[:, 3]
        if self.masks is not None:
            area = np.where(~self.boxed & self.masked(), self.masks.area, area)
        return area

    def masked(self) -> Flags:
        """(N,) which records have a mask."""
        return np.isin(self.kind, (Kind.POLYGON, Kind.BITMASK))


def read_geometry(
    sieve: Sieve,
    item: NDArray[np.int32],
    items: Table,
    *,
    predicted: bool,
    corners: Corners | None = None,
    written: Convention | None = None,
) -> Geometry:
    """Apply the rules for boxes, segmentations and keypoints; the sieve drops what breaks them.

    Args:
        item: (N,) row of `items`; read where the sieve is alive.
        predicted: The records are results, which may be mere classifications; annotations are
            such only where none of their file has a geometry.
        corners: The records are some of a file's: what its boxes look like is judged at its end.
        written: How boxes are written, where a mapping file says it.

    Raises:
        SourceError: The boxes look normalised, or outlines would have to be scaled with them.
    """
    records = sieve.records
    boxed, box = records.present["bbox"], records.column["bbox"]
    width, height = _sizes(sieve, item, items)
    if written is not None:
        box = _as_written(sieve, box, width, height, written)
    if corners is None:
        if written is None:
            refuse_normalised(sieve, box, boxed)
        corners = Corners()
        check_boxes(sieve, box, boxed, width, height, corners)
        corners.hint(sieve.report, records.spec.place)
    else:
        check_boxes(sieve, box, boxed, width, height, corners)
    masks = check_masks(sieve, width, height)
    keypoints = keypoints_of(sieve, predicted=predicted)
    theta = read_rotations(sieve)
    kind = _kinds(sieve, boxed, keypoints, predicted=predicted)
    kind[(theta != 0) & (kind == Kind.BOX)] = Kind.ROTATED_BOX
    out = Geometry(kind=kind, box=box, boxed=boxed, masks=masks, theta=theta, keypoints=keypoints)
    if not boxed.all():
        _complete_boxes(sieve, out, predicted=predicted)
    if predicted and masks is not None:
        _compare_boxes(sieve, out, masks)
    return out


def _as_written(
    sieve: Sieve,
    box: NDArray[np.float64],
    width: NDArray[np.int32],
    height: NDArray[np.int32],
    written: Convention,
) -> NDArray[np.float64]:
    """(N, 4) x, y, width, height in pixels of boxes that are written in another way."""
    records = sieve.records
    given = records.segmentation
    outlined = given is not None and bool(np.isin(given.kind, (ABSENT, EMPTY), invert=True).any())
    if not written.in_pixels and (outlined or records.objects["keypoints"]):
        problem = "outlines and keypoints would have to be scaled as the boxes are"
        fix = "write all of them in pixels; a mapping file then says corners alone"
        raise SourceError(sieve.report.path, "", problem, fix=fix, code="E-MAPPING-OUTLINES")
    return boxes_as_pixels(box, width.astype(np.float64), height.astype(np.float64), written)


def _sizes(
    sieve: Sieve, item: NDArray[np.int32], items: Table
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    if not items.rows:
        nothing = np.ones(sieve.records.count, np.int32)
        return nothing, nothing
    return items["width"][item], items["height"][item]


def _kinds(
    sieve: Sieve, boxed: Flags, keypoints: Keypoints | None, *, predicted: bool
) -> NDArray[np.uint8]:
    kind = np.where(boxed, np.uint8(Kind.BOX), np.uint8(Kind.CLASSIFICATION))
    bare = ~boxed
    if keypoints is not None:
        kind[keypoints.record] = Kind.KEYPOINTS
        bare[keypoints.record] = False
    given = sieve.records.segmentation
    if given is not None:
        form = given.kind
        kind[form == POLYGONS] = Kind.POLYGON
        kind[(form != ABSENT) & (form != POLYGONS) & (form != EMPTY)] = Kind.BITMASK
        bare &= (form == ABSENT) | (form == EMPTY)
    if not predicted and not _mere_classes(sieve, bare):
        sieve.drop(bare, "E-COCO-GEOMETRY", "", lambda _: "neither bbox nor segmentation")
    return kind


def _mere_classes(sieve: Sieve, bare: Flags) -> bool:
    """Whether no record so much as tries to have a geometry."""
    given = sieve.records.segmentation
    tried = given is not None and bool(np.any(given.kind != ABSENT))
    return bool(bare.all()) and not tried and not sieve.records.objects["keypoints"]


def _complete_boxes(sieve: Sieve, out: Geometry, *, predicted: bool) -> None:
    """Boxes that were not given: around the mask, else around the keypoints, else none."""
    out.box = np.where(out.boxed[:, None], out.box, np.nan)
    around = ~out.boxed & (out.kind != Kind.CLASSIFICATION)
    if out.masks is not None:
        from_mask = ~out.boxed & out.masked()
        out.box[from_mask] = out.masks.box[from_mask]
    if out.keypoints is not None:
        record = out.keypoints.record
        without = ~out.boxed[record] & ~out.masked()[record]
        out.box[record[without]] = out.keypoints.around()[without]
    sieve.mark(around, Mark.BOX_COMPUTED)
    if not predicted:
        sieve.repair(
            around, "W-COCO-BBOX-MISSING", "/bbox", lambda _: "bbox is missing: taken from the mask"
        )


def _compare_boxes(sieve: Sieve, out: Geometry, masks: Masks) -> None:
    both = out.boxed & out.masked() & sieve.alive & (masks.area > 0)
    rows = np.flatnonzero(both)
    given, around = _corners(out.box[rows]), _corners(masks.box[rows])
    low = np.maximum(given[:, :2], around[:, :2])
    high = np.minimum(given[:, 2:], around[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    either = out.box[rows, 2] * out.box[rows, 3] + np.prod(masks.box[rows, 2:], axis=1) - shared
    apart = np.abs(given - around).max(axis=1, initial=0)
    flags = np.zeros(both.size, np.bool_)
    flags[rows] = (shared < DISAGREE * either) & (apart > NEAR)
    sieve.repair(
        flags,
        "W-COCO-BOX-MASK",
        "/bbox",
        lambda i: (
            f"{out.box[i].tolist()} differs from the box around the mask "
            f"{masks.box[i].tolist()}: both kept"
        ),
    )


def _corners(box: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1)
