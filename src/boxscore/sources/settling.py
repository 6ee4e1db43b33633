"""A raw set whose ids and conventions are decided -> annotation tables; every record is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.kernels import _core
from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.tables import (
    KEYPOINT_PART,
    MASKS,
    POINTS,
    TRAITS,
    Annotations,
    Table,
    TableSchema,
)
from boxscore.sources.box_forms import boxes_around, boxes_as_pixels, points_as_pixels
from boxscore.sources.duplicates import repeated_rows
from boxscore.sources.raw import Convention, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.rotated_corners import rectangle_around

LARGEST = 1e9
"""A coordinate beyond it, in pixels, is no coordinate."""
MASK_PROBLEMS = {
    1: "the image has more than 2^28 pixels: too large for a mask",
    7: "a coordinate is not finite",
    8: "a coordinate lies far beyond the image: over 10 times its size",
    9: "a part has fewer than 3 points",
    10: "more than 100000 points, or too many crossings",
}

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What was decided of a raw set.

    Attributes:
        item: (images,) row of `items` of each raw image, -1 unknown.
        class_id: (classes,) row of the ontology's classes of each raw class, -1 unknown, -2 left
            out on purpose.
        convention: How boxes and points are meant, without open ends.
        width, height: (items,) pixels that the coordinates refer to.
        fixes: What to do about an unknown image or class, for messages.
    """

    item: NDArray[np.int32]
    class_id: NDArray[np.int32]
    convention: Convention
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    fixes: tuple[str, str] = ("", "")


def annotations_of(
    raw: RawSet, settled: Settlement, schema: TableSchema, report: ImportReport
) -> Annotations:
    """The usable records, sorted by item, then as read; the others are reported.

    Args:
        schema: GROUND_TRUTH or PREDICTIONS.
    """
    work = _Work(raw, settled, report)
    work.check_names()
    work.check_confidence(schema.name == "predictions")
    work.place_boxes()
    work.place_points()
    work.check_boxes()
    work.mark_repeats(schema.name == "predictions")
    return work.tables(schema)


class _Work:
    """Records under way: alive until a rule rejects them."""

    def __init__(self, raw: RawSet, settled: Settlement, report: ImportReport) -> None:
        self.raw, self.settled, self.report = raw, settled, report
        c = raw.columns
        self.alive = np.ones(raw.rows, np.bool_)
        self.item = settled.item[c["image"]] if raw.images else np.full(raw.rows, -1, np.int32)
        self.class_id = (
            settled.class_id[c["class_ref"]] if raw.classes else np.full(raw.rows, -1, np.int32)
        )
        self.marks = c["marks"].copy()
        self.kind = c["kind"]
        self.theta = c["theta"].copy()
        self.counts: dict[int, bytes] = {}
        self.mask_area = np.full(raw.rows, np.nan)

    def drop(self, flags: Flags, code: str, problem: Callable[[int], str], fix: str = "") -> None:
        """Reject the flagged records that are still alive."""
        rows = np.flatnonzero(flags & self.alive)
        for row in rows.tolist():
            self.report.reject(code, self.raw.place(row), problem(row), fix)
        self.alive[rows] = False

    def repair(self, flags: Flags, code: str, problem: Callable[[int], str], mark: Mark) -> None:
        """Keep and mark the flagged records that are alive."""
        rows = np.flatnonzero(flags & self.alive)
        self.report.repair_rows(
            code, rows.tolist(), lambda row: (self.raw.place(row), problem(row))
        )
        self.marks[rows] |= int(mark)

    def check_names(self) -> None:
        """Unknown images and classes reject; classes left out on purpose are counted."""
        raw, image_fix, class_fix = self.raw, *self.settled.fixes
        c = raw.columns
        left_out = self.class_id == -2
        if left_out.any():
            self.report.note("N-CLASS-LEFT-OUT", "records of left-out classes", int(left_out.sum()))
            self.alive[left_out] = False
        self.drop(
            self.item < 0,
            "E-IMAGE-UNKNOWN",
            lambda r: f"image {shown(raw.images[c['image'][r]].key)} is not in the project",
            image_fix,
        )
        self.drop(
            self.class_id == -1,
            "E-CLASS-UNKNOWN",
            lambda r: f"{raw.classes[c['class_ref'][r]].words()} is not in the ontology",
            class_fix,
        )

    def check_confidence(self, predicted: bool) -> None:
        """A prediction needs a finite confidence; one outside 0..1 is kept and counted."""
        if not predicted:
            return
        value = self.raw.columns["confidence"]
        self.drop(
            ~np.isfinite(value), "E-CONFIDENCE", lambda r: f"confidence {value[r]} is no number"
        )
        outside = int((self.alive & ((value < 0) | (value > 1))).sum())
        if outside:
            self.report.note("W-CONFIDENCE-RANGE", "confidences outside 0..1: kept", outside)

    def _sizes(self, rows: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        item = np.maximum(self.item[rows], 0)
        w, h = self.settled.width, self.settled.height
        if not w.size:
            return np.ones(len(item)), np.ones(len(item))
        return w[item].astype(np.float64), h[item].astype(np.float64)

    def place_boxes(self) -> None:
        """x, y, width, height in pixels; numbers given so stay exactly as read."""
        size = self._sizes(np.arange(self.raw.rows))
        with np.errstate(all="ignore"):
            self.box = boxes_as_pixels(self.raw.box, *size, self.settled.convention)

    def place_points(self) -> None:
        """Points in pixels; polygons become masks, and records without a box get one around."""
        points = {name: np.asarray(v) for name, v in self.raw.points.items()}
        if points["row"].size:
            size = self._sizes(points["row"])
            points["x"], points["y"] = points_as_pixels(
                points["x"], points["y"], *size, self.settled.convention
            )
        self.points = points
        self._enclose_unsized()
        self._turn()
        self._rasterise()
        self._check_mask_sizes()
        self.counts.update(self.raw.masks)
        self._measure()
        self._box_around()

    def _enclose_unsized(self) -> None:
        """Outlines in shares of images of unknown size have no shape: the boxes around them do."""
        unsized = np.asarray((self.settled.width == 1) & (self.settled.height == 1))
        if not unsized.any():
            return
        bare: Flags = self.alive & (self.item >= 0)
        bare[bare] = unsized[self.item[bare]]
        shaped = self._of_kind(Kind.POLYGON, Kind.ROTATED_BOX, Kind.KEYPOINTS)
        own = shaped & bare[self.points["row"]]
        rows = np.unique(self.points["row"][own])
        if not rows.size:
            return
        problem = "outlines and keypoints on images of unknown size: the boxes around them are kept"
        self.report.note("W-SHAPE-NO-SIZE", problem, rows.size)
        around = boxes_around(self.points, own, self.raw.rows)
        boxed = np.isfinite(self.box[rows]).all(axis=1)
        self.box[rows] = np.where(boxed[:, None], self.box[rows], around[rows])
        self.kind = self.kind.copy()
        self.kind[rows] = int(Kind.BOX)
        self.points = {name: values[~own] for name, values in self.points.items()}

    def _turn(self) -> None:
        """Rotated boxes that are given by their corners."""
        own = self._of_kind(Kind.ROTATED_BOX)
        rows = np.unique(self.points["row"][own])
        if rows.size:
            corners = np.stack([self.points["x"][own], self.points["y"][own]], axis=1)
            self.box[rows], self.theta[rows] = rectangle_around(corners.reshape(-1, 4, 2))
            self.points = {name: values[~own] for name, values in self.points.items()}

    def _rasterise(self) -> None:
        outline = self._of_kind(Kind.POLYGON) & (self.points["part"] != KEYPOINT_PART)
        rows = np.unique(self.points["row"][outline])
        rows = rows[self.alive[rows]]
        if not rows.size:
            return
        own = np.isin(self.points["row"], rows) & outline
        row, part = self.points["row"][own], self.points["part"][own]
        new_part = np.flatnonzero(np.append(True, (row[1:] != row[:-1]) | (part[1:] != part[:-1])))
        xy = np.stack([self.points["x"][own], self.points["y"][own]], axis=1).ravel()
        parts = np.append(new_part * 2, xy.size).astype(np.int64)
        first = np.append(np.searchsorted(row[new_part], rows), new_part.size).astype(np.int64)
        item = self.item[rows]
        height, width = self.settled.height[item], self.settled.width[item]
        counts, offsets, status = _core.masks_from_polygons(xy, parts, first, height, width)
        flat, ends = counts.tobytes(), offsets.tolist()
        wrong = np.zeros(self.raw.rows, np.uint8)
        wrong[rows] = status
        self.drop(
            wrong > 0, "E-POLYGON", lambda r: MASK_PROBLEMS.get(int(wrong[r]), "is no polygon")
        )
        for r, (a, b) in zip(rows.tolist(), pairwise(ends), strict=True):
            if not wrong[r]:
                self.counts[r] = flat[a:b]

    def _check_mask_sizes(self) -> None:
        """A mask is for images of its own size; a turned one would have as many pixels."""
        given = self.raw.mask_sizes
        rows = np.array([row for row in given if self.alive[row]], np.int64)
        if not rows.size:
            return
        item, size = self.item[rows], np.array([given[r] for r in rows.tolist()])
        due = np.stack([self.settled.width[item], self.settled.height[item]], axis=1)
        wrong = np.zeros(self.raw.rows, np.bool_)
        wrong[rows] = (size != due).any(axis=1)
        sizes = dict(zip(rows.tolist(), due.tolist(), strict=True))
        self.drop(
            wrong,
            "E-MASK-SIZE",
            lambda r: "the mask has {} x {} pixels, its image {} x {}".format(*given[r], *sizes[r]),
            "write masks at the size of their images, without interpolation",
        )

    def _measure(self) -> None:
        """Area of every mask, and its box where none was given."""
        rows = np.array([r for r in sorted(self.counts) if self.alive[r]], np.int64)
        if not rows.size:
            return
        texts = [self.counts[r] for r in rows.tolist()]
        offsets = np.concatenate([[0], np.cumsum([len(t) for t in texts])]).astype(np.int64)
        flat = np.frombuffer(b"".join(texts), np.uint8)
        item = self.item[rows]
        sizes = self.settled.height[item], self.settled.width[item]
        flat, offsets, status = _core.masks_from_compressed(flat, offsets, *sizes)
        wrong = np.zeros(self.raw.rows, np.uint8)
        wrong[rows] = status
        self.drop(wrong > 0, "E-MASK", lambda _: "run lengths do not fill the image")
        area, box = _core.mask_area_box(flat, offsets, *sizes)
        self.mask_area[rows] = area
        bare = np.isnan(self.box[rows]).any(axis=1)
        self.box[rows[bare]] = box[bare]

    def _box_around(self) -> None:
        """Polylines and keypoints without a box get the one around their points."""
        rows = self.points["row"]
        for row in np.unique(rows[self._of_kind(Kind.KEYPOINTS, Kind.POLYLINE)]).tolist():
            if np.isnan(self.box[row]).any():
                own = rows == row
                x, y = self.points["x"][own], self.points["y"][own]
                self.box[row] = x.min(), y.min(), np.ptp(x), np.ptp(y)

    def _of_kind(self, *kinds: Kind) -> Flags:
        chosen: Flags = np.isin(self.kind[self.points["row"]], [int(k) for k in kinds])
        return chosen

    def check_boxes(self) -> None:
        """Sizes below zero and numbers that are none reject; empty and outer boxes are marked."""
        has = self.kind != Kind.CLASSIFICATION
        box = self.box
        with np.errstate(invalid="ignore"):
            unreal = has & ~(np.abs(box) <= LARGEST).all(axis=1)
            negative = has & (box[:, 2:] < 0).any(axis=1)
            empty = has & (box[:, 2:] == 0).any(axis=1)
            w, h = self._sizes(np.arange(self.raw.rows))
            x1, y1 = box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]
            outside = has & ((box[:, 0] >= w) | (box[:, 1] >= h) | (x1 <= 0) | (y1 <= 0))
        given = self.raw.box
        self.drop(unreal, "E-BOX-NOT-FINITE", lambda r: f"box {given[r].tolist()} is no box")
        self.drop(
            negative,
            "E-BOX-NEGATIVE",
            lambda r: f"box {given[r].tolist()} has a negative size",
            "say how boxes are written:  boxes: {corners: ...}  in a file for --mapping",
        )
        self.repair(
            empty, "W-BOX-ZERO", lambda r: f"box {given[r].tolist()} is empty: kept", Mark.ZERO_AREA
        )
        self.repair(
            outside & ~empty,
            "W-BOX-OUTSIDE",
            lambda r: f"box {given[r].tolist()} lies outside the image: kept",
            Mark.OUTSIDE,
        )

    def mark_repeats(self, predicted: bool) -> None:
        """Boxes that stand twice, as where a program appended to the files of its last run."""
        among = self.alive & np.isin(self.kind, (Kind.BOX, Kind.ROTATED_BOX))
        confidence = self.raw.columns["confidence"]
        columns = (self.item, self.class_id, *self.box.T, self.theta, confidence)
        again = repeated_rows(columns, among, np.arange(self.raw.rows))
        what = "prediction" if predicted else "label"
        self.repair(
            again, "W-DUPLICATE", lambda _: f"the same {what} again: both kept", Mark.DUPLICATE
        )

    def tables(self, schema: TableSchema) -> Annotations:
        """Living records as tables."""
        raw, c = self.raw, self.raw.columns
        alive = np.flatnonzero(self.alive)
        index = alive[np.argsort(self.item[alive], kind="stable")]
        box = self.box[index]
        area = c["area"][index]
        by_mask = self.mask_area[index]
        boxed = np.where(np.isnan(by_mask), box[:, 2] * box[:, 3], by_mask)
        columns: dict[str, NDArray[Any]] = {
            "item": self.item[index],
            "class_id": self.class_id[index].astype(np.int32),
            "kind": self.kind[index],
            **{name: box[:, k].copy() for k, name in enumerate(("x", "y", "width", "height"))},
            "theta": self.theta[index],
            "area": np.where(np.isnan(area), boxed, area),
            "marks": self.marks[index],
            "track": _texts([raw.track[r] for r in index.tolist()]),
            "source_row": index.astype(np.int64),
        }
        if schema.name == "predictions":
            columns["confidence"] = c["confidence"][index]
        else:
            columns["crowd"] = c["crowd"][index]
            columns["source_id"] = index.astype(np.int64)
        row_of = np.full(raw.rows, -1, np.int64)
        row_of[index] = np.arange(index.size)
        return Annotations(
            table=Table(schema, columns),
            masks=self._mask_table(row_of),
            points=self._point_table(row_of),
            traits=self._trait_table(row_of),
        )

    def _mask_table(self, row_of: NDArray[np.int64]) -> Table:
        kept = sorted((int(row_of[r]), t) for r, t in self.counts.items() if row_of[r] >= 0)
        row = np.array([r for r, _ in kept], np.int64)
        return Table(MASKS, {"row": row, "counts": _texts([t for _, t in kept])})

    def _point_table(self, row_of: NDArray[np.int64]) -> Table:
        row = row_of[self.points["row"]] if self.points["row"].size else np.empty(0, np.int64)
        order = np.argsort(row, kind="stable")
        order = order[row[order] >= 0]
        columns = {name: self.points[name][order] for name in ("part", "x", "y", "visibility")}
        return Table(POINTS, {"row": row[order], **columns})

    def _trait_table(self, row_of: NDArray[np.int64]) -> Table:
        """By row, then name; every number is put in its place at once, nothing is sorted."""
        of_row = np.zeros(row_of.size + 1, np.int64)
        for given, _ in self.raw.traits.values():
            rows = row_of[given]
            of_row[rows + 1] += rows >= 0  # a record has each name once
        place = np.cumsum(of_row)
        size = int(place[-1])
        row, value = np.empty(size, np.int64), np.empty(size, np.float64)
        names = np.empty(size, object)
        for name, (given, values) in sorted(self.raw.traits.items()):
            rows = row_of[given]
            alive = rows >= 0
            at = place[rows[alive]]
            row[at], value[at], names[at] = rows[alive], values[alive], name
            place[rows[alive]] += 1
        return Table(TRAITS, {"row": row, "name": names, "value": value})


def _texts(values: list[Any]) -> NDArray[np.object_]:
    out = np.empty(len(values), object)
    out[:] = values
    return out
