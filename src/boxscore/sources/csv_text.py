"""The text of one table: comma, semicolon or tab between columns, which the first line names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import read_bytes

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

Columns = list[Sequence[str]]


@dataclass(frozen=True, slots=True)
class CsvText:
    """One table as text.

    Attributes:
        path: Its file.
        text: What stands in it, without a byte order mark; a first line of names is put before a
            table that has none.
        first: Number of the line after the header.
    """

    path: Path
    text: str
    first: int = 2

    @classmethod
    def of(cls, path: Path, *, truth: bool) -> CsvText:
        """Read a file.

        Raises:
            SourceError: It is empty, or no text in UTF-8.
        """
        try:
            text = read_bytes(path).decode("utf-8-sig")
        except UnicodeDecodeError as bad:
            place, fault = f"byte {bad.start}", "is not UTF-8"
            raise SourceError(path, place, fault, fix=FIX, code="E-TEXT-ENCODING") from None
        if "\0" in text[:4096] or not text.strip():
            problem = "is empty" if not text.strip() else "is not text"
            raise SourceError(path, "", problem, fix=FIX, code="E-TABLE-KIND")
        head = text[:HEAD].partition("\n")[0]
        names = bare_columns(cells_of(head), predicted=not truth)
        if names:
            return cls(path, f"{delimiter_of(head).join(names)}\n{text}", 1)
        return cls(path, text)

    def header(self) -> list[str]:
        """Names of its columns.

        Raises:
            SourceError: A quote is never closed.
        """
        lines = self._lines()
        try:
            return next(lines)
        except csv.Error as bad:
            raise self._wrong(lines.line_num, bad) from None

    def batches(self, where: str, report: ImportReport) -> Iterator[tuple[Columns, Sequence[int]]]:
        """Columns and line numbers, many rows at once; rows of another width are rejected.

        Args:
            where: What messages say before the line.

        Raises:
            SourceError: A quote is never closed.
        """
        lines, width, delimiter = self._lines(), len(self.header()), self._delimiter()
        disarmed = "'" in self.text and any(f"'{sign}" in self.text for sign in FORMULA)
        try:
            next(lines)
            if _is_plain(self.text):
                batches = _split(self.text, delimiter, width, self.first, where, report)
            else:
                batches = _batches(lines, self.first, width, where, report)
            for columns, numbers in batches:
                if disarmed:
                    columns = [[_armed(cell) for cell in column] for column in columns]
                yield columns, numbers
        except csv.Error as bad:
            raise self._wrong(lines.line_num, bad) from None

    def _delimiter(self) -> str:
        return delimiter_of(self.text[:HEAD].partition("\n")[0])

    def _lines(self) -> Any:
        return csv.reader(io.StringIO(self.text, newline=""), delimiter=self._delimiter())

    def _wrong(self, line: int, bad: csv.Error) -> SourceError:
        problem = shown(str(bad))
        return SourceError(self.path, f"line {line}", problem, fix=FIX, code="E-TABLE-TEXT")


def delimiter_of(head: str) -> str:
    """What parts the columns of a first line."""
    return max(DELIMITERS, key=head.count)


def cells_of(head: str) -> list[str]:
    """The cells of a first line; none where it is no row."""
    try:
        return next(csv.reader([head.strip("\r\n")], delimiter=delimiter_of(head)), [])
    except csv.Error:
        return []


def bare_columns(cells: list[str], *, predicted: bool) -> tuple[str, ...]:
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


def _armed(cell: str) -> str:
    """A cell without the quote that kept a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(FORMULA) else cell


def _is_plain(text: str) -> bool:
    """Whether no cell is quoted, so that every line stands for itself."""
    return '"' not in text and text.count("\r") == text.count("\r\n")


def _split(
    text: str, delimiter: str, width: int, first: int, where: str, report: ImportReport
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
        yield from _batches(lines, first, width, where, report)
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
    lines: Iterator[list[str]], first: int, width: int, where: str, report: ImportReport
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
                    report.reject("E-TABLE-COLUMNS", f"{where}line {number}", problem, fix)
            batch, numbers = [r for r, _ in kept], [n for _, n in kept]
        if batch:
            yield list(zip(*batch, strict=True)), numbers
