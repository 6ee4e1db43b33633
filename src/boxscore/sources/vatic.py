"""VATIC's text dumps: `track xmin ymin xmax ymax frame lost occluded generated "label" ["attr"]`.

A file is one video, whose frames count from 0. Boxes of objects that are lost (outside the view)
are left out and counted; what was interpolated is kept. Source: Vondrick et al. 2013, "Efficiently
Scaling Up Crowdsourced Video Annotation"; the readme of VATIC.
"""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.frames import MOST_FRAMES, Film, fill, numbered_pictures
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files, number_in, read_lines

CONVENTION = Convention(corners="xyxy", scale="pixels")
ROW = re.compile(r'\s*((?:\S+\s+){9})"([^"]*)"((?:\s+"[^"]*")*)\s*')
FIX = 'write track xmin ymin xmax ymax frame lost occluded generated "label"'


def recognise(path: Path, role: Role) -> Guess:
    """By nine numbers and a label in quotes."""
    files = [path] if path.is_file() else first_files(path, (".txt",)) if path.is_dir() else []
    for file in files[:5]:
        if role == "truth" and file.suffix.lower() == ".txt" and _is_dump(file):
            return Guess(share=0.95, why=f"rows of VATIC's tracks, as in {file.name}")
    return NO


def _is_dump(file: Path) -> bool:
    try:
        rows = [_row(text) for _, text in islice(read_lines(file), 5)]
    except SourceError:
        return False
    return bool(rows) and None not in rows


def _row(text: str) -> tuple[list[float], str, int] | None:
    """Nine numbers, the label and the count of attributes; None where it is no row."""
    found = ROW.fullmatch(text)
    if found is None:
        return None
    values = [number_in(word) for word in found[1].split()]
    numbers = [value for value in values if value is not None]
    return (numbers, found[2], found[3].count('"') // 2) if len(numbers) == 9 else None


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one dump, or all of a folder.

    Raises:
        SourceError: There is no text file.
    """
    files = [path] if path.is_file() else [f for f in files_below(path, (".txt",)) if _is_dump(f)]
    if not files:
        fix = "name the text file of a video"
        raise SourceError(path, "", "holds no dump of VATIC", fix=fix, code="E-VATIC-EMPTY")
    builder = RawBuilder("vatic", path, report, CONVENTION)
    root = path if path.is_dir() else path.parent
    lost = attributes = 0
    for file in counted(files, "text files"):
        pictures = _pictures(file.stem, request.images)
        film = Film(name=file.stem, pictures=pictures)
        name = shown(file.relative_to(root).as_posix())
        builder.file(name)
        last, rows = -1, 0
        for line, text in read_lines(file):
            row = _row(text)
            if row is None or not _is_frame(row[0][5]):
                problem = f"{shown(text.strip())} is no row of VATIC"
                report.reject("E-VATIC-ROW", f"{name}:{line}", problem, FIX)
                continue
            numbers, label, count = row
            last, rows = max(last, int(numbers[5])), rows + 1
            attributes += count
            if numbers[6]:
                lost += 1
                continue
            _add(builder, film.image(builder, int(numbers[5])), numbers, label, line)
        fill(builder, film, range(max([last, *pictures]) + 1), rows)
    if lost:
        report.note("N-VATIC-LOST", "boxes of objects outside the view: left out", lost)
    if attributes:
        report.note("N-VATIC-ATTRIBUTES", "attributes of tracks: not read", attributes)
    return builder.build()


def _is_frame(value: float) -> bool:
    return 0 <= value < MOST_FRAMES and value == int(value)


def _pictures(name: str, images: Path | None) -> dict[int, Path]:
    if images is None:
        return {}
    below = images / name
    return numbered_pictures(below if below.is_dir() else images)


def _add(builder: RawBuilder, image: int, numbers: list[float], label: str, line: int) -> None:
    builder.add(
        image,
        builder.class_ref(name=label),
        Kind.BOX,
        box=numbers[1:5],
        track=f"{numbers[0]:g}",
        traits={"occlusion": numbers[7], "generated": numbers[8]},
        line=line,
    )
