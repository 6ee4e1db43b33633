"""Tables that wait on disk in numbered heaps, so that they need not all be in memory at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import BYTES, TEXT, Column, Table, TableSchema
from boxscore.store import files
from boxscore.store.failures import failure

DENSE, CONSTANT = 0, 1


class Spill:
    """Heaps of tables in files of one folder, which its owner removes.

    Each table is its number of rows and a mark per column, then the columns one after the other;
    a column that holds one value only is that value. No other process reads them.

    Raises:
        StoreError: The disk is full or fails.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        files.make_folder(folder)

    def put(self, heap: int, *tables: Table) -> None:
        """Lay tables of equal number and kind on a heap."""
        path = self._path(heap)
        try:
            files.hook("write", path)
            with path.open("ab") as file:
                for table in tables:
                    _write(file, table)
        except OSError as failed:
            raise failure(path, failed) from failed

    def read(self, heap: int, *schemas: TableSchema) -> Iterator[tuple[Table, ...]]:
        """What was laid on a heap, in that order, one after the other."""
        path = self._path(heap)
        if not path.exists():
            return
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            while file.tell() < size:
                yield tuple(_read(file, schema) for schema in schemas)

    def take(self, heap: int, *schemas: TableSchema) -> list[tuple[Table, ...]]:
        """All of it; the heap is gone from the disk."""
        found = list(self.read(heap, *schemas))
        files.remove(self._path(heap))
        return found

    def _path(self, heap: int) -> Path:
        return self._folder / f"{heap:06}"


def _write(file: BinaryIO, table: Table) -> None:
    columns = [(column, table[column.name]) for column in table.schema.columns]
    marks = [CONSTANT if _constant(values) else DENSE for _, values in columns]
    file.write(np.array([table.rows, *marks], np.int64).tobytes())
    for (column, values), mark in zip(columns, marks, strict=True):
        given = values[:1] if mark == CONSTANT else values
        if column.dtype not in (TEXT, BYTES):
            file.write(np.ascontiguousarray(given).data.cast("B") if given.size else b"")
            continue
        texts = [t.encode() if isinstance(t, str) else t for t in given.tolist()]
        file.write(np.array([len(text) for text in texts], np.int64).tobytes())
        file.write(b"".join(texts))


def _constant(values: NDArray[Any]) -> bool:
    """Whether all are the same to the last bit."""
    if not values.size:
        return False
    if values.dtype == object:
        return bool(values.tolist().count(values[0]) == values.size)
    bits = np.ascontiguousarray(values).view(f"u{values.itemsize}")
    return bool(bits[0] == bits[-1]) and bool(np.all(bits == bits[0]))


def _read(file: BinaryIO, schema: TableSchema) -> Table:
    rows, *marks = _numbers(file, 1 + len(schema.columns), np.dtype(np.int64)).tolist()
    columns: dict[str, NDArray[Any]] = {}
    for column, mark in zip(schema.columns, marks, strict=True):
        count = 1 if mark == CONSTANT else rows
        if column.dtype in (TEXT, BYTES):
            values = _texts(file, count, column)
        else:
            values = _numbers(file, count, column.numpy)
        columns[column.name] = np.broadcast_to(values, rows) if mark == CONSTANT else values
    return Table(schema, columns)


def _numbers(file: BinaryIO, count: int, kind: np.dtype[Any]) -> NDArray[Any]:
    return np.frombuffer(file.read(count * kind.itemsize), kind)


def _texts(file: BinaryIO, count: int, column: Column) -> NDArray[Any]:
    lengths = _numbers(file, count, np.dtype(np.int64)).tolist()
    pieces = [file.read(length) for length in lengths]
    out = np.empty(count, object)
    out[:] = [p.decode() for p in pieces] if column.dtype == TEXT else pieces
    return out
