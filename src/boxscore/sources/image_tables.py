"""Tables of one image each, called as it: a folder of CSV files without a column of images.

Source: Ultralytics, `Results.to_csv` and `Results.save_csv`.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.regular_files import first_line
from boxscore.sources.report import ImportReport
from boxscore.sources.table_columns import is_table
from boxscore.sources.table_rows import TableReader
from boxscore.sources.text_lines import files_below, first_files, read_bytes

IMAGE = "image"
HEAD = 1 << 16
FIX = "give tables in UTF-8 whose first lines name the same columns"

Row = list[str]


def recognise(path: Path, role: Role) -> Guess:
    """By headers that name what a table needs but for its images."""
    if not path.is_dir():
        return NO
    files = first_files(path, (".csv",), 5)
    headers = [header for file in files if len(header := _header(file)) > 1]
    predicted = role == "predictions"
    if not headers or any(is_table(header, predicted) for header in headers):
        return NO
    if not all(is_table([*header, IMAGE], predicted) for header in headers):
        return NO
    return Guess(share=0.9, why=f"tables of one image each, as {files[0].name}")


def _header(file: Path) -> Row:
    try:
        return next(csv.reader([first_line(file, HEAD)]), [])
    except csv.Error:
        return []


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read every table below a folder; the stem of a file is the name of its image.

    Raises:
        SourceError: There is none, one is no UTF-8, or the headers name too little.
    """
    files = [path] if path.is_file() else files_below(path, (".csv",))
    root = path if path.is_dir() else path.parent
    header = next((h for file in files if len(h := _header(file)) > 1), [])
    if not header:
        fix = "name the folder with the .csv files"
        raise SourceError(path, "", "holds no table", fix=fix, code="E-TABLE-NONE")
    builder = RawBuilder("image-tables", path, report, Convention(corners=None, scale=None))
    table = TableReader(builder, [*header, IMAGE], truth=request.role == "truth")
    for file in counted(files, "tables"):
        name = file.relative_to(root)
        key = name.with_suffix("").as_posix()
        builder.image(key)
        table.file = builder.file(shown(name.as_posix()))
        rows, lines = _rows(file, header, shown(name.as_posix()), report)
        if rows:
            columns = [*zip(*rows, strict=True), [key] * len(rows)]
            table.take({what: columns[k] for what, k in table.found.items()}, lines)
    return table.finish()


def _rows(file: Path, header: Row, name: str, report: ImportReport) -> tuple[list[Row], list[int]]:
    """Rows of the right width below the header, and their lines; a table may be empty."""
    try:
        text = read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        place = f"byte {bad.start}"
        raise SourceError(file, place, "is not UTF-8", fix=FIX, code="E-TEXT-ENCODING") from None
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        own = next(lines, [])
        rows = [(row, lines.line_num) for row in lines if row]
    except csv.Error as bad:
        place = f"line {lines.line_num}"
        raise SourceError(file, place, shown(str(bad)), fix=FIX, code="E-TABLE-TEXT") from None
    if rows and own != header:
        for _, line in rows:
            problem = "stands below another header than that of the first table"
            report.reject("E-TABLE-COLUMNS", f"{name}:{line}", problem, FIX)
        return [], []
    for row, line in rows:
        if len(row) != len(header):
            problem = f"{len(row)} columns, where the header names {len(header)}"
            report.reject("E-TABLE-COLUMNS", f"{name}:{line}", problem, FIX)
    fitting = [(row, line) for row, line in rows if len(row) == len(header)]
    return [row for row, _ in fitting], [line for _, line in fitting]
