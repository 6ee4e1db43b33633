"""All annotations of one side, with the geometry that metrics of objects share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.matching.masks import aligned_masks
from boxscore.quality.beside import Beside
from boxscore.quality.cards import PREDICTION, TRUTH
from boxscore.schema.kinds import MASKED, Kind, Mark
from boxscore.schema.tables import KEYPOINT_PART, Annotations, Table, boxes_of, unsized

Values = NDArray[np.float64]
Rows = NDArray[np.int64]
LEAST_OVERLAP = 1e-9
"""IoU from which two objects count as overlapping: any."""


def divided(part: Values, whole: Values) -> Values:
    """part / whole; nan where the whole is not above 0."""
    undefined = np.full(whole.shape, np.nan)
    shares: Values = np.divide(part, whole, out=undefined, where=whole > 0)
    return shares


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ordered pairs of different objects on one image that overlap.

    Attributes:
        row, other: Rows of annotations.
        iou: Their intersection over union.
    """

    row: Rows
    other: Rows
    iou: Values


@dataclass(eq=False)
class Objects:
    """The annotations of one side of a project, N rows.

    Attributes:
        role: "ground_truth" or "prediction".
        items: The images; see `schema.tables.ITEMS`.
        annotations: Table, masks and points.
        class_counts: (C,) objects of each class in the ground truth.
        beside: The rest of the project.
    """

    role: str
    items: Table
    annotations: Annotations
    class_counts: NDArray[np.int64]
    beside: Beside = field(default_factory=Beside)

    def __post_init__(self) -> None:
        if self.role not in (TRUTH, PREDICTION):
            raise ValueError(self.role)

    # --- columns -----------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """N."""
        return self.annotations.rows

    @property
    def item(self) -> NDArray[np.int32]:
        """(N,) row of the image."""
        return self.annotations.table["item"]

    @property
    def class_id(self) -> NDArray[np.int32]:
        """(N,) row of the ontology's class list."""
        return self.annotations.table["class_id"]

    @property
    def kind(self) -> NDArray[np.uint8]:
        """(N,) `schema.kinds.Kind`."""
        return self.annotations.table["kind"]

    @property
    def confidence(self) -> Values:
        """(N,) of predictions; nan for ground truth."""
        table = self.annotations.table
        return table["confidence"] if "confidence" in table else np.full(self.count, np.nan)

    @cached_property
    def box(self) -> Values:
        """(N, 4) x, y, width, height in pixels; nan for answers about the whole image."""
        return boxes_of(self.annotations.table)

    @cached_property
    def image_size(self) -> Values:
        """(N, 2) width and height of the image; nan where they are not known."""
        sides = np.stack([self.items["width"], self.items["height"]], axis=1).astype(np.float64)
        sized: Values = np.where(sides > 0, sides, np.nan)[self.item]
        return sized

    @cached_property
    def is_object(self) -> NDArray[np.bool_]:
        """(N,) single objects: no answers, crowd regions or boxes around groups."""
        table = self.annotations.table
        single = (self.kind != Kind.CLASSIFICATION) & np.isfinite(self.box).all(axis=1)
        single &= table["marks"] & np.uint16(Mark.GROUP_OF) == 0
        result: NDArray[np.bool_] = single & ~table["crowd"] if "crowd" in table else single
        return result

    @cached_property
    def rows(self) -> Rows:
        """Rows of single objects, ascending."""
        return np.flatnonzero(self.is_object)

    @cached_property
    def area(self) -> Values:
        """(N,) square pixels of the mask, else of the box, turned or not; nan without area.

        Keypoints have that of their box, a single one has none.
        """
        area: Values = self.box[:, 2] * self.box[:, 3]
        flat = np.isin(self.kind, (Kind.POLYLINE, Kind.CLASSIFICATION))
        flat |= (self.kind == Kind.KEYPOINTS) & ~(area > 0)
        area = np.where(flat, np.nan, area)
        masks = self.annotations.masks
        if masks.rows:
            area[masks["row"]] = self.mask_area_box[0]
        return area

    @property
    def pixel_area(self) -> Values:
        """(N,) the same; nan where the size of the image is not known."""
        return np.where(unsized(self.items)[self.item], np.nan, self.area)

    @cached_property
    def mask_area_box(self) -> tuple[Values, Values]:
        """(M,) areas and (M, 4) boxes of the masks, in the order of the masks table."""
        masks = self.annotations.masks
        texts = masks["counts"].tolist()
        offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        item = self.item[masks["row"]]
        height, width = self.items["height"][item], self.items["width"][item]
        flat = np.frombuffer(b"".join(texts), np.uint8)
        return _core.mask_area_box(flat, offsets, height, width)

    # --- outlines ----------------------------------------------------------------------------

    @cached_property
    def corners(self) -> Values:
        """(N, 4, 2) corners of the boxes, turned clockwise about their centres by theta."""
        half = self.box[:, 2:] / 2
        signs = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
        turn = np.radians(self.annotations.table["theta"])
        x = half[:, :1] * signs[:, 0]
        y = half[:, 1:] * signs[:, 1]
        cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
        centre = self.box[:, :2] + half
        turned: Values = np.stack([x * cos - y * sin, x * sin + y * cos], axis=2)
        return turned + centre[:, None, :]

    @cached_property
    def extent(self) -> Values:
        """(N, 4) least x, least y, most x, most y: of vertices and points, else of corners."""
        ends = self.corners.min(axis=1), self.corners.max(axis=1)
        extent: Values = np.concatenate(ends, axis=1)
        points = self.annotations.points
        keypoint = points["part"] == KEYPOINT_PART
        placed = (points["visibility"] > 0) & (self.kind[points["row"]] == Kind.KEYPOINTS)
        own = ~keypoint | placed
        row, x, y = points["row"][own], points["x"][own], points["y"][own]
        least = np.full((self.count, 2), np.inf)
        most = np.full((self.count, 2), -np.inf)
        for axis, values in enumerate((x, y)):
            np.minimum.at(least[:, axis], row, values)
            np.maximum.at(most[:, axis], row, values)
        drawn = np.unique(row)
        extent[drawn] = np.concatenate([least, most], axis=1)[drawn]
        return extent

    # --- objects beside objects --------------------------------------------------------------

    @cached_property
    def neighbours(self) -> Neighbours:
        """Objects that overlap on one image, by mask, turned box or box; each pair both ways."""
        item = self.item[self.rows]
        row, other, iou = self.overlaps(self.rows, item, self.rows, item, LEAST_OVERLAP)
        different = row != other
        return Neighbours(row[different], other[different], iou[different])

    def overlaps(
        self,
        left: Rows,
        left_key: NDArray[np.int32],
        right: Rows,
        right_key: NDArray[np.int32],
        floor: float,
    ) -> tuple[Rows, Rows, Values]:
        """Pairs of rows with equal keys and an IoU of at least `floor`.

        Args:
            left, right: (A,), (B,) rows, ascending.
            left_key, right_key: Images, or whatever else brings rows together.
        """  # fmt: skip
        if not left.size or not right.size:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        found, truth, iou = _core.candidate_pairs(
            np.ascontiguousarray(right_key, np.int32),
            self.box[right],
            np.zeros(right.size, np.uint8),
            np.ascontiguousarray(left_key, np.int32),
            self.box[left],
            floor,
            self._overlap(left, right),
        )
        return left[found], right[truth], iou

    def _overlap(self, left: Rows, right: Rows) -> _core.Overlap | None:
        none = np.zeros(right.size, np.uint8)
        theta = self.annotations.table["theta"].astype(np.float64)
        if self.annotations.masks.rows and not theta.any():
            return _core.mask_overlap(self._masks(right), self._masks(left), none)
        if theta.any():
            return _core.rotated_overlap(
                self.box[right], theta[right], self.box[left], theta[left], none
            )
        return None

    def _masks(self, rows: Rows) -> _core.MaskArrays:
        return aligned_masks(self.items, self.annotations, rows, self.annotations.table.take(rows))[
            0
        ]

    def shared(self, pairs: Neighbours) -> Values:
        """Intersection of each pair, square pixels, from IoU and the two areas."""
        both = self.area[pairs.row] + self.area[pairs.other]
        shared: Values = pairs.iou * both / (1 + pairs.iou)
        return shared

    def most(self, pairs: Neighbours, values: Values) -> Values:
        """(N,) greatest value among each object's pairs; 0 without any, nan for no object."""
        most = np.zeros(self.count)
        np.maximum.at(most, pairs.row, values)
        return self.defined(most)

    # --- time --------------------------------------------------------------------------------

    @cached_property
    def frame(self) -> NDArray[np.int32]:
        """(items,) number in time, with a gap of 8 between sequences; -1 without a sequence."""
        sequence = self.items["sequence"].astype(str)
        frame = np.full(self.items.rows, -1, np.int32)
        inside = np.flatnonzero(sequence != "")
        if not inside.size:
            return frame
        _, number = np.unique(sequence[inside], return_inverse=True)
        order = np.lexsort((self.items["position"][inside], number))
        change = np.diff(number[order], prepend=number[order][:1]) != 0
        frame[inside[order]] = np.arange(order.size) + 8 * np.cumsum(change)
        return frame

    @cached_property
    def track(self) -> NDArray[np.int64]:
        """(N,) number of the track within its sequence, -1 without."""
        names = self.annotations.table["track"].astype(str)
        sequence = self.items["sequence"].astype(str)[self.item]
        track = np.full(self.count, -1, np.int64)
        known = np.flatnonzero((names != "") & (sequence != ""))
        if known.size:
            both = np.stack([sequence[known], names[known]], axis=1)
            track[known] = np.unique(both, axis=0, return_inverse=True)[1].ravel()
        return track

    @cached_property
    def tracked(self) -> Rows:
        """Rows of objects within sequences, ascending."""
        return self.rows[self.frame[self.item[self.rows]] >= 0]

    # --- results -----------------------------------------------------------------------------

    def defined(self, values: Values, where: NDArray[np.bool_] | None = None) -> Values:
        """(N,) the values of objects, nan for everything else."""
        kept = self.is_object if where is None else self.is_object & where
        return np.where(kept, values, np.nan)

    def per_item(self, values: Values | None = None) -> Values:
        """(items,) sums over the objects of each image; without values, their number."""
        weights = None if values is None else values[self.rows]
        return np.bincount(self.item[self.rows], weights, self.items.rows).astype(np.float64)

    @property
    def masked(self) -> NDArray[np.bool_]:
        """(N,) rows that cover pixels by a mask."""
        has = np.zeros(self.count, np.bool_)
        has[self.annotations.masks["row"]] = True
        result: NDArray[np.bool_] = has & np.isin(self.kind, MASKED)
        return result
