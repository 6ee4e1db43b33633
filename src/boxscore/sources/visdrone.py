"""VisDrone's images: a text for each, `left,top,width,height,score,category,truncation,occlusion`.

In a ground truth the score says whether an object counts. Regions to be ignored and the category
of other objects never do: they are kept as crowd regions, which no protocol counts.
Source: Zhu et al. 2021, "Detection and Tracking Meet Drones Challenge", and its toolkits.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files, number_in, read_lines

CLASSES = (
    "ignored regions", "pedestrian", "people", "bicycle", "car", "van", "truck", "tricycle",
    "awning-tricycle", "bus", "motor", "others",
)  # fmt: skip
UNCOUNTED = (0, 11)
"""Categories that the challenge never counts."""
COLUMNS = 8
FOLDER = "annotations"
LOOKED_AT = 5
FIX = "write left,top,width,height,score,category,truncation,occlusion"


def recognise(path: Path, role: Role) -> Guess:
    """By rows whose fifth number is a score and whose sixth is a category."""
    if not path.is_dir():
        return NO
    for file in first_files(path, (".txt",)):
        if is_detections(file, role):
            return Guess(share=0.95, why=f"rows of boxes and categories, as in {file.name}")
    return NO


def is_detections(path: Path, role: Role) -> bool:
    """Whether the first lines of a file are such rows; tracks have a width in the fifth place."""
    try:
        lines = [text for _, text in islice(read_lines(path), LOOKED_AT)]
    except SourceError:
        return False
    rows = [_numbers(text) for text in lines]
    return bool(rows) and all(row is not None and _fits(row, role) for row in rows)


def is_video(path: Path) -> bool:
    """Whether the first lines are those of its videos: frame and track before the same eight."""
    try:
        lines = [text for _, text in islice(read_lines(path), LOOKED_AT)]
    except SourceError:
        return False
    rows = [text.strip().removesuffix(",").split(",") for text in lines]
    rests = [_numbers(",".join(row[2:])) for row in rows]
    fits = [rest is not None and rest[5] > 0 and _fits(rest, "predictions") for rest in rests]
    return bool(rows) and all(len(row) == COLUMNS + 2 for row in rows) and all(fits)


def _fits(row: list[float], role: Role) -> bool:
    score = row[4] in (0, 1) if role == "truth" else 0 <= row[4] <= 1
    return score and row[5] in range(len(CLASSES)) and set(row[6:]) <= {-1, 0, 1, 2}


def _numbers(text: str) -> list[float] | None:
    """The eight numbers of a line; some files end each with a comma."""
    words = text.strip().removesuffix(",").split(",")
    values = [number_in(word) for word in words]
    numbers = [value for value in values if value is not None]
    return numbers if len(values) == len(numbers) == COLUMNS else None


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read the files below a folder.

    Raises:
        SourceError: There is none.
    """
    truth = request.role == "truth"
    home = path / FOLDER if (path / FOLDER).is_dir() else path
    files = files_below(home, (".txt",)) if home.is_dir() else [path]
    if not files:
        fix = "name the folder with annotations/"
        raise SourceError(path, "", "holds no text file", fix=fix, code="E-VISDRONE-EMPTY")
    builder = RawBuilder("visdrone", path, report, Convention(corners="xywh", scale="pixels"))
    for number, name in enumerate(CLASSES) if truth else ():
        builder.class_ref(number, name)
    beside = [path, home.parent / "images"] if truth and request.images is None else []
    near = PictureFiles(beside)
    for file in counted(files, "text files"):
        name = file.relative_to(home).as_posix() if home.is_dir() else file.name
        builder.file(shown(name))
        key = name.removesuffix(file.suffix)
        picture, title = near.find(key)
        image = builder.image(key, path=picture, title=title)
        for line, text in read_lines(file):
            _add(builder, image, line, text, truth)
    return builder.build()


def _add(builder: RawBuilder, image: int, line: int, text: str, truth: bool) -> None:
    numbers = _numbers(text)
    if numbers is None or numbers[5] not in range(len(CLASSES)):
        problem = f"{shown(text.strip())} is no row of {COLUMNS} numbers with a category"
        builder.report.reject("E-VISDRONE-ROW", f"{builder.files[-1]}:{line}", problem, FIX)
        return
    number = int(numbers[5])
    ignored = truth and (numbers[4] == 0 or number in UNCOUNTED)
    traits = {"truncation": numbers[6], "occlusion": numbers[7]} if truth else {}
    builder.add(
        image,
        builder.class_ref(number, CLASSES[number]),
        Kind.BOX,
        box=numbers[:4],
        confidence=np.nan if truth else numbers[4],
        crowd=ignored,
        marks=int(Mark.IGNORED) if ignored else 0,
        traits=traits,
        line=line,
    )
