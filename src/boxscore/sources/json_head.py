"""The beginning of a JSON file as a value, to recognise what it is without reading all of it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError
from boxscore.sources.json_text import open_json

HEAD = 1 << 16
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},]')
CLOSING = {"[": "]", "{": "}"}


def head_of(path: Path) -> Any:
    """The value that the first 64 KiB hold, closed where they end; None where it is no JSON."""
    try:
        facts = path.stat()
        return _head(path, facts.st_size, facts.st_mtime_ns)
    except (OSError, ValueError, RecursionError, SourceError):
        return None


@lru_cache(maxsize=16)
def _head(path: Path, _size: int, _changed: int) -> Any:
    with open_json(path).spans() as span:
        text = bytes(span[:HEAD]).decode("utf-8-sig", errors="ignore")
        whole = len(span) <= HEAD
    return json.loads(text if whole else closed(text))


def closed(text: str) -> str:
    """JSON that was cut anywhere, as far as it is whole, with all brackets closed.

    It ends after the last object that stands in a list or at the top; where there is none, after
    the last value.
    """
    open_: list[str] = []
    last = ""
    objects: tuple[int, str] | None = None
    values = 0, ""
    for token in TOKEN.finditer(text):
        sign = token[0]
        if sign in CLOSING:
            open_.append(CLOSING[sign])
        elif sign in ("]", "}") and open_:
            open_.pop()
        elif sign == ",":
            values = token.start(), "".join(reversed(open_))
            if last == "}" and (len(open_) == 1 or open_[-1:] == ["]"]):
                objects = values
        last = sign
    end, closing = objects or values
    return text[:end] + closing
