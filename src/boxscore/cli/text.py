"""Plain text for people: aligned columns, three-digit scores, one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import category, east_asian_width

import click

from boxscore.errors import printable


def number(value: float | None, digits: int = 3) -> str:
    """A score as people of the field write it; an undefined one is a dash."""
    return "–" if value is None else f"{value:.{digits}f}"


def columns(rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> str:
    """Rows as aligned text, each on one line; columns in `right` are right-aligned."""
    table = [[printable(str(cell)) for cell in row] for row in rows]
    if not table:
        return ""
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    ends = set(right)
    return "\n".join(
        "  ".join(
            _padded(cell, width, right=k in ends)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )


def _padded(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if right else cell + space


def _width(text: str) -> int:
    """Places of a terminal that a text takes: wide signs two, what stands on another none."""
    if text.isascii():
        return len(text)
    wide = sum(east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(category(c) in ("Mn", "Me") for c in text)


def print_json(document: Any) -> None:
    """Exactly one JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))


def print_warnings(warnings: Iterable[Mapping[str, Any]]) -> None:
    """Warnings of an import, one line each, on stderr."""
    for warning in warnings:
        example = warning["example"].removeprefix(f"{warning['code']} ")
        click.echo(f"{warning['code']} ({warning['count']}×): {example}", err=True)


def print_recognised(document: dict[str, Any]) -> None:
    """What was recognised, how sure that is and why, on stderr; nothing of a format as named."""
    known = document["recognised"]
    if known is None:
        return
    words = f"read as {known['format']}, {known['sure']:.0%} sure: {known['why']}"
    others = ", ".join(f"{other['format']} {other['sure']:.0%}" for other in known["others"])
    click.echo(words + (f" (or {others})" if others else ""), err=True)
