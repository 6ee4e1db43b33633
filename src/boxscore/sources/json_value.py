"""A small JSON document as Python values, under limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from boxscore.errors import SourceError
from boxscore.sources.json_text import open_json

LARGEST_FILE = 256 << 20
FIX = "export it again"


def read_json(path: Path, largest: int = LARGEST_FILE) -> Any:
    """The value of a JSON file.

    Raises:
        SourceError: It is too large, no JSON, nested too deep, or holds NaN or Infinity.
    """
    try:
        size = path.stat().st_size
    except OSError as bad:
        problem = f"cannot be read: {bad.strerror}"
        raise SourceError(path, "", problem, fix="check the path", code="E-FILE-READ") from None
    if size > largest:
        problem = f"{size} bytes are too many for a file of its kind"
        raise SourceError(path, "", problem, fix=FIX, code="E-FILE-SIZE")
    with open_json(path).spans() as text:
        content = text[:]
    try:
        return json.loads(content, parse_constant=_refuse)
    except RecursionError:
        raise SourceError(path, "", "is nested too deep", fix=FIX, code="E-JSON-DEPTH") from None
    except ValueError as bad:
        problem = f"is no JSON: {bad}"
        raise SourceError(path, "", problem, fix=FIX, code="E-JSON-SYNTAX") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")
