"""Annotations that were read in pieces -> one set, in the order that every table keeps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import Annotations, Table, TableSchema


def joined(parts: Sequence[Annotations], schema: TableSchema) -> Annotations:
    """All rows, sorted by item, then by number in their source.

    Args:
        parts: Pieces whose `source_row` counts through all of them.
        schema: GROUND_TRUTH or PREDICTIONS.
    """
    if not parts:
        return Annotations.empty(schema)
    table = Table.concat(schema, [part.table for part in parts])
    order = np.lexsort((table["source_row"], table["item"]))
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    first = np.cumsum([0, *(part.rows for part in parts)])
    hung = {
        name: _hung([getattr(part, name) for part in parts], first, place)
        for name in ("masks", "points", "traits")
    }
    return Annotations(table=table.take(order), **hung)


def slice_of(whole: Annotations, begin: int, end: int) -> Annotations:
    """The rows begin:end with what hangs on them, counted from 0; columns are views."""

    def hung(table: Table) -> Table:
        first, last = np.searchsorted(table["row"], (begin, end)).tolist()
        cut = Table(table.schema, {name: table[name][first:last] for name in table})
        return cut.replace(row=cut["row"] - begin) if begin and cut.rows else cut

    table = whole.table
    return Annotations(
        table=Table(table.schema, {name: table[name][begin:end] for name in table}),
        masks=hung(whole.masks),
        points=hung(whole.points),
        traits=hung(whole.traits),
    )


def _hung(tables: list[Table], first: NDArray[np.int64], place: NDArray[np.int64]) -> Table:
    """What hangs on by row, with the rows' new places."""
    moved = [
        table.replace(row=place[table["row"] + start])
        for table, start in zip(tables, first.tolist(), strict=False)
    ]
    whole = Table.concat(tables[0].schema, moved)
    return whole.take(np.argsort(whole["row"], kind="stable"))
