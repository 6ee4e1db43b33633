"""Labels of a label transformer as ground truth: relative coordinates become pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.kernels import _core
from boxscore.schema.kinds import Kind, Mark, Shape
from boxscore.schema.labels import (
    BoundingBox,
    BoundingBoxLabel,
    ClassificationLabel,
    DataLabel,
    KeypointLabel,
    Label,
    PolygonLabel,
)
from boxscore.schema.ontology import ClassRow, Ontology, OntologyBuilder
from boxscore.schema.tables import GROUND_TRUTH, MASKS, POINTS, Annotations, Table
from boxscore.sources.coco_items import texts_of
from boxscore.sources.report import ImportReport

QUESTION = "What is in the frame?"
NO_BOX = (np.nan, np.nan, np.nan, np.nan)
Hashes = tuple[str, ...]


class UnusableLabel(Exception):
    """One label cannot be used; the others can."""


@dataclass(slots=True)
class _Row:
    item: int
    hashes: Hashes
    kind: Kind
    number: int
    box: tuple[float, ...] = NO_BOX
    theta: float = 0.0
    area: float = np.nan
    mask: bytes | None = None
    points: NDArray[np.float64] | None = None


@dataclass(slots=True)
class FolderLabels:
    """Turns labels into tables.

    Args:
        items: The images.
        places: Absolute path of an image or video -> the rows of its frames.
        report: Labels that do not fit are rejected here.
    """

    items: Table
    places: dict[Path, range]
    report: ImportReport
    _builder: OntologyBuilder = field(default_factory=OntologyBuilder)
    _known: dict[tuple[str, Shape], Hashes] = field(default_factory=dict)

    def tables(self, labels: Sequence[DataLabel]) -> tuple[Annotations, Ontology]:
        """Ground truth and the ontology that grew with it."""
        rows: list[_Row] = []
        for number, label in enumerate(labels):
            try:
                rows += self._rows(label, number)
            except UnusableLabel as bad:
                code = "E-LABEL"
                self.report.reject(code, f"label {number} of {label.abs_data_path}", str(bad))
        ontology = self._builder.build()
        class_of = {_hashes(row): row.class_id for row in ontology.classes}
        rows.sort(key=lambda row: (row.item, row.number))
        return _annotations(rows, class_of), ontology

    def _rows(self, given: DataLabel, number: int) -> list[_Row]:
        """One row; an answer about a whole video is one for each of its frames."""
        frames = self.places.get(Path(given.abs_data_path).absolute())
        if frames is None:
            raise UnusableLabel("the image is not among the files of this project")
        whole = isinstance(given.label, ClassificationLabel)
        return [self._row(given.label, item, number) for item in _chosen(frames, given, whole)]

    def _row(self, label: Label, item: int, number: int) -> _Row:
        name = str(label.class_).strip()
        if not name:
            raise UnusableLabel("the class has no name")
        if isinstance(label, ClassificationLabel):
            return _Row(item, self._builder.option(QUESTION, name), Kind.CLASSIFICATION, number)
        row = _Row(item, (), Kind.BOX, number)
        shape = _place(label, self._size(item), row)
        row.hashes = self._object(name, shape)
        return row

    def _size(self, item: int) -> tuple[int, int]:
        return int(self.items["width"][item]), int(self.items["height"][item])

    def _object(self, name: str, shape: Shape) -> Hashes:
        if (name, shape) not in self._known:
            self._known[name, shape] = (self._builder.object(name, shape),)
        return self._known[name, shape]


def _chosen(frames: range, given: DataLabel, whole: bool) -> range:
    """Rows of the frames that a label is for."""
    frame: object = given.frame
    if frame is None:
        if len(frames) > 1 and not whole:
            problem = f"an object on a video of {len(frames)} frames needs its frame"
            raise UnusableLabel(f"{problem}: DataLabel(path, label, frame=...)")
        return frames
    if isinstance(frame, bool) or not isinstance(frame, int) or not 0 <= frame < len(frames):
        raise UnusableLabel(f"frame {shown(frame)} is not one of 0 to {len(frames) - 1}")
    return frames[frame : frame + 1]


def _hashes(row: ClassRow) -> Hashes:
    if row.attribute_hash is None or row.option_hash is None:
        return (row.feature_hash,)
    return (row.feature_hash, row.attribute_hash, row.option_hash)


def _place(label: Label, size: tuple[int, int], row: _Row) -> Shape:
    """Write the geometry into the row; returns the shape of its class."""
    if isinstance(label, BoundingBoxLabel):
        return _box(label, size, row)
    if isinstance(label, PolygonLabel):
        return _polygon(label, size, row)
    assert isinstance(label, KeypointLabel)
    point = _numbers([label.point])
    row.points, row.kind = _relative(point) * [size], Kind.KEYPOINTS
    x, y = row.points[0].tolist()
    row.box, row.area = (x, y, 0.0, 0.0), 0.0
    return Shape.POINT


def _box(label: BoundingBoxLabel, size: tuple[int, int], row: _Row) -> Shape:
    box, (width, height) = label.bounding_box, size
    if not isinstance(box, BoundingBox):
        raise UnusableLabel(f"the box is a {type(box).__name__}, not a BoundingBox")
    row.box = (box.x * width, box.y * height, box.w * width, box.h * height)
    row.area = row.box[2] * row.box[3]
    if not box.theta % 360:
        return Shape.BOUNDING_BOX
    row.theta, row.kind = float(box.theta), Kind.ROTATED_BOX
    return Shape.ROTATABLE_BOUNDING_BOX


def _polygon(label: PolygonLabel, size: tuple[int, int], row: _Row) -> Shape:
    points = _numbers(label.polygon)
    if len(points) < 3:
        raise UnusableLabel(f"a polygon of shape {points.shape}; it needs (N, 2), N at least 3")
    width, height = size
    row.points, row.kind = _relative(points) * [size], Kind.POLYGON
    counts, _, status = _core.masks_from_polygons(
        row.points.ravel(),
        np.array([0, row.points.size], np.int64),
        np.array([0, 1], np.int64),
        np.array([height], np.int32),
        np.array([width], np.int32),
        threads=1,
    )
    if status[0]:
        raise UnusableLabel("the polygon cannot be drawn on the image")
    row.mask = counts.tobytes()
    low, high = row.points.min(axis=0), row.points.max(axis=0)
    row.box = (*low.tolist(), *(high - low).tolist())
    x, y = row.points.T
    row.area = float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
    return Shape.POLYGON


def _numbers(points: object) -> NDArray[np.float64]:
    try:
        array = np.asarray(points, np.float64)
    except (TypeError, ValueError):
        raise UnusableLabel(f"points are no numbers: {shown(points)}") from None
    if array.ndim != 2 or array.shape[1] != 2:
        raise UnusableLabel(f"points of shape {array.shape}; they need (N, 2)")
    return array


def _relative(points: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.isfinite(points).all() and points.min() >= -1e-6 and points.max() <= 1 + 1e-6
    if not inside:
        raise UnusableLabel(f"points must be relative, within 0..1: {shown(points.tolist())}")
    return points


def _annotations(rows: list[_Row], class_of: dict[Hashes, int]) -> Annotations:
    boxes = np.array([row.box for row in rows], np.float64).reshape(-1, 4)
    zero = (boxes[:, 2:] == 0).any(axis=1)
    table = Table(
        GROUND_TRUTH,
        {
            "item": np.array([row.item for row in rows], np.int32),
            "class_id": np.array([class_of[row.hashes] for row in rows], np.int32),
            "kind": np.array([int(row.kind) for row in rows], np.uint8),
            "x": boxes[:, 0].copy(),
            "y": boxes[:, 1].copy(),
            "width": boxes[:, 2].copy(),
            "height": boxes[:, 3].copy(),
            "theta": np.array([row.theta for row in rows], np.float64),
            "area": np.array([row.area for row in rows], np.float64),
            "marks": np.where(zero, int(Mark.ZERO_AREA), 0).astype(np.uint16),
            "track": texts_of([""] * len(rows)),
            "source_row": np.array([row.number for row in rows], np.int64),
            "crowd": np.zeros(len(rows), np.bool_),
            "source_id": np.array([row.number for row in rows], np.int64),
        },
    )
    return Annotations(table=table, masks=_masks(rows), points=_points(rows))


def _masks(rows: list[_Row]) -> Table:
    masked = [(k, row.mask) for k, row in enumerate(rows) if row.mask is not None]
    counts = np.empty(len(masked), object)
    counts[:] = [mask for _, mask in masked]
    return Table(MASKS, {"row": np.array([k for k, _ in masked], np.int64), "counts": counts})


def _points(rows: list[_Row]) -> Table:
    outlined = [(k, row.points) for k, row in enumerate(rows) if row.points is not None]
    if not outlined:
        return Table.empty(POINTS)
    xy = np.concatenate([points for _, points in outlined])
    owners = np.repeat(
        np.array([k for k, _ in outlined], np.int64), [len(points) for _, points in outlined]
    )
    return Table(
        POINTS,
        {
            "row": owners,
            "part": np.zeros(len(owners), np.int32),
            "x": xy[:, 0].copy(),
            "y": xy[:, 1].copy(),
            "visibility": np.full(len(owners), 2, np.uint8),
        },
    )
