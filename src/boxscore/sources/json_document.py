"""Whole JSON documents of bounded size and depth, as Python values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from boxscore.errors import SourceError, shown
from boxscore.sources.text_lines import read_bytes

LARGEST = 1 << 29


def read_document(path: Path, most: int = LARGEST) -> Any:
    """The value of a JSON file.

    Raises:
        SourceError: It cannot be read, is empty, too large, no UTF-8, no JSON, nested too deep, or
            has a number that JSON does not know.
    """
    content = read_bytes(path, most)
    if not content.strip():
        raise _wrong(path, "", "the file is empty", "E-FILE-EMPTY")
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError as bad:
        raise _wrong(path, f"byte {bad.start}", "is not UTF-8") from None
    except json.JSONDecodeError as bad:
        raise _wrong(path, f"line {bad.lineno}", f"is no JSON: {bad.msg}") from None
    except RecursionError:
        raise _wrong(path, "", "is nested too deep", "E-JSON-DEPTH") from None
    except ValueError as bad:
        raise _wrong(path, "", f"is no JSON: {shown(str(bad))}") from None


def real(value: Any, most: float = 1e300) -> float | None:
    """A number of a document whose size is below `most`, or None."""
    sound = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < most
    return float(value) if sound else None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _wrong(path: Path, place: str, problem: str, code: str = "E-JSON-SYNTAX") -> SourceError:
    return SourceError(path, place, problem, fix="export it again", code=code)
