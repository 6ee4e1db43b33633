"""Labels of a LabelTransformer -> an ontology and ground truth in pixels."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.kernels import _core
from boxscore.schema.kinds import Kind, Mark, Shape
from boxscore.schema.labels import (
    BoundingBoxLabel,
    ClassificationLabel,
    DataLabel,
    KeypointLabel,
    PolygonLabel,
)
from boxscore.schema.ontology import Ontology, OntologyBuilder
from boxscore.schema.tables import GROUND_TRUTH, MASKS, POINTS, Annotations, Table
from boxscore.sources.report import ImportReport

QUESTION = "What is in the frame?"
TOLERANCE = 1e-6
VISIBLE = 2
NO_BOX = (math.nan,) * 4
Numbers = NDArray[np.float64]


class _UnusableError(Exception):
    """One label cannot be used; the others can."""


@dataclass(slots=True, kw_only=True)
class _Row:
    item: int
    number: int
    kind: Kind
    name: str
    shape: Shape | None
    box: tuple[float, ...] = NO_BOX
    theta: float = 0.0
    area: float = math.nan
    marks: int = 0
    mask: bytes = b""
    points: Numbers | None = None


def class_of(label: Any) -> tuple[str, str]:
    """Kind of a label ("classification", "bounding box", ...) and the name of its class."""
    kinds = {
        ClassificationLabel: "classification",
        BoundingBoxLabel: "bounding box",
        PolygonLabel: "polygon",
        KeypointLabel: "keypoint",
    }
    kind = next((word for known, word in kinds.items() if isinstance(label, known)), "unknown")
    return kind, str(getattr(label, "class_", ""))


def read_labels(
    labels: Sequence[DataLabel], paths: Mapping[str, Path], items: Table, report: ImportReport
) -> tuple[Ontology, Annotations]:
    """The classes that the labels name, in order, and the labels as ground truth.

    Args:
        paths: Absolute path of every item's image, in order.

    Raises:
        SourceError: Not one label belongs to an image of the folder.
    """
    find = _Finder(paths)
    sizes = list(zip(items["width"].tolist(), items["height"].tolist(), strict=True))
    rows: list[_Row] = []
    unknown: list[DataLabel] = []
    for number, label in enumerate(labels):
        item = find(label.abs_data_path)
        if item is None:
            unknown.append(label)
            continue
        try:
            rows.append(_row(label.label, item, number, sizes[item]))
        except _UnusableError as bad:
            report.reject("E-LABEL", f"label {number} of {_named(label)}", str(bad))
    if unknown:
        _count_unknown(unknown, len(labels), report)
    rows.sort(key=lambda row: row.item)
    ontology, class_ids = _classes(rows)
    return ontology, _annotations(rows, class_ids)


def _named(label: DataLabel) -> str:
    return shown(Path(label.abs_data_path).name)


def _count_unknown(unknown: list[DataLabel], total: int, report: ImportReport) -> None:
    problem = f"labels of files that are not among the images, as {_named(unknown[0])}"
    if len(unknown) == total:
        fix = "abs_data_path must be one of the data_files given to from_custom_labels"
        raise SourceError(report.path, "", f"all are {problem}", fix=fix, code="E-LABEL-IMAGE")
    report.note("W-LABEL-IMAGE", f"{problem}: left out", len(unknown), wrong=True)


class _Finder:
    """Paths that a transformer gives -> items."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self.known = {str(path): item for item, path in enumerate(paths.values())}
        self.titles = {title: item for item, title in enumerate(paths)}

    def __call__(self, path: Any) -> int | None:
        text = os.fspath(path)
        found = self.known.get(text, self.titles.get(text))
        return self.known.get(os.path.realpath(text)) if found is None else found


def _row(label: Any, item: int, number: int, size: tuple[int, int]) -> _Row:
    kind, name = class_of(label)
    if kind == "unknown":
        raise _UnusableError(f"{type(label).__name__} is no kind of label")
    if not name.strip():
        raise _UnusableError("its class has no name")
    if isinstance(label, ClassificationLabel):
        return _Row(item=item, number=number, kind=Kind.CLASSIFICATION, name=name, shape=None)
    if isinstance(label, BoundingBoxLabel):
        return _box(label, item, number, name, size)
    if isinstance(label, PolygonLabel):
        return _polygon(label, item, number, name, size)
    points = _points_of([label.point], size, 1)
    row = _Row(item=item, number=number, kind=Kind.KEYPOINTS, name=name, shape=Shape.POINT)
    row.points = points
    return row


def _box(label: BoundingBoxLabel, item: int, number: int, name: str, size: tuple[int, int]) -> _Row:
    given = label.bounding_box
    try:
        x, y, w, h, theta = (float(getattr(given, n)) for n in ("x", "y", "w", "h", "theta"))
    except (AttributeError, TypeError, ValueError):
        raise _UnusableError("its bounding_box is no BoundingBox") from None
    low, high = -TOLERANCE, 1 + TOLERANCE
    # Written so that NaN fails.
    if not (low <= x and low <= y and w >= 0 and h >= 0 and x + w <= high and y + h <= high):
        raise _UnusableError(f"box x {x:g}, y {y:g}, w {w:g}, h {h:g} leaves the image")
    rotated = bool(theta % 360)
    row = _Row(
        item=item,
        number=number,
        kind=Kind.ROTATED_BOX if rotated else Kind.BOX,
        name=name,
        shape=Shape.ROTATABLE_BOUNDING_BOX if rotated else Shape.BOUNDING_BOX,
        box=(x * size[0], y * size[1], w * size[0], h * size[1]),
        theta=theta if rotated else 0.0,
    )
    row.area = row.box[2] * row.box[3]
    row.marks = int(Mark.NONE if row.area else Mark.ZERO_AREA)
    return row


def _points_of(given: Any, size: tuple[int, int], least: int) -> Numbers:
    """(N, 2) pixels."""
    try:
        points = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise _UnusableError("its points are no numbers") from None
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < least:
        raise _UnusableError(f"points of shape {points.shape}; (N, 2) is needed, N >= {least}")
    # Written so that NaN fails.
    if not (points.min() >= -TOLERANCE and points.max() <= 1 + TOLERANCE):
        raise _UnusableError("its points leave 0..1: divide x by the width, y by the height")
    return points * np.array(size, np.float64)


def _polygon(label: PolygonLabel, item: int, number: int, name: str, size: tuple[int, int]) -> _Row:
    row = _Row(item=item, number=number, kind=Kind.POLYGON, name=name, shape=Shape.POLYGON)
    row.points = _points_of(label.polygon, size, 3)
    width, height = np.array([size[0]], np.int32), np.array([size[1]], np.int32)
    ends = np.array([0, row.points.size], np.int64)
    parts = np.array([0, 1], np.int64)
    counts, offsets, status = _core.masks_from_polygons(
        row.points.ravel(), ends, parts, height, width, threads=1
    )
    if status[0]:
        raise _UnusableError("its polygon cannot be filled")
    area, box = _core.mask_area_box(counts, offsets, height, width, threads=1)
    row.mask, row.area, row.box = counts.tobytes(), float(area[0]), tuple(box[0].tolist())
    row.marks = int(Mark.BOX_COMPUTED | Mark.AREA_COMPUTED)
    if not row.area:
        row.marks |= int(Mark.ZERO_AREA)
    return row


def _classes(rows: list[_Row]) -> tuple[Ontology, list[int]]:
    """Classes in the order in which the labels name them; objects first."""
    builder = OntologyBuilder()
    keys = dict.fromkeys((row.name, row.shape) for row in sorted(rows, key=lambda r: r.number))
    places: dict[tuple[str, Shape | None], int] = {}
    for name, shape in keys:
        if shape is not None:
            builder.object(name, shape)
            places[name, shape] = len(places)
    for name, shape in keys:
        if shape is None:
            builder.option(QUESTION, name)
            places[name, shape] = len(places)
    return builder.build(), [places[row.name, row.shape] for row in rows]


def _annotations(rows: list[_Row], class_ids: list[int]) -> Annotations:
    box = np.array([row.box for row in rows], np.float64).reshape(-1, 4)
    numbers = np.array([row.number for row in rows], np.int64)
    columns: dict[str, NDArray[Any]] = {
        "item": np.array([row.item for row in rows], np.int32),
        "class_id": np.array(class_ids, np.int32),
        "kind": np.array([int(row.kind) for row in rows], np.uint8),
        "x": box[:, 0].copy(),
        "y": box[:, 1].copy(),
        "width": box[:, 2].copy(),
        "height": box[:, 3].copy(),
        "theta": np.array([row.theta for row in rows], np.float64),
        "area": np.array([row.area for row in rows], np.float64),
        "marks": np.array([row.marks for row in rows], np.uint16),
        "track": np.full(len(rows), "", object),
        "source_row": numbers,
        "crowd": np.zeros(len(rows), np.bool_),
        "source_id": numbers,
    }
    return Annotations(table=Table(GROUND_TRUTH, columns), masks=_masks(rows), points=_points(rows))


def _masks(rows: list[_Row]) -> Table:
    masked = [k for k, row in enumerate(rows) if row.mask]
    counts = np.empty(len(masked), object)
    counts[:] = [rows[k].mask for k in masked]
    return Table(MASKS, {"row": np.array(masked, np.int64), "counts": counts})


def _points(rows: list[_Row]) -> Table:
    outlined = [(k, row.points) for k, row in enumerate(rows) if row.points is not None]
    if not outlined:
        return Table.empty(POINTS)
    points = np.concatenate([some for _, some in outlined])
    owners = np.array([k for k, _ in outlined], np.int64)
    return Table(
        POINTS,
        {
            "row": np.repeat(owners, [len(some) for _, some in outlined]),
            "part": np.zeros(len(points), np.int32),
            "x": points[:, 0].copy(),
            "y": points[:, 1].copy(),
            "visibility": np.full(len(points), VISIBLE, np.uint8),
        },
    )
