"""Tables as JSON: an object a line, or a list of objects, whose keys name the columns."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError, shown
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.json_document import read_document
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.regular_files import first_bytes
from boxscore.sources.report import ImportReport
from boxscore.sources.table_columns import columns_of, is_table
from boxscore.sources.table_rows import TableReader
from boxscore.sources.text_lines import read_lines

SUFFIXES = (".jsonl", ".ndjson")
LIST = ".json"
HEAD = 1 << 16
BATCH = 100_000
CELLS = {"box", "polygon", "polyline", "keypoints", "rle", "traits"}
"""Columns that may hold lists or objects."""


def recognise(path: Path, role: Role) -> Guess:
    """By a first line that is an object naming an image and a class."""
    if path.suffix.lower() not in (*SUFFIXES, LIST):
        return NO
    head = first_bytes(path, HEAD).decode("utf-8-sig", "replace")
    if path.suffix.lower() == LIST:
        first = _first_of_list(head)
        nested = [k for k, v in (first or {}).items() if isinstance(v, list | dict)]
        flat = all(columns_of([name]).keys() & CELLS for name in nested)
        why = "a list of objects that name images and classes"
        return Guess(share=0.8, why=why) if flat and _is_table(first, role) else NO
    fits = _is_table(_record(head.partition("\n")[0]), role)
    return Guess(share=0.95, why="lines of JSON that name images and classes") if fits else NO


def _is_table(record: dict[str, Any] | None, role: Role) -> bool:
    return record is not None and is_table(record, role == "predictions")


def _first_of_list(head: str) -> dict[str, Any] | None:
    """The first object of a list, where that is short."""
    start = head.lstrip()
    if not start.startswith("["):
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(start[1:].lstrip())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one file; the keys of its first 100,000 lines name the columns.

    Raises:
        SourceError: It is no text in UTF-8, or its lines name too little.
    """
    records = (_listed if _is_list(path) else _records)(path, report)
    batch = list(islice(records, BATCH))
    if not batch:
        fix = "write one object a line"
        raise SourceError(path, "", "holds no record", fix=fix, code="E-JSONL-EMPTY")
    keys = list(dict.fromkeys(key for _, row in batch for key in row))
    builder = RawBuilder("jsonl", path, report, Convention(corners=None, scale=None))
    near = PictureFiles.beside(path, request)
    table = TableReader(builder, keys, truth=request.role == "truth", near=near)
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


def _is_list(path: Path) -> bool:
    if path.suffix.lower() != LIST:
        return False
    return first_bytes(path, HEAD).removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"["


def _listed(path: Path, report: ImportReport) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list and their numbers, from 1."""
    for number, value in enumerate(read_document(path), 1):
        if isinstance(value, dict):
            yield number, value
        else:
            problem = f"{shown(value)} is no object"
            report.reject("E-JSONL-LINE", f"record {number}", problem, "write a list of objects")


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
