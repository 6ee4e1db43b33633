"""Annotations drawn by hand: items and rows as few words as a test needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.kernels import _core
from boxscore.quality import Objects
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import (
    GROUND_TRUTH,
    ITEMS,
    MASKS,
    POINTS,
    PREDICTIONS,
    Annotations,
    Table,
)


def text(values: list[str]) -> Any:
    """A text column."""
    out = np.empty(len(values), object)
    out[:] = values
    return out


def images(count: int, size: tuple[int, int] = (100, 80), sequence: str | list[str] = "") -> Table:
    """So many images of width and height; a sequence in their order."""
    names = [sequence] * count if isinstance(sequence, str) else sequence
    empty = text([""] * count)
    return Table(
        ITEMS,
        {
            "data_hash": text([f"hash-{k}" for k in range(count)]),
            "frame": np.zeros(count, np.int32),
            "title": text([f"{k}.png" for k in range(count)]),
            "width": np.full(count, size[0], np.int32),
            "height": np.full(count, size[1], np.int32),
            "source_id": text([str(k) for k in range(count)]),
            "file": empty,
            "split": empty,
            "licence": empty,
            "sequence": text(names),
            "position": np.arange(count, dtype=np.int32),
        },
    )


def objects(items: Table, rows: list[dict[str, Any]], *, predicted: bool = False) -> Objects:
    """Rows of item, box and, where not plain: kind, class_id, theta, track, marks, bitmap, ..."""
    schema = PREDICTIONS if predicted else GROUND_TRUTH
    n = len(rows)
    box = np.array([row.get("box", [np.nan] * 4) for row in rows], np.float64).reshape(n, 4)
    columns: dict[str, Any] = {
        "item": np.array([row.get("item", 0) for row in rows], np.int32),
        "class_id": np.array([row.get("class_id", 0) for row in rows], np.int32),
        "kind": np.array([row.get("kind", Kind.BOX) for row in rows], np.uint8),
        "theta": np.array([row.get("theta", 0.0) for row in rows], np.float64),
        "area": box[:, 2] * box[:, 3],
        "marks": np.array([row.get("marks", 0) for row in rows], np.uint16),
        "track": text([row.get("track", "") for row in rows]),
        "source_row": np.arange(n),
    }
    columns |= {name: box[:, k] for k, name in enumerate(("x", "y", "width", "height"))}
    if predicted:
        columns["confidence"] = np.array([row["confidence"] for row in rows], np.float64)
    else:
        columns["crowd"] = np.array([row.get("crowd", False) for row in rows], np.bool_)
        columns["source_id"] = np.arange(n)
    drawn = [k for k, row in enumerate(rows) if "bitmap" in row]
    counts = np.empty(len(drawn), object)
    counts[:] = [_core.mask_from_bitmap(rows[k]["bitmap"].astype(np.uint8)) for k in drawn]
    vertices = [(k, x, y) for k, row in enumerate(rows) for x, y in row.get("polygon", [])]
    points = np.array(vertices, np.float64).reshape(-1, 3)
    annotations = Annotations(
        table=Table(schema, columns),
        masks=Table(MASKS, {"row": np.array(drawn, np.int64), "counts": counts}),
        points=Table(
            POINTS,
            {
                "row": points[:, 0].astype(np.int64),
                "part": np.zeros(len(points), np.int32),
                "x": points[:, 1],
                "y": points[:, 2],
                "visibility": np.full(len(points), 2, np.uint8),
            },
        ),
    )
    classes = np.bincount(columns["class_id"][columns["kind"] != Kind.CLASSIFICATION], minlength=4)
    role = "prediction" if predicted else "ground_truth"
    return Objects(role, items, annotations, classes)
