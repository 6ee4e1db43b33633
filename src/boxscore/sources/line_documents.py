"""Documents as JSON lines, an object for each picture -> the list of these objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError, shown
from boxscore.sources.text_lines import read_lines

ENDINGS = (".jsonl", ".ndjson", ".json", ".manifest", ".odgt")
LONGEST = 1 << 26
"""Bytes of a line: thousands of outlines may stand in one."""
LOOKED_AT = 20


def read_records(path: Path) -> list[dict[str, Any]]:
    """The objects of all lines.

    Raises:
        SourceError: It cannot be read, or a line is no object of JSON.
    """
    records = []
    for number, text in read_lines(path, LONGEST):
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            problem, fix = f"{shown(text[:80])} is no object of JSON", "write one object a line"
            raise SourceError(path, f"line {number}", problem, fix=fix, code="E-JSON-LINE")
        records.append(record)
    return records


def first_fit(fits: Callable[[dict[str, Any]], bool]) -> Callable[[Any], bool]:
    """Whether the first records are all of a kind."""
    return lambda records: bool(records) and all(map(fits, records[:LOOKED_AT]))


def path_in(address: str) -> str:
    """The path of a picture's address, as s3://bucket/a.jpg: what follows the kind of storage."""
    return address.rpartition("://")[2]
