"""Tables of challenges with a row per image, whose cell `PredictionString` holds all its boxes.

A box is `class confidence a b c d` (Open Images Challenge, VinBigData), `confidence a b c d` where
there is one class (Global Wheat), or in labels also `class a b c d`; Global Wheat's labels of 2021
are `BoxesString`, `a b c d;a b c d`. Which one a file has is said by all of its cells.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.regular_files import first_bytes
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import number_in, read_bytes
from boxscore.sources.txt import convention_of

CELLS = ("predictionstring", "predstring", "boxesstring")
IMAGES = ("imageid", "imagename", "image", "filename", "patientid", "id", "path")
NOTHING = frozenset(("", "nobox", "no_box", "nan"))
ONE_CLASS = "object"
OPEN_IMAGES = "imageid"
SHARE = 1.001
HEAD = 1 << 16
FIRST = 20
"""Bytes and rows that are looked at."""
WHOLE = [0.0, 0.0, 1.0, 1.0]
FIX = "write `class confidence x1 y1 x2 y2` for each box, with spaces between them"


@dataclass(frozen=True, slots=True)
class Shape:
    """How many words a box has, and where its class and confidence stand; -1 nowhere."""

    words: int
    label: int
    score: int

    def box(self, words: Sequence[str]) -> tuple[str, float, list[float]] | None:
        """Class, confidence and four numbers; None where the words are none."""
        numbers = [number_in(word) for word in words[self.words - 4 :]]
        score = number_in(words[self.score]) if self.score >= 0 else np.nan
        if None in numbers or score is None or (self.score >= 0 and not 0 <= score <= 1):
            return None
        label = words[self.label] if self.label >= 0 else ""
        return label, float(score), [n for n in numbers if n is not None]


BOTH = Shape(6, 0, 1)
SCORED = Shape(5, -1, 0)
NAMED = Shape(5, 0, -1)
PLACED = Shape(4, -1, -1)


@dataclass(frozen=True, slots=True)
class _Cell:
    """One row: its line, image, and the words of its boxes."""

    line: int
    image: int
    words: list[str]

    def boxes(self, shape: Shape) -> list[tuple[str, float, list[float]] | None]:
        """Its boxes; None for one that is none, also where words are left over."""
        starts = range(0, len(self.words), shape.words)
        parts = [self.words[k : k + shape.words] for k in starts]
        return [shape.box(part) if len(part) == shape.words else None for part in parts]


def recognise(path: Path, role: Role) -> Guess:
    """By a header that names images and such a cell."""
    if path.suffix.lower() != ".csv":
        return NO
    head = first_bytes(path, HEAD).decode("utf-8-sig", "replace")
    try:
        header, *rows = list(islice(csv.reader(io.StringIO(head, newline="")), FIRST)) or [[]]
    except csv.Error:
        return NO
    image, cell = _columns(header)
    if image < 0 or cell < 0 or (role == "predictions" and _plain(header[cell]) == CELLS[-1]):
        return NO
    why = f"a table with a column {header[cell]}"
    if header[image].casefold() != OPEN_IMAGES or role == "truth":
        return Guess(share=0.97, why=why)
    # Open Images has a reader of its own, for shares of the image.
    foreign = any(not _of_open_images(row[cell]) for row in rows if len(row) == len(header))
    return Guess(share=1.0 if foreign else 0.5, why=why)


def _of_open_images(cell: str) -> bool:
    """Whether a cell has six words a box, the last four of them shares."""
    boxes = _Cell(0, 0, _words(cell)).boxes(BOTH)
    return all(box is not None and max(box[2]) <= SHARE for box in boxes)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _columns(header: Sequence[str]) -> tuple[int, int]:
    """The columns of the image and of the boxes, -1 for none."""
    names = [_plain(name) for name in header]
    image = next((names.index(name) for name in IMAGES if name in names), -1)
    return image, next((names.index(name) for name in CELLS if name in names), -1)


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one table.

    Raises:
        SourceError: It is no UTF-8, its header names too little, or its boxes have no classes
            where the project has several.
    """
    truth = request.role == "truth"
    builder = RawBuilder("prediction-string", path, report, Convention(corners=None, scale=None))
    builder.file(shown(path.name))
    cells = [_Cell(line, builder.image(name), words) for line, name, words in _rows(path, report)]
    shape = _shape(cells, truth)
    only = "" if shape.label >= 0 else _only_class(path, request, report)
    rows: list[tuple[_Cell, str, float, list[float]]] = []
    for cell in cells:
        for k, found in enumerate(cell.boxes(shape), 1):
            if found is None:
                problem = f"box {k} is not {shape.words} words that fit"
                report.reject("E-PREDICTION-STRING", f"line {cell.line}", problem, FIX)
            else:
                rows.append((cell, *found))
    box = np.array([row[3] for row in rows], np.float64).reshape(-1, 4)
    rows, box = _without_nothing(rows, box, report)
    if truth:
        builder.convention = convention_of(box)
        report.note("N-TXT-BOXES", f"{len(rows)} boxes read as {builder.convention.words}")
    numbered = bool(rows) and all(r[1].isascii() and r[1].isdecimal() for r in rows) and not only
    for (cell, label, score, _), values in zip(rows, box.tolist(), strict=True):
        ref = builder.class_ref(int(label)) if numbered else builder.class_ref(name=only or label)
        confidence = np.nan if truth else score
        builder.add(cell.image, ref, Kind.BOX, box=values, confidence=confidence, line=cell.line)
    return builder.build()


def _rows(path: Path, report: ImportReport) -> Iterator[tuple[int, str, list[str]]]:
    """Line, image and words of each row."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        place, fix = f"byte {bad.start}", "save it as UTF-8"
        raise SourceError(path, place, "is not UTF-8", fix=fix, code="E-TEXT-ENCODING") from None
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        image, cell = _columns(next(lines, []))
        if image < 0 or cell < 0:
            problem = "the header names no image or no PredictionString"
            raise SourceError(path, "line 1", problem, fix=FIX, code="E-TABLE-HEADER")
        for row in lines:
            if len(row) > max(image, cell) and row[image].strip():
                words = _words(row[cell])
                nothing = len(words) < 2 and row[cell].strip().casefold() in NOTHING
                yield lines.line_num, row[image].strip(), [] if nothing else words
            elif row:
                problem = "names no image, or has too few columns"
                report.reject("E-TABLE-COLUMNS", f"line {lines.line_num}", problem, FIX)
    except csv.Error as bad:
        place = f"line {lines.line_num}"
        raise SourceError(path, place, shown(str(bad)), fix=FIX, code="E-TABLE-TEXT") from None


def _words(cell: str) -> list[str]:
    """Numbers and names; words that follow each other and are no numbers are one name."""
    words: list[str] = []
    named = False
    for word in cell.replace(";", " ").split():
        number = number_in(word) is not None
        if named and not number:
            words[-1] += f" {word}"
        else:
            words.append(word)
        named = not number
    return words


def _shape(cells: Sequence[_Cell], truth: bool) -> Shape:
    """The shape that most cells fit as a whole; labels may lack a class or a confidence."""
    shapes = (BOTH, SCORED, NAMED, PLACED) if truth else (BOTH, SCORED)
    fits = [sum(None not in cell.boxes(shape) for cell in cells) for shape in shapes]
    return shapes[int(np.argmax(fits))]


def _only_class(path: Path, request: ReadRequest, report: ImportReport) -> str:
    """The class of boxes that name none: the project's only one.

    Raises:
        SourceError: The project has several.
    """
    if request.role == "truth":
        report.note("W-CLASS-NONE", f"boxes name no class: all are of the class {ONE_CLASS!r}")
        return ONE_CLASS
    if len(request.classes) == 1:
        return request.classes[0][1]
    problem = f"its boxes name no class, and the project has {len(request.classes)}"
    raise SourceError(path, "", problem, fix=FIX, code="E-CLASS-NONE")


def _without_nothing(
    rows: list[tuple[_Cell, str, float, list[float]]],
    box: NDArray[np.float64],
    report: ImportReport,
) -> tuple[list[tuple[_Cell, str, float, list[float]]], NDArray[np.float64]]:
    """Leave out boxes `0 0 1 1` among such in pixels: they say that nothing was found."""
    nothing = (box == WHOLE).all(axis=1)
    if not nothing.any() or not (box[~nothing] > 1).any():
        return rows, box
    problem = "boxes `0 0 1 1` among boxes in pixels: they say that nothing was found"
    report.note("N-NOTHING-FOUND", problem, int(nothing.sum()))
    kept = [row for row, none in zip(rows, nothing.tolist(), strict=True) if not none]
    return kept, box[~nothing]
