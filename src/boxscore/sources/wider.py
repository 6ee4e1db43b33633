"""WIDER FACE: a list of images, each with its count of boxes and a line for each of them.

Labels are one file, `x y width height` and six attributes a line, or `0 0 0 0 ...` where an image
has no face; predictions are a file for each image with `x y width height score` a line.
Source: Yang et al. 2016, "WIDER FACE: A Face Detection Benchmark", the readme of its labels.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files, number_in, read_lines

FACE = "face"
ATTRIBUTES = 10
"""Numbers of a label; of a prediction there are 5."""
INVALID = 7
"""Place of the attribute of faces that do not count."""
FIX = "write the image, the count of its boxes, and a line of numbers for each"

Line = tuple[int, str]


def recognise(path: Path, role: Role) -> Guess:
    """By a name, a count and as many lines of numbers."""
    files = [path] if path.is_file() else first_files(path, (".txt",)) if path.is_dir() else []
    for file in files[:3]:
        try:
            lines = [text.strip() for _, text in islice(read_lines(file), 3)]
        except SourceError:
            return NO
        due = ATTRIBUTES if role == "truth" else 5
        boxed = len(lines) == 3 and _count(lines[1]) is not None and _numbers(lines[2], due)
        if file.suffix.lower() == ".txt" and boxed and _is_name(lines[0], role):
            return Guess(share=0.97, why=f"an image, a count and boxes, as in {file.name}")
    return NO


def _is_name(text: str, role: Role) -> bool:
    """Labels name files; predictions may leave out their suffixes."""
    named = Path(text).suffix.lower() in IMAGE_SUFFIXES
    return named or (role == "predictions" and number_in(text.split()[0]) is None)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def _numbers(text: str, due: int) -> list[float] | None:
    values = [number_in(word) for word in text.split()]
    numbers = [value for value in values if value is not None]
    return numbers if len(values) == len(numbers) == due else None


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read a list, or all of a folder.

    Raises:
        SourceError: There is none.
    """
    truth = request.role == "truth"
    files = [path] if path.is_file() else files_below(path, (".txt",))
    root = path if path.is_dir() else path.parent
    only = request.classes[0][1] if len(request.classes) == 1 else FACE
    builder = RawBuilder("wider", path, report, Convention(corners="xywh", scale="pixels"))
    face = builder.class_ref(name=FACE if truth else only)
    for file in counted(files, "text files"):
        name = shown(file.relative_to(root).as_posix())
        builder.file(name)
        lines = iter(read_lines(file))
        for _, title in lines:
            title = title.strip()
            number, count = next(lines, (0, ""))
            most = _count(count.strip())
            if most is None or not _is_name(title, request.role):
                problem = f"{shown(title)} and {shown(count.strip())} are no image and count"
                report.reject("E-WIDER-IMAGE", f"{name}:{number}", problem, FIX)
                break
            image = builder.image(title)
            # An image without a face has one line of zeros all the same.
            for line, text in islice(lines, max(most, 1) if truth else most):
                _add(builder, image, face, (line, text), truth)
    if not builder.images:
        raise SourceError(path, "", "holds no list of images", fix=FIX, code="E-WIDER-EMPTY")
    return builder.build()


def _add(builder: RawBuilder, image: int, face: int, given: Line, truth: bool) -> None:
    line, text = given
    numbers = _numbers(text, ATTRIBUTES if truth else 5)
    if numbers is None:
        problem = f"{shown(text.strip())} is no box of {ATTRIBUTES if truth else 5} numbers"
        builder.report.reject("E-WIDER-BOX", f"{builder.files[-1]}:{line}", problem, FIX)
        return
    if truth and not any(numbers[:4]):
        return
    ignored = truth and numbers[INVALID] == 1
    builder.add(
        image,
        face,
        Kind.BOX,
        box=numbers[:4],
        confidence=np.nan if truth else numbers[4],
        marks=int(Mark.IGNORED) if ignored else 0,
        line=line,
    )
