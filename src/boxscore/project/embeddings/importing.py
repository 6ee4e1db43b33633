"""Embeddings made elsewhere into a project: every row finds its own, or none is taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.engine.shards import map_shards
from boxscore.errors import BoxscoreError, RequestError, SourceError, near_misses, shown
from boxscore.project.embeddings.files import EmbeddingFile, read_embeddings
from boxscore.project.embeddings.stored import (
    IMAGES,
    OBJECTS,
    SUBJECTS,
    ModelRecord,
    key_of_model,
    owner_of,
    publish,
    read,
    rows_table,
    size_of,
)
from boxscore.project.loading import Loaded
from boxscore.project.pictures.reader import PixelReader
from boxscore.quality.squares import difference_hash

Document = dict[str, Any]
SHARD = 16
"""Pictures of a piece of work."""
LEAST = 224
"""Pixels of the shorter side that are decoded for a hash, as for the bundled network."""


def import_embeddings(
    state: Loaded, path: Path, of: str, run: str | None, progress: Progress = silent
) -> Document:
    """Read a file and publish its rows; all or nothing.

    Images with pixels get a difference hash beside their vector: what looks like a near duplicate
    to vectors of unknown origin is confirmed by it.

    Args:
        of: "images" or "objects"; objects are the ground truth's, or a run's predictions.

    Raises:
        SourceError: The file cannot be used, or its rows do not fit the project.
    """
    if of not in SUBJECTS or (run is not None and of != OBJECTS):
        raise RequestError(
            f"{shown(of)!r} of a run" if run is not None else f"{shown(of)!r} has no embeddings",
            fix=near_misses(of, SUBJECTS) if run is None else "a run has objects",
            code="E-EMBED-OF",
        )
    owner = owner_of(state, run)
    file = read_embeddings(path)
    rows = _rows(state, path, file, of, run)
    model = ModelRecord(
        key_of_model(file.digest), path.name, file.digest, file.vectors.shape[1], "float32"
    )
    before = read(state, model, of, run)
    hashes = _hashes(state, rows, before.hashes[rows], of, progress)
    new = np.flatnonzero(~before.known[rows] | (hashes != before.hashes[rows]))
    table = rows_table(of, model, rows[new], file.vectors[new], hashes[new].tolist())
    publish(state, model, [(owner, table)], [of])
    return {
        "file": path.name,
        "of": of,
        "run": run,
        "rows": int(rows.size),
        "without": int(size_of(state, of, run) - rows.size),
        "dimensions": model.dimensions,
    }


def _hashes(
    state: Loaded, rows: NDArray[np.int64], known: NDArray[np.object_], of: str, progress: Progress
) -> NDArray[np.object_]:
    """(rows,) difference hashes of images; those that are known stay, without pixels it is ""."""
    hashes = known.copy()
    if of != IMAGES:
        return hashes
    items = state.truth().items
    lacking = np.flatnonzero((known == "") & (items["file"][rows] != ""))
    shards = [lacking[k : k + SHARD].tolist() for k in range(0, lacking.size, SHARD)]
    with PixelReader(state.root, items) as reader:

        def stage(shard: list[int]) -> list[str]:
            return [_hash(reader, int(rows[place])) for place in shard]

        with progress("comparing pixels"):
            found = map_shards(stage, shards, what="images")
    hashes[lacking] = [one for some in found for one in some]
    return hashes


def _hash(reader: PixelReader, row: int) -> str:
    try:
        return difference_hash(reader.picture(row, least=LEAST)[0])
    except BoxscoreError:  # then nothing is known of its pixels
        return ""


def _rows(
    state: Loaded, path: Path, file: EmbeddingFile, of: str, run: str | None
) -> NDArray[np.int64]:
    size = size_of(state, of, run)
    if file.names is None:
        if len(file.vectors) != size:
            raise _unfit(path, f"{len(file.vectors)} rows for {size} {of}, and no names")
        return np.arange(size)
    known = _known(state, of, run)
    unknown = [name for name in file.names if name not in known]
    if unknown:
        raise _unfit(
            path,
            f"{len(unknown)} of {len(file.names)} rows are of nothing in the project, "
            f"first {shown(unknown[0])!r}; {near_misses(unknown[0], list(known)[:5_000])}",
        )
    rows = np.array([known[name] for name in file.names], np.int64)
    again = np.setdiff1d(np.arange(rows.size), np.unique(rows, return_index=True)[1])
    ambiguous = [name for name in file.names if known[name] < 0]
    if ambiguous:
        raise _unfit(path, f"several have the name {shown(ambiguous[0])!r}")
    if again.size:
        raise _unfit(
            path,
            f"{again.size} rows are of what a row before is of, first row {again[0]}, "
            f"{shown(file.names[int(again[0])])!r}",
        )
    return rows


def _known(state: Loaded, of: str, run: str | None) -> dict[str, int]:
    """Name -> row; -1 where several have it. Titles win over ids, ids over hashes."""
    if of == OBJECTS and run is not None:
        raise RequestError(
            "predictions have no names",
            fix="give a row for each prediction, in order, without names",
            code="E-EMBED-NAMES",
        )
    truth = state.truth()
    columns = [truth.ground_truth.table["source_id"].astype(str).tolist()]
    if of == IMAGES:
        columns = [truth.items[name].tolist() for name in ("title", "source_id", "data_hash")]
    known: dict[str, int] = {}
    for column in columns:
        found: dict[str, int] = {}
        for row, name in enumerate(column):
            found[name] = -1 if name in found else row
        known = found | known
    return known


def _unfit(path: Path, problem: str) -> SourceError:
    return SourceError(
        path,
        "",
        problem,
        fix="rows in the order of `Project.items` or `Project.ground_truth`, or with a column of "
        "titles or source ids",
        code="E-EMBED-MISMATCH",
    )
