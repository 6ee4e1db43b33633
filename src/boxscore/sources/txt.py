"""Plain text, one file per image: `class [confidence] four numbers`, however they are meant.

The class is a name, with spaces or without, or a number. Whether the four numbers are corners or a
size, in pixels or shares of the image, is told of a ground truth from the numbers themselves, and
of predictions by the doctor.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files, number_in, read_lines
from boxscore.sources.yolo_layout import LabelFile, Pictures, label_texts

ALMOST_ALL = 0.98
"""Share of rows from which they say how all are meant."""
FLAG = "difficult"
TRUTHS = ("ground-truth", "groundtruths", "groundtruth", "ground_truth")
FOUND = ("detection-results", "detections", "detection_results", "predictions", "results")
"""Folders side by side, as two widely used programs for mAP want them."""
FIX = "write the class, the confidence of a prediction, and four numbers, separated by spaces"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line: its class, and 4 numbers, or 5 with a confidence at either end."""

    file: int
    line: int
    image: int
    name: str
    numbers: list[float]
    difficult: bool


def recognise(path: Path, role: Role) -> Guess:
    """By lines of a word and the right count of numbers."""
    home = _home(path, role)
    files = label_texts(first_files(home, (".txt",)), home) if path.is_dir() else []
    lines: list[list[str]] = []
    for file in files[:5]:
        try:
            lines += [text.split() for _, text in islice(read_lines(file), 5)]
        except SourceError:
            return NO
    due = 4 if role == "truth" else 5
    found = [_split(words, due) for words in lines]
    if not lines or None in found:
        return NO
    named = any(number_in(row[0]) is None for row in found if row is not None)
    pixels = any(v > 1 for row in found if row is not None for v in row[1])
    share = 0.85 if named else 0.5 if pixels else 0.0
    return Guess(share=share, why=f"lines of a class and {due} numbers, as in {files[0].name}")


def _home(path: Path, role: Role) -> Path:
    """The folder of the files: one below, where ground truth and predictions lie side by side."""
    if not path.is_dir():
        return path
    with os.scandir(path) as entries:
        folders = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    names = {Path(folder).name.lower(): Path(folder) for folder in folders}
    sides = [[names[n] for n in own if n in names] for own in (TRUTHS, FOUND)]
    if not all(sides):
        return path
    return sides[0][0] if role == "truth" else sides[1][0]


def _split(words: Sequence[str], due: int) -> tuple[str, list[float], bool] | None:
    """Class, numbers and whether the line ends in `difficult`; None where it is no such line."""
    difficult = bool(words) and words[-1].casefold() == FLAG
    words = words[:-1] if difficult else words
    values = [number_in(word) for word in words[-due:]]
    numbers = [v for v in values if v is not None]
    if len(words) <= due or len(numbers) < due:
        return None
    name = words[:-due]
    trailing = [number_in(word) is not None for word in name[-2:]]
    if len(name) > 1 and all(trailing) and (len(name) > 2 or number_in(name[0]) is not None):
        return None  # more numbers than are due
    return " ".join(name), numbers, difficult


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read the text files below a folder, or one of them.

    Raises:
        SourceError: There is no such file, or one is no text.
    """
    truth = request.role == "truth"
    path = _home(path, request.role)
    files = [path] if path.is_file() else label_texts(files_below(path, (".txt",)), path)
    if not files:
        fix = "name the folder with the .txt files"
        raise SourceError(path, "", "holds no text file", fix=fix, code="E-TXT-EMPTY")
    root = path if path.is_dir() else path.parent
    builder = RawBuilder("txt", path, report, Convention(corners=None, scale=None))
    pictures = Pictures(request.images)
    rows: list[_Row] = []
    for file in counted(files, "text files"):
        label = LabelFile(path=file, key=file.relative_to(root).with_suffix("").as_posix())
        picture = pictures.of(label) if truth else None
        title = "" if picture is None else pictures.title(picture)
        image = builder.image(label.key, path=picture, title=title)
        rows += _rows(file, file.relative_to(root).as_posix(), image, builder, truth)
    numbers = np.array([row.numbers for row in rows], np.float64).reshape(-1, 4 if truth else 5)
    box, confidence = numbers, None
    if not truth:
        builder.confidence_at, box, confidence = _parted(numbers)
    if truth and request.boxes is None:
        builder.convention = convention_of(box)
        meant = f"boxes of {len(rows)} lines read as {builder.convention.words}"
        report.note("N-TXT-BOXES", meant)
    _add(builder, rows, box, confidence)
    return builder.build()


def _rows(path: Path, name: str, image: int, builder: RawBuilder, truth: bool) -> list[_Row]:
    file, rows = builder.file(shown(name)), []
    for line, text in read_lines(path):
        split = _split(text.split(), 4 if truth else 5)
        if split is None:
            fix = "write a decimal point, not a comma" if "," in text else FIX
            problem = f"{shown(text.strip())} is no class and {4 if truth else 5} numbers"
            builder.report.reject("E-TXT-ROW", f"{shown(name)}:{line}", problem, fix)
            continue
        known, numbers, difficult = split
        row = _Row(
            file=file, line=line, image=image, name=known, numbers=numbers, difficult=difficult
        )
        rows.append(row)
    return rows


def _parted(
    numbers: NDArray[np.float64],
) -> tuple[str, NDArray[np.float64], NDArray[np.float64]]:
    """(N, 4) boxes and (N,) confidences, which stand first unless only the last are shares."""
    shares = ((numbers >= 0) & (numbers <= 1)).mean(axis=0) if numbers.size else np.ones(5)
    if shares[0] < ALMOST_ALL <= shares[4]:
        return "after", numbers[:, :4], numbers[:, 4]
    return "before", numbers[:, 1:], numbers[:, 0]


def convention_of(box: NDArray[np.float64]) -> Convention:
    """How the boxes of a ground truth are meant: corners where nearly all can be.

    Shares that cannot be corners are centres and sizes, as YOLO writes them; pixels that cannot be
    are the top left corner and the size.
    """
    relative = bool(box.size) and float((np.abs(box) <= 1.001).all(axis=1).mean()) >= ALMOST_ALL
    ordered = (box[:, 2] > box[:, 0]) & (box[:, 3] > box[:, 1])
    corners = not box.size or float(ordered.mean()) >= ALMOST_ALL
    other = "cxcywh" if relative else "xywh"
    return Convention(
        corners="xyxy" if corners else other, scale="relative" if relative else "pixels"
    )


def _add(
    builder: RawBuilder,
    rows: list[_Row],
    box: NDArray[np.float64],
    confidence: NDArray[np.float64] | None,
) -> None:
    numbered = bool(rows) and all(row.name.isascii() and row.name.isdecimal() for row in rows)
    refs = {
        name: builder.class_ref(number=int(name)) if numbered else builder.class_ref(name=name)
        for name in dict.fromkeys(row.name for row in rows)
    }
    difficult = [int(Mark.IGNORED) if row.difficult else 0 for row in rows]
    columns: dict[str, NDArray[Any]] = {
        "file": np.array([row.file for row in rows], np.int32),
        "line": np.array([row.line for row in rows], np.int64),
        "image": np.array([row.image for row in rows], np.int32),
        "class_ref": np.array([refs[row.name] for row in rows], np.int32),
        "kind": np.full(len(rows), int(Kind.BOX)),
        "confidence": np.full(len(rows), np.nan) if confidence is None else confidence,
        "marks": np.array(difficult, np.uint16),
    }
    builder.extend(columns, box)
