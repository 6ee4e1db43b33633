"""Checked COCO records -> annotation tables, sorted by item."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import MASKS, POINTS, TRAITS, Annotations, Table, TableSchema
from boxscore.sources.coco_extras import Extras
from boxscore.sources.coco_geometry import Geometry
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
    extras: Extras,
    **more: NDArray[Any],
) -> Annotations:
    """The living records in order of item, then of the file.

    Args:
        item, class_id: (N,) rows of the items table and the ontology's classes.
        area: (N,) square pixels.
        extras: Tracks and traits of those records that have them.
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
        "theta": geometry.theta,
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
    columns["track"] = _tracks(extras.tracks, index)
    return Annotations(
        table=Table(schema, columns),
        masks=_masks(geometry, index),
        points=_points(sieve.records.segmentation, geometry, index),
        traits=_traits(extras.traits, index, item.size) if extras.traits else Table.empty(TRAITS),
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
    if geometry.keypoints is not None:
        tables.append(geometry.keypoints.points(_row_of(index, geometry.kind.size)))
    points = Table.concat(POINTS, tables)
    return points.take(np.argsort(points["row"], kind="stable")) if len(tables) > 1 else points


def _row_of(index: NDArray[np.intp], records: int) -> NDArray[np.int64]:
    """(N,) the row that each record became, -1 for those left out."""
    rows = np.full(records, -1, np.int64)
    rows[index] = np.arange(index.size)
    return rows


def _tracks(tracks: dict[int, str], index: NDArray[np.intp]) -> NDArray[np.object_]:
    column = np.full(index.size, "", object)
    if tracks:
        column[:] = [tracks.get(i, "") for i in index.tolist()]
    return column


def _traits(traits: dict[str, dict[int, float]], index: NDArray[np.intp], records: int) -> Table:
    """The traits of the living records, by row and then by name."""
    row_of = _row_of(index, records)
    found = sorted(
        (int(row_of[i]), name, value)
        for name, values in traits.items()
        for i, value in values.items()
        if row_of[i] >= 0
    )
    names = np.empty(len(found), object)
    names[:] = [name for _, name, _ in found]
    row = np.array([row for row, _, _ in found], np.int64)
    value = np.array([value for _, _, value in found], np.float64)
    return Table(TRAITS, {"row": row, "name": names, "value": value})


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
