"""List files of keras-yolo3 and its heirs: `path x1,y1,x2,y2,class ...`, a line for each image.

Corners are in pixels, classes are counted from 0; a prediction has its confidence as a sixth
number. Names of the classes stand, one a line, in a `.names` file or classes.txt beside the list.
Source: the readme files of keras-yolo3 and of its ports to TensorFlow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import first_files, number_in, read_lines

CONVENTION = Convention(corners="xyxy", scale="pixels")
NAME_FILES = (".names", "classes.txt")
LONGEST_LINE = 1 << 20
"""Bytes of a line: an image may have thousands of boxes."""
BOX = 5
"""Numbers of a box and its class; a confidence comes after them."""


def recognise(path: Path, role: Role) -> Guess:
    """By lines of an image file and boxes of five or six numbers with commas between them."""
    file = _file_in(path, role)
    if file is None:
        return NO
    return Guess(share=0.97, why=f"lines of an image file and its boxes, as in {file.name}")


def _file_in(path: Path, role: Role) -> Path | None:
    """The list that a path is or holds; of several, the first."""
    files = [path] if path.is_file() else first_files(path, (".txt",)) if path.is_dir() else []
    files = [file for file in files if file.suffix.lower() == ".txt" and file.parent in _own(path)]
    return next((file for file in files if _is_list(file, role)), None)


def _own(path: Path) -> tuple[Path, Path]:
    return path, path.parent


def _is_list(file: Path, role: Role) -> bool:
    try:
        lines = [_parted(text) for _, text in islice(read_lines(file, LONGEST_LINE), 5)]
    except SourceError:
        return False
    boxes = [box for _, boxes in lines for box in boxes]
    due = {BOX, BOX + 1} if role == "truth" else {BOX + 1}
    return bool(boxes) and all(
        Path(name).suffix.lower() in IMAGE_SUFFIXES and all(len(box) in due for box in boxes)
        for name, boxes in lines
    )


def _parted(text: str) -> tuple[str, list[list[str]]]:
    """The image of a line, in whose path there may be spaces, and the words of its boxes."""
    words = text.split(" ")
    end = len(words)
    while end > 1 and ("," in words[end - 1] or not words[end - 1].strip()):
        end -= 1
    boxes = [word.strip().split(",") for word in words[end:] if word.strip()]
    return " ".join(words[:end]).strip(), boxes


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read a list, or the one in a folder.

    Raises:
        SourceError: There is none.
    """
    file = path if path.is_file() else _file_in(path, request.role)
    if file is None:
        fix = "name the list: lines of path x1,y1,x2,y2,class ..."
        raise SourceError(path, "", "holds no list of images", fix=fix, code="E-LIST-EMPTY")
    builder = RawBuilder("keras-yolo", path, report, CONVENTION)
    builder.file(file.name)
    names = _names(file)
    for number, name in enumerate(names):
        builder.class_ref(number, name)
    lines = [(line, *_parted(text)) for line, text in read_lines(file, LONGEST_LINE)]
    base_names = Counter(Path(name.replace("\\", "/")).name for _, name, _ in lines)
    truth = request.role == "truth"
    scored = 0
    for line, name, boxes in lines:
        short = Path(name.replace("\\", "/")).name
        image = builder.image(short if base_names[short] == 1 else name)
        for words in boxes:
            problem = _problem(words, names, truth)
            if problem:
                fix = "write x1,y1,x2,y2,class" + ("" if truth else ",confidence")
                builder.report.reject("E-LIST-BOX", f"line {line}", problem, fix)
                continue
            values = [float(word) for word in words]
            number = int(values[4])
            scored += len(values) > BOX
            builder.add(
                image,
                builder.class_ref(number, names[number] if names else None),
                Kind.BOX,
                box=values[:4],
                confidence=np.nan if truth else values[BOX],
                line=line,
            )
    if truth and scored:
        problem = "boxes with a confidence: it is not used in a ground truth"
        report.note("N-LIST-CONFIDENCE", problem, scored)
    return builder.build()


def _names(file: Path) -> list[str]:
    """The classes of the only file of names beside the list; none where there are several."""
    beside = sorted(p for p in file.parent.iterdir() if p.name.lower().endswith(NAME_FILES))
    if len(beside) != 1 or not beside[0].is_file():
        return []
    return list(_texts(beside[0]))


def _texts(file: Path) -> Iterator[str]:
    return (text.strip() for _, text in read_lines(file))


def _problem(words: list[str], names: list[str], truth: bool) -> str:
    """What makes a box none, or nothing."""
    values = [number_in(word) for word in words]
    whole = ",".join(words)
    if None in values or not BOX <= len(values) <= BOX + 1 or (not truth and len(values) == BOX):
        due = "five numbers" if truth else "six numbers"
        return f"{shown(whole)} is no box of {due}"
    number = values[4] or 0.0
    if number != int(number) or not 0 <= number < 1 << 31:
        return f"class {shown(words[4])} is no number of a class"
    if names and int(number) >= len(names):
        return f"class {int(number)} is not among the {len(names)} names"
    return ""
