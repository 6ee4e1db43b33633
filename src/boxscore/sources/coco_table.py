"""Checked COCO records -> annotation tables, sorted by item."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Kind
from boxscore.schema.tables import MASKS, POINTS, Annotations, Table, TableSchema
from boxscore.sources.coco_geometry import Geometry
from boxscore.sources.coco_keypoints import GEOMETRY_EXTRA, Keypoints
from boxscore.sources.segmentation import POLYGONS, Segmentations
from boxscore.sources.sieve import Sieve

VISIBLE = 2


def annotations_of(
    schema: TableSchema,
    sieve: Sieve,
    item: NDArray[np.int32],
    class_id: NDArray[np.int32],
    geometry: Geometry,
    area: NDArray[np.float64],
    **more: NDArray[Any],
) -> Annotations:
    """The living records in order of item, then of the file.

    Args:
        item, class_id: (N,) rows of the items table and the ontology's classes.
        area: (N,) square pixels.
        more: The schema's further columns, (N,) each.
    """
    index = _in_order(sieve, item)
    box = geometry.box
    every: dict[str, NDArray[Any]] = {
        "item": item,
        "class_id": class_id,
        "kind": geometry.kind,
        "x": box[:, 0],
        "y": box[:, 1],
        "width": box[:, 2],
        "height": box[:, 3],
        "area": area,
        "marks": sieve.marks,
        "source_row": sieve.records.row,
        **more,
    }
    whole = index.size == sieve.alive.size and bool(np.all(index == np.arange(index.size)))
    columns = {
        name: np.ascontiguousarray(values) if whole else values[index]
        for name, values in every.items()
    }
    columns["track"] = np.full(index.size, "", object)
    return Annotations(
        table=Table(schema, columns),
        masks=_masks(geometry, index),
        points=_points(sieve.records.segmentation, geometry, index),
    )


def _in_order(sieve: Sieve, item: NDArray[np.int32]) -> NDArray[np.intp]:
    alive = np.flatnonzero(sieve.alive)
    items, rows = item[alive], sieve.records.row[alive]
    if rows.size and np.any(rows[1:] < rows[:-1]):
        return alive[np.lexsort((rows, items))]
    if not items.size or np.all(items[1:] >= items[:-1]):
        return alive
    # NumPy sorts 16 bits by radix: far faster than 32 bits where they suffice.
    small = items.astype(np.uint16) if int(items.max()) < 1 << 16 else items
    return alive[np.argsort(small, kind="stable")]


def _masks(geometry: Geometry, index: NDArray[np.intp]) -> Table:
    if geometry.masks is None:
        return Table.empty(MASKS)
    rows = np.flatnonzero(geometry.masked()[index])
    counts = geometry.masks.counts[index[rows]]
    return Table(MASKS, {"row": rows.astype(np.int64), "counts": counts})


def _points(given: Segmentations | None, geometry: Geometry, index: NDArray[np.intp]) -> Table:
    tables = []
    if given is not None:
        rows = np.flatnonzero(given.kind[index] == POLYGONS)
        if rows.size:
            tables.append(_vertices(given, rows, index[rows]))
    if geometry.keypoints:
        tables += _joints(geometry, index)
    points = Table.concat(POINTS, tables)
    return points if len(tables) < 2 else points.take(np.argsort(points["row"], kind="stable"))


def _vertices(given: Segmentations, rows: NDArray[np.intp], index: NDArray[np.intp]) -> Table:
    points, parts = given.polygons(index)
    per_part = np.diff(points.offsets) // 2
    parts_each = np.diff(parts)
    part = np.arange(parts[-1]) - np.repeat(parts[:-1], parts_each)
    return Table(
        POINTS,
        {
            "row": np.repeat(np.repeat(rows.astype(np.int64), parts_each), per_part),
            "part": np.repeat(part.astype(np.int32), per_part),
            "x": points.values[0::2],
            "y": points.values[1::2],
            "visibility": np.full(points.values.size // 2, VISIBLE, np.uint8),
        },
    )


def _joints(geometry: Geometry, index: NDArray[np.intp]) -> list[Table]:
    """Keypoints; a polygon's vertices are points already, so its keypoints are left out."""
    wanted = [
        (row, i)
        for row, i in enumerate(index.tolist())
        if i in geometry.keypoints and geometry.kind[i] != Kind.POLYGON
    ]
    return [_joints_of(row, geometry.kind[i], geometry.keypoints[i]) for row, i in wanted]


def _joints_of(row: int, kind: int, keypoints: Keypoints) -> Table:
    count = keypoints.x.size
    part = 0 if kind == Kind.KEYPOINTS else GEOMETRY_EXTRA
    return Table(
        POINTS,
        {
            "row": np.full(count, row, np.int64),
            "part": np.full(count, part, np.int32),
            "x": keypoints.x,
            "y": keypoints.y,
            "visibility": keypoints.visibility,
        },
    )
