"""The CSV files of Open Images: what each one holds, and its rows, some thousand at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.sources.regular_files import open_regular
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import number_in

ROWS = 1 << 16
LONGEST_LINE = 1 << 20
CORNERS = ("xmin", "ymin", "xmax", "ymax")
CONFIDENCES = ("score", "conf", "confidence")


class Table(Enum):
    """What a CSV file holds."""

    BOXES = "boxes"
    STRINGS = "prediction strings"
    LABELS = "labels of whole images"
    NAMES = "names of classes"
    IMAGES = "a list of images"
    OTHER = "something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of a file.

    Attributes:
        columns: Name in lower case -> texts.
        line: (N,) line of each row, from 1.
    """

    columns: Mapping[str, Sequence[str]]
    line: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFile:
    """One file and its header.

    Attributes:
        name: Relative to the source, fit for messages.
        header: Names in lower case; made up where the file has none.
        headed: Whether the first line is the header.
    """

    path: Path
    name: str
    kind: Table
    header: tuple[str, ...]
    delimiter: str
    headed: bool

    @property
    def confidence(self) -> str | None:
        """The column of the confidence."""
        return next((name for name in CONFIDENCES if name in self.header), None)

    def rows(self, report: ImportReport) -> Iterator[Rows]:
        """Its rows; those of another length are rejected."""
        with open_regular(self.path) as file:
            reader = csv.reader(_lines(self.path, file), delimiter=self.delimiter)
            try:
                yield from self._rows(reader, report)
            except csv.Error as bad:
                fix = "export it again"
                problem = f"is no CSV: {bad}"
                place = f"line {reader.line_num}"
                raise SourceError(self.path, place, problem, fix=fix, code="E-CSV") from None

    def _rows(self, reader: Any, report: ImportReport) -> Iterator[Rows]:
        first = 1
        if self.headed:
            next(reader, None)
            first = 2
        while some := list(islice(reader, ROWS)):
            width = len(self.header)
            good = [k for k, row in enumerate(some) if len(row) == width]
            if len(good) < len(some):
                self._reject(some, first, report)
            kept = some if len(good) == len(some) else [some[k] for k in good]
            columns = list(zip(*kept, strict=True)) or [()] * width
            yield Rows(
                columns=dict(zip(self.header, columns, strict=True)),
                line=np.array(good, np.int64) + first,
            )
            first += len(some)

    def _reject(self, some: list[list[str]], first: int, report: ImportReport) -> None:
        width = len(self.header)
        for k, row in enumerate(some):
            if row and len(row) != width:
                problem = f"{len(row)} columns, the header has {width}"
                fix = "a decimal comma needs quotes around the number, or ; between columns"
                report.reject("E-CSV-COLUMNS", f"{self.name}:{first + k}", problem, fix)


def csv_file(path: Path, root: Path) -> CsvFile | None:
    """A file and what it holds, by its first line; None where it cannot be read."""
    try:
        with open_regular(path) as file:
            first = next(_lines(path, file), "").strip()
    except SourceError:
        return None
    delimiter = max(",;\t", key=first.count)
    try:
        words = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return None
    header = tuple(word.strip().lower() for word in words)
    kind, headed = _kind(header), True
    if kind is Table.OTHER and len(words) == 2 and words[0].startswith(("/m/", "/g/", "/j/")):
        kind, header, headed = Table.NAMES, ("labelname", "displayname"), False
    name = shown(path.relative_to(root).as_posix()) if path.is_relative_to(root) else path.name
    return CsvFile(
        path=path, name=name, kind=kind, header=header, delimiter=delimiter, headed=headed
    )


def _kind(header: tuple[str, ...]) -> Table:
    has = set(header)
    if len(has) < len(header) or "maskpath" in has:
        return Table.OTHER
    for kind, wanted in (
        (Table.BOXES, {"imageid", "labelname", *CORNERS}),
        (Table.STRINGS, {"imageid", "predictionstring"}),
        (Table.LABELS, {"imageid", "labelname", "confidence"}),
        (Table.NAMES, {"labelname", "displayname"}),
        (Table.IMAGES, {"imageid", "subset"}),
    ):
        if wanted <= has:
            return kind
    return Table.OTHER


def numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    """(N,) values; nan for what is no finite number. A decimal comma is read as a point."""
    try:
        values = np.array(texts, np.str_).astype(np.float64)
    except ValueError:
        found = [number_in(text.strip().replace(",", ".", 1)) for text in texts]
        return np.array([np.nan if value is None else value for value in found], np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _lines(path: Path, file: BinaryIO) -> Iterator[str]:
    encoding = "utf-8-sig"
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise _wrong(path, "a line is longer than 1 MiB", "E-TEXT-LINE")
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError:
            raise _wrong(path, "is not UTF-8", "E-TEXT-ENCODING") from None
        encoding = "utf-8"


def _wrong(path: Path, problem: str, code: str) -> SourceError:
    return SourceError(path, "", problem, fix="give CSV in UTF-8", code=code)
