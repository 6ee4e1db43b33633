"""Tables as text: comma, semicolon or tab between columns, which the header line names.

A folder may hold several, as Roboflow writes one for each split.
"""

from __future__ import annotations

import posixpath
from pathlib import Path

from boxscore.errors import SourceError, shown
from boxscore.sources.csv_text import FIX, HEAD, CsvText, bare_columns, cells_of
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.regular_files import first_line
from boxscore.sources.report import ImportReport
from boxscore.sources.table_columns import is_table
from boxscore.sources.table_rows import TableReader
from boxscore.sources.text_lines import files_below, first_files
from boxscore.sources.yolo_lists import SPLITS

SUFFIXES = (".csv", ".tsv", ".txt")
IN_FOLDERS = (".csv", ".tsv")
FOREIGN = {"ImageID", "LabelName"}
"""Columns of Open Images' tables, which are read by their own format."""


def recognise(path: Path, role: Role) -> Guess:
    """By a header that names an image and a class; of predictions also a confidence."""
    if not path.is_dir():
        return _of_file(path, role)
    files = [file for file in first_files(path, IN_FOLDERS) if _is_own(file, role)]
    return Guess(share=0.6, why=f"tables, as {files[0].name}") if files else NO


def _of_file(path: Path, role: Role) -> Guess:
    if path.suffix.lower() not in SUFFIXES:
        return NO
    header = cells_of(first_line(path, HEAD))
    if bare_columns(header, predicted=role == "predictions"):
        return Guess(share=0.8, why="lines of an image, two corners and a class, without a header")
    if not is_table(header, role == "predictions"):
        return NO
    share = 0.4 if set(header) >= FOREIGN else 0.9
    return Guess(share=share, why="a header that names images and classes")


def _is_own(path: Path, role: Role) -> bool:
    return _of_file(path, role).share > 0.5


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one table, or those below a folder that have the columns of the first.

    Raises:
        SourceError: One is no UTF-8, its header names too little, or a quote is never closed.
    """
    files, truth = [path], request.role == "truth"
    if path.is_dir():
        files = [file for file in files_below(path, IN_FOLDERS) if _is_own(file, request.role)]
    if not files:
        raise SourceError(path, "", "holds no table", fix=FIX, code="E-TABLE-NONE")
    builder = RawBuilder("csv", path, report, Convention(corners=None, scale=None))
    text = CsvText.of(files[0], truth=truth)
    header, near = text.header(), PictureFiles.beside(path, request)
    table, others = TableReader(builder, header, truth=truth, near=near), []
    _take(table, text, path, report)
    for file in files[1:]:
        text = CsvText.of(file, truth=truth)
        if text.header() == header:
            table.file = builder.file(shown(file.relative_to(path).as_posix()))
            _take(table, text, path, report)
        else:
            others.append(shown(file.name))
    if others:
        problem = f"tables with other columns: not read: {', '.join(others[:5])}"
        report.note("W-TABLE-OTHER", problem, len(others), wrong=True)
    return table.finish()


def _take(table: TableReader, text: CsvText, root: Path, report: ImportReport) -> None:
    """Add the rows of one table; in a folder, its own folder may say the split."""
    name = text.path.relative_to(root).as_posix() if root.is_dir() else ""
    table.home = posixpath.dirname(name)
    split = next((s for s in SPLITS if table.home.lower().startswith(s)), "")
    for columns, lines in text.batches(f"{shown(name)}: " if name else "", report):
        batch = {what: columns[k] for what, k in table.found.items()}
        if split:
            batch.setdefault("split", [split] * len(lines))
        table.take(batch, lines)
