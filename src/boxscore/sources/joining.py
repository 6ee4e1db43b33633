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
    first = np.cumsum([0, *(part.rows for part in parts)])
    order = _order(table["item"], table["source_row"], first[1:-1])
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    hung = {
        name: _hung([getattr(part, name) for part in parts], first, place)
        for name in ("masks", "points", "traits")
    }
    return Annotations(table=table.take(order), **hung)


def _order(
    item: NDArray[np.int32], row: NDArray[np.int64], seams: NDArray[np.int64]
) -> NDArray[np.intp]:
    """By item, then by number in the source, of pieces that begin at 0 and at the seams."""
    if not row.size:
        return np.empty(0, np.intp)
    rises = (item[1:] > item[:-1]) | ((item[1:] == item[:-1]) & (row[1:] > row[:-1]))
    inner = seams[(seams > 0) & (seams < row.size)]
    rises[inner - 1] = True
    starts = np.unique(np.concatenate([np.zeros(1, np.int64), inner]))
    low, high = (ends.reduceat(row, starts) for ends in (np.minimum, np.maximum))
    if not (rises.all() and np.all(high[:-1] < low[1:])):
        return np.lexsort((row, item))
    # Each piece is in order and the next one follows it in the file: items alone decide.
    near = item - item.min()
    small = int(near.max()) < 1 << 16  # NumPy sorts 16 bits by radix
    return np.argsort(near.astype(np.uint16) if small else near, kind="stable")


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
