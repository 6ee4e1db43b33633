"""Embeddings made elsewhere: npy, npz and Parquet files, read under limits."""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.quality.neighbours import Vectors

MOST_NUMBERS = 1 << 28
"""In a file: 1 GB in single precision."""
MOST_DIMENSIONS = 1 << 14
ROWS = 8192
"""Rows that are looked at together."""
SMALLEST, LARGEST = 1e-15, 1e15
"""Between these the largest number of a row, and its square, are sound in single precision."""
NAMES = ("image", "file_name", "title", "source_id", "data_hash", "id", "ids", "names")
MAGIC = b"\x93NUMPY"
VECTORS = ("embedding", "embeddings", "vector", "vectors", "emb")


@dataclass(frozen=True, slots=True)
class EmbeddingFile:
    """What a file holds.

    Attributes:
        names: (N,) what each row is of, or None: they are in order.
        vectors: (N, D) float32, finite, no row all zero.
        digest: SHA-256 of the file.
    """

    names: list[str] | None
    vectors: Vectors
    digest: str


def read_embeddings(path: Path) -> EmbeddingFile:
    """Read one file.

    Raises:
        SourceError: It is damaged, too large, or holds something else.
    """
    readers = {".npy": _npy, ".npz": _npz, ".parquet": _parquet, ".pq": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _wrong(path, f"{path.suffix or 'no suffix'!r} is no form of embeddings")
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        names, vectors = reader(path)
    except OSError as bad:
        raise _wrong(path, f"cannot be read: {bad.strerror or bad}") from bad
    return EmbeddingFile(names, _checked(path, vectors), digest)


def _wrong(path: Path, problem: str, where: str = "") -> SourceError:
    fix = "one row of finite numbers for each: npy, npz (embeddings, ids) or Parquet"
    return SourceError(path, where, problem, fix=fix, code="E-EMBED-ROWS")


def _checked(path: Path, vectors: NDArray[Any]) -> Vectors:
    if vectors.dtype.kind not in "fiu" or vectors.ndim != 2 or not vectors.size:
        raise _wrong(path, f"holds {vectors.dtype} of shape {vectors.shape}, not rows of numbers")
    if vectors.shape[1] > MOST_DIMENSIONS:
        raise _wrong(path, f"{vectors.shape[1]} numbers a row are more than {MOST_DIMENSIONS}")
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        raise _wrong(
            path,
            f"NaN or infinity in {int((~finite).sum())} of {len(vectors)} rows",
            f"row {int(np.argmin(finite))}",
        )
    zero = ~vectors.any(axis=1)
    if zero.any():
        raise _wrong(
            path,
            f"nothing but zeros in {int(zero.sum())} of {len(vectors)} rows",
            f"row {int(zero.argmax())}",
        )
    return _single(vectors)


def _single(vectors: NDArray[Any]) -> Vectors:
    """The rows in single precision; only their direction counts, so that numbers which are too
    large or too small for it are scaled first."""
    values = np.empty(vectors.shape, np.float32)
    for start in range(0, len(vectors), ROWS):
        some = vectors[start : start + ROWS]
        largest = np.abs(some.astype(np.float64)).max(axis=1, keepdims=True)
        sound = (largest > SMALLEST) & (largest < LARGEST)
        scale = np.where(sound, 1.0, largest)
        values[start : start + ROWS] = some if sound.all() else some / scale
    return values


def _npy(path: Path) -> tuple[None, NDArray[Any]]:
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise _wrong(path, "it does not begin as an npy file")
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as bad:
        raise _wrong(path, f"no array: {shown(str(bad))}") from bad
    if values.size > MOST_NUMBERS:
        raise _wrong(path, f"{values.size:,} numbers are more than {MOST_NUMBERS:,}")
    return None, np.array(values)


def _npz(path: Path) -> tuple[list[str] | None, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > 8 * MOST_NUMBERS:
            raise _wrong(path, f"{size:,} bytes when unpacked are too many")
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
    except (ValueError, zipfile.BadZipFile, EOFError, KeyError) as bad:
        raise _wrong(path, f"no arrays: {shown(str(bad))}") from bad
    flat = [name for name, values in arrays.items() if values.ndim == 2]
    if len(flat) != 1:
        raise _wrong(path, f"{len(flat)} of its arrays have two dimensions, not one")
    vectors = arrays.pop(flat[0])
    named = [name for name in NAMES if name in arrays]
    if not named:
        return None, vectors
    names = [str(name) for name in arrays[named[0]].ravel().tolist()]
    if len(names) != len(vectors):
        raise _wrong(path, f"{len(names)} names for {len(vectors)} rows")
    return names, vectors


def _parquet(path: Path) -> tuple[list[str] | None, NDArray[Any]]:
    import duckdb

    from boxscore.store.parts import connect

    db = connect(path.absolute().parent)
    source = [os.fspath(path.absolute())]
    try:
        described = db.execute("DESCRIBE SELECT * FROM read_parquet($1)", source).fetchall()
        types = {str(row[0]): str(row[1]) for row in described}
        column = next((name for name in VECTORS if name in types), None)
        if column is None or "[" not in types[column]:
            raise _wrong(path, f"no list among its columns {shown(list(types))}: {VECTORS}")
        lengths = db.execute(_select("len(", column, ")"), source).fetchnumpy()["found"]
        sizes = np.ma.filled(np.ma.asarray(lengths), -1)
        if not sizes.size or sizes.min() < 1 or sizes.min() != sizes.max():
            raise _wrong(path, "its rows differ in length" if sizes.size else "it has no rows")
        if int(sizes.sum()) > MOST_NUMBERS:
            raise _wrong(path, f"{int(sizes.sum()):,} numbers are more than {MOST_NUMBERS:,}")
        flat = db.execute(_select("unnest(", column, ")::FLOAT"), source).fetchnumpy()["found"]
        named = next((name for name in NAMES if name in types), None)
        names = None
        if named is not None:
            cells = db.execute(_select("", named, "::VARCHAR"), source).fetchall()
            names = [str(cell[0]) for cell in cells]
    except duckdb.Error as bad:
        raise _wrong(path, f"no table: {shown(str(bad))}") from bad
    finally:
        db.close()
    values = np.ma.filled(np.ma.asarray(flat, np.float32), np.nan)
    return names, values.reshape(len(sizes), -1)


def _select(before: str, column: str, after: str) -> str:
    """A statement on one column; the names come from our own lists."""
    return "SELECT " + before + '"' + column + '"' + after + " AS found FROM read_parquet($1)"
