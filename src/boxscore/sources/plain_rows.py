"""Small files of nothing but regular rows, read many at once; all others are left to be looked at.

A file is plain when each of its lines has the words that are due and each word but the first is a
finite number in digits. Plain files become arrays without an object a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.engine import map_shards
from boxscore.errors import SourceError
from boxscore.sources.text_lines import FEWEST_IN_PARALLEL, LONGEST_LINE, SHARD, read_bytes

DIGITS = b"0123456789.eE+-"


@dataclass(frozen=True, slots=True)
class PlainRows:
    """Rows of the plain ones among some files, F of them, N rows.

    Attributes:
        counts: (F,) rows of each file; -1 of a file that is not plain.
        first: (N,) the first word of each row.
        numbers: (N, width - 1) the others.
    """

    counts: list[int]
    first: list[bytes]
    numbers: NDArray[np.float64]

    def places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(N,) number of each row's file, and of its line, from 1."""
        sizes = np.maximum(np.array(self.counts, np.int64), 0)
        file = np.repeat(np.arange(sizes.size), sizes)
        start = np.repeat(np.cumsum(sizes) - sizes, sizes)
        return file, np.arange(file.size) - start + 1


def plain_rows(paths: Sequence[Path], width: int) -> PlainRows:
    """Read files whose rows have so many words; in parallel where there are many."""
    size = SHARD if len(paths) >= FEWEST_IN_PARALLEL else max(len(paths), 1)
    shards = [paths[k : k + size] for k in range(0, len(paths), size)]
    parts = map_shards(partial(_of_shard, width=width), shards, what="label files")
    return PlainRows(
        [count for part in parts for count in part.counts],
        [word for part in parts for word in part.first],
        np.concatenate([part.numbers for part in parts]) if parts else np.empty((0, width - 1)),
    )


def _of_shard(paths: Sequence[Path], width: int) -> PlainRows:
    """The stage that the engine runs."""
    counts: list[int] = []
    first: list[bytes] = []
    numbers: list[float] = []
    for path in paths:
        found = _rows(path, width)
        if found is None:
            counts.append(-1)
            continue
        counts.append(len(found[0]))
        first += found[0]
        numbers += found[1]
    flat = np.array(numbers, np.float64).reshape(-1, width - 1)
    wild = np.flatnonzero(~np.isfinite(flat).all(axis=1))
    if wild.size:  # 1e999: such files are left as well
        return _without(PlainRows(counts, first, flat), wild)
    return PlainRows(counts, first, flat)


def _without(rows: PlainRows, wild: NDArray[np.int64]) -> PlainRows:
    file, _ = rows.places()
    bad = set(file[wild].tolist())
    keep = ~np.isin(file, list(bad))
    counts = [-1 if k in bad else count for k, count in enumerate(rows.counts)]
    kept = [word for word, good in zip(rows.first, keep.tolist(), strict=True) if good]
    return PlainRows(counts, kept, rows.numbers[keep])


def _rows(path: Path, width: int) -> tuple[list[bytes], list[float]] | None:
    """First words and all other numbers of a plain file."""
    try:
        text = read_bytes(path, LONGEST_LINE)
    except SourceError:
        return None
    lines = text.removesuffix(b"\n").split(b"\n") if text else []
    rows = [line.split() for line in lines]
    others = [word for row in rows for word in row[1:]]
    if b"".join(others).translate(None, DIGITS) or not text.isascii() or b"\0" in text:
        return None
    if not all(len(row) == width for row in rows):
        return None
    try:
        return [row[0] for row in rows], list(map(float, others))
    except ValueError:
        return None
