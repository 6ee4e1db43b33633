"""Tables to Parquet and back through DuckDB, without a Python object per number."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import StoreError
from boxscore.schema.tables import BYTES, TEXT, Column, Table, TableSchema

if TYPE_CHECKING:
    import duckdb

ROW_GROUP = 20_480
"""Rows of a Parquet row group: one image is read without the others."""


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB that can read and write inside one folder and nothing else."""
    import duckdb

    db = duckdb.connect(
        config={
            "threads": 1,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": "1GB",
            "temp_directory": "",
            "preserve_insertion_order": "true",
        }
    )
    quoted = os.fspath(folder.absolute()).replace("'", "''")
    db.execute("SET allowed_directories = ['" + quoted + "/']")
    db.execute("SET enable_external_access = false")
    # It would be printed among a command's output. In a notebook without ipywidgets it is off, and
    # DuckDB refuses to change what is off.
    if db.execute("SELECT current_setting('enable_progress_bar')").fetchall() != [(False,)]:
        db.execute("SET enable_progress_bar = false")
    db.execute("SET lock_configuration = true")
    return db


def write_part(table: Table, path: Path) -> None:
    """One Parquet file with the table's rows in order; the same rows give the same bytes.

    Raises:
        StoreError: The disk is full or fails.
    """
    import duckdb

    db = connect(path.parent)
    try:
        db.register("rows_to_write", dict(table))
        selected = ", ".join(_stored(column) for column in table.schema.columns)
        target = os.fspath(path.absolute()).replace("'", "''")
        db.execute(
            "COPY (SELECT " + selected + " FROM rows_to_write) TO '" + target + "' "
            "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE "
            + str(ROW_GROUP)
            + ")"
        )
    except duckdb.Error as failed:
        raise StoreError(
            f"cannot write table {table.schema.name}: {failed}",
            fix="check the free space of the disk",
            code="E-STORE-WRITE",
        ) from failed
    finally:
        db.close()


def _stored(column: Column) -> str:
    """NaN becomes NULL, since DuckDB orders NaN above everything and masks it when reading."""
    if column.dtype != "float64":
        return f'"{column.name}"'
    return f'CASE WHEN isnan("{column.name}") THEN NULL ELSE "{column.name}" END AS "{column.name}"'


def read_parts(paths: Sequence[Path], schema: TableSchema) -> Table:
    """All rows of some parts of one table, in order.

    Raises:
        StoreError: A part is not what it should be.
    """
    if not paths:
        return Table.empty(schema)
    import duckdb

    db = connect(paths[0].parent)
    try:
        found = [Table(schema, _columns(db, some, schema)) for some in _alike(paths, schema)]
    except duckdb.Error as bad:
        raise StoreError(
            f"cannot read table {schema.name}: {bad}",
            fix="run `boxscore verify`; import anew what is damaged",
            code="E-STORE-READ",
        ) from bad
    finally:
        db.close()
    return found[0] if len(found) == 1 else Table.concat(schema, found)


def _alike(paths: Sequence[Path], schema: TableSchema) -> list[Sequence[Path]]:
    """Parts that are read together; older ones may lack columns that were added later."""
    if all(column.default is None for column in schema.columns):
        return [paths]
    return [[path] for path in paths]


def _columns(
    db: duckdb.DuckDBPyConnection, paths: Sequence[Path], schema: TableSchema
) -> dict[str, NDArray[Any]]:
    source = [[os.fspath(path.absolute()) for path in paths]]
    present = _present(db, source, schema)
    names = ", ".join(f'"{column.name}"' for column in present)
    arrays = db.execute("SELECT " + names + " FROM read_parquet($1)", source).fetchnumpy()
    return {column.name: _as_declared(arrays[column.name], column) for column in present}


def _present(
    db: duckdb.DuckDBPyConnection, source: list[list[str]], schema: TableSchema
) -> list[Column]:
    """The columns to read: all but those that were added after the part was written."""
    if all(column.default is None for column in schema.columns):
        return list(schema.columns)
    described = db.execute("DESCRIBE SELECT * FROM read_parquet($1)", source).fetchall()
    known = {str(row[0]) for row in described}
    return [c for c in schema.columns if c.name in known or c.default is None]


def _as_declared(values: Any, column: Column) -> NDArray[Any]:
    if column.dtype == BYTES:
        return _objects([bytes(value) for value in values])
    if column.dtype == TEXT:
        return _objects([str(value) for value in values])
    if isinstance(values, np.ma.MaskedArray):
        values = values.filled(np.nan)
    return np.asarray(values, dtype=column.numpy)


def _objects(values: list[Any]) -> NDArray[Any]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out
