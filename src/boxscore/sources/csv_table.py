"""Tables as text: comma, semicolon or tab between columns, which the header line names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.regular_files import first_line
from boxscore.sources.report import ImportReport
from boxscore.sources.table_columns import is_table
from boxscore.sources.table_rows import TableReader
from boxscore.sources.text_lines import read_bytes

SUFFIXES = (".csv", ".tsv", ".txt")
DELIMITERS = (",", ";", "\t")
BATCH = 100_000
HEAD = 1 << 16
PIECE = 1 << 24
"""Characters of a plain table that are split at once."""
FORMULA = ("=", "+", "-", "@", "\t")
"""What a cell begins with that a spreadsheet runs; exports put a quote before it."""
BARE = ("image", "x1", "y1", "x2", "y2", "class")
"""Columns of a table without a header, as keras-retinanet takes it; of predictions a confidence
follows."""
FIX = "give a table in UTF-8 whose first line names the columns"


def recognise(path: Path, role: Role) -> Guess:
    """By a header that names an image and a class; of predictions also a confidence."""
    if path.suffix.lower() not in SUFFIXES:
        return NO
    header = _cells(first_line(path, HEAD))
    if _bare(header, predicted=role == "predictions"):
        return Guess(share=0.8, why="lines of an image, two corners and a class, without a header")
    if not is_table(header, role == "predictions"):
        return NO
    foreign = {"ImageID", "LabelName"} <= set(header)
    return Guess(share=0.4 if foreign else 0.9, why="a header that names images and classes")


def _delimiter(head: str) -> str:
    return max(DELIMITERS, key=head.count)


def _cells(head: str) -> list[str]:
    try:
        return next(csv.reader([head.strip("\r\n")], delimiter=_delimiter(head)), [])
    except csv.Error:
        return []


def _bare(cells: list[str], *, predicted: bool) -> tuple[str, ...]:
    """The columns of a table whose first line is no header, or () where it is one or unknown."""
    columns = (*BARE, "confidence") if predicted else BARE
    if len(cells) != len(columns) or not cells[0]:
        return ()
    numbers = [*cells[1:5], *cells[6:]]
    empty = not predicted and not any(cells[1:])
    return columns if empty or (all(map(_number, numbers)) and not _number(cells[5])) else ()


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one table.

    Raises:
        SourceError: It is no UTF-8, its header names too little, or a quote is never closed.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        place = f"byte {bad.start}"
        raise SourceError(path, place, "is not UTF-8", fix=FIX, code="E-TEXT-ENCODING") from None
    if "\0" in text[:4096] or not text.strip():
        problem = "is empty" if not text.strip() else "is not text"
        raise SourceError(path, "", problem, fix=FIX, code="E-TABLE-KIND")
    delimiter = _delimiter(text[:HEAD].partition("\n")[0])
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    builder = RawBuilder("csv", path, report, Convention(corners=None, scale=None))
    try:
        truth = request.role == "truth"
        bare = _bare(_cells(text[:HEAD].partition("\n")[0]), predicted=not truth)
        if bare:
            text = delimiter.join(bare) + "\n" + text
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        first = 1 if bare else 2
        header = next(lines)
        table = TableReader(builder, header, truth=truth)
        disarmed = "'" in text and any(f"'{sign}" in text for sign in FORMULA)
        plain = _is_plain(text)
        batches = _split(text, delimiter, len(header), first, report) if plain else None
        for columns, numbers in batches or _batches(lines, first, len(header), report):
            if disarmed:
                columns = [[_armed(cell) for cell in column] for column in columns]
            table.take({name: columns[k] for name, k in table.found.items()}, numbers)
    except csv.Error as bad:
        place = f"line {lines.line_num}"
        raise SourceError(path, place, shown(str(bad)), fix=FIX, code="E-TABLE-TEXT") from None
    return table.finish()


def _armed(cell: str) -> str:
    """A cell without the quote that kept a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(FORMULA) else cell


Columns = list[Sequence[str]]


def _is_plain(text: str) -> bool:
    """Whether no cell is quoted, so that every line stands for itself."""
    return '"' not in text and text.count("\r") == text.count("\r\n")


def _split(
    text: str, delimiter: str, width: int, first: int, report: ImportReport
) -> Iterator[tuple[Columns, Sequence[int]]]:
    """Batches of a plain text, a piece of it at a time, without an object a row.

    Args:
        first: Number of the line after the header.
    """
    place = text.index("\n") + 1 if "\n" in text else len(text)
    while place < len(text):
        end = text.find("\n", place + PIECE) + 1 or len(text)
        piece, place = text[place:end].replace("\r\n", "\n").removesuffix("\n"), end
        rows = _regular(piece, delimiter, width)
        if rows:
            cells = piece.replace("\n", delimiter).split(delimiter)
            yield [cells[k::width] for k in range(width)], range(first, first + rows)
            first += rows
            continue
        lines = csv.reader(piece.split("\n"), delimiter=delimiter)
        yield from _batches(lines, first, width, report)
        first += piece.count("\n") + 1


def _regular(piece: str, delimiter: str, width: int) -> int:
    """How many lines there are, if all have so many cells; else 0."""
    flat = np.frombuffer(piece.encode(), np.uint8)
    ends = flat == ord("\n")
    marks = ends[ends | (flat == ord(delimiter))]
    marks = np.append(marks, True)
    if marks.size % width or not marks[width - 1 :: width].all():
        return 0
    rows = marks.size // width
    return rows if int(marks.sum()) == rows and (width > 1 or "\n\n" not in piece) else 0


def _batches(
    lines: Iterator[list[str]], first: int, width: int, report: ImportReport
) -> Iterator[tuple[Columns, Sequence[int]]]:
    """Columns of rows of the right width and their line numbers; others are rejected."""
    while batch := list(islice(lines, BATCH)):
        numbers = list(range(first, first + len(batch)))
        first += len(batch)
        if any(len(row) != width for row in batch):
            kept = []
            for number, row in zip(numbers, batch, strict=True):
                if len(row) == width:
                    kept.append((row, number))
                elif row:
                    problem = f"{len(row)} columns, where the header names {width}"
                    fix = "quote values that hold the delimiter"
                    report.reject("E-TABLE-COLUMNS", f"line {number}", problem, fix)
            batch, numbers = [r for r, _ in kept], [n for _, n in kept]
        if batch:
            yield list(zip(*batch, strict=True)), numbers
