"""Tables as JSON lines: an object a line, whose keys name the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError, shown
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.table_columns import is_table
from boxscore.sources.table_rows import TableReader
from boxscore.sources.text_lines import read_lines

SUFFIXES = (".jsonl", ".ndjson")
BATCH = 100_000


def recognise(path: Path, role: Role) -> Guess:
    """By a first line that is an object naming an image and a class."""
    if not path.is_file() or path.suffix.lower() not in SUFFIXES:
        return NO
    with path.open("rb") as file:
        first = _record(file.readline(1 << 16).decode("utf-8-sig", "replace"))
    fits = first is not None and is_table(first, role == "predictions")
    return Guess(share=0.95, why="lines of JSON that name images and classes") if fits else NO


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one file; the keys of its first 100,000 lines name the columns.

    Raises:
        SourceError: It is no text in UTF-8, or its lines name too little.
    """
    records = _records(path, report)
    batch = list(islice(records, BATCH))
    if not batch:
        fix = "write one object a line"
        raise SourceError(path, "", "holds no record", fix=fix, code="E-JSONL-EMPTY")
    keys = list(dict.fromkeys(key for _, row in batch for key in row))
    builder = RawBuilder("jsonl", path, report, Convention(corners=None, scale=None))
    table = TableReader(builder, keys, truth=request.role == "truth")
    late = 0
    while batch:
        rows = [row for _, row in batch]
        late += sum(not row.keys() <= set(keys) for row in rows)
        columns = {
            what: [_plain(row.get(keys[k])) for row in rows] for what, k in table.found.items()
        }
        table.take(columns, [line for line, _ in batch])
        batch = list(islice(records, BATCH))
    if late:
        problem = f"lines with keys that none of the first {BATCH} has: these are not read"
        report.note("W-JSONL-LATE-KEY", problem, late, wrong=True)
    return table.finish()


def _records(path: Path, report: ImportReport) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, text in read_lines(path):
        record = _record(text)
        if record is None:
            problem = f"{shown(text.strip())} is no object of JSON"
            report.reject("E-JSONL-LINE", f"line {line}", problem, "write one object a line")
        else:
            yield line, record


def _record(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _plain(value: Any) -> Any:
    """Texts and numbers; what else stands there cannot be one."""
    if isinstance(value, str | int | float) or value is None:
        return value
    return json.dumps(value)
