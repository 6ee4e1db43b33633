"""MOTChallenge's text files: `frame, id, left, top, width, height, confidence, class, visibility`.

A sequence is a folder with gt/gt.txt, det/det.txt, seqinfo.ini and img1; results are one file a
sequence, SEQUENCE.txt. Frames count from 1. In a ground truth column 7 says whether an object
counts, and only files of 9 columns name classes. Source: Leal-Taixe et al. 2015, "MOTChallenge
2015"; Milan et al. 2016, "MOT16: A Benchmark for Multi-Object Tracking".
"""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Mark
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.frames import MOST_FRAMES, Film, fill, numbered_pictures
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import (
    data_texts,
    files_below,
    first_files,
    number_in,
    read_bytes,
    read_lines,
)
from boxscore.sources.visdrone import is_detections, is_video

CONVENTION = Convention(corners="xywh", scale="pixels")
CLASSES = (
    "pedestrian", "person on vehicle", "car", "bicycle", "motorbike", "non motorized vehicle",
    "static person", "distractor", "occluder", "occluder on the ground", "occluder full",
    "reflection", "crowd",
)  # fmt: skip
"""Class numbers from 1, as MOT16 and later name them."""
NAMED = 9
"""Columns of a ground truth that names classes."""


def recognise(path: Path, role: Role) -> Guess:
    """By lines of 7 to 10 numbers with commas between them, that begin with frame and track."""
    files = [path] if path.is_file() else first_files(path, (".txt",)) if path.is_dir() else []
    texts = [file for file in files if file.suffix.lower() == ".txt"]
    files = [file for file in texts if _is_track_file(file) or is_video(file)]
    files = [file for file in files if not is_detections(file, role)]
    if not files:
        return NO
    named = [file for file in files if _has_sequence(file)]
    share = 0.95 if named else 0.9
    return Guess(share=share, why=f"rows of frames and tracks, as in {(named or files)[0].name}")


def _is_track_file(file: Path) -> bool:
    """Whether the first lines are rows."""
    try:
        lines = [text.split(",") for _, text in islice(read_lines(file), 5)]
    except SourceError:
        return False
    return bool(lines) and all(_is_row(words) for words in lines)


def _is_row(words: list[str]) -> bool:
    values = [number_in(word) for word in words]
    return 7 <= len(words) <= 10 and None not in values and (values[0] or 0) >= 1


def _has_sequence(file: Path) -> bool:
    return file.name in ("gt.txt", "det.txt")


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one file, a sequence's folder, or a folder of sequences or of result files.

    Raises:
        SourceError: There is no such file, or it is no text.
    """
    truth = request.role == "truth"
    files = [path] if path.is_file() else _sequence_files(path, truth, report)
    if not files:
        fix = "name gt/gt.txt, or the folder of a sequence"
        raise SourceError(path, "", "holds no file of tracks", fix=fix, code="E-MOT-EMPTY")
    builder = RawBuilder("mot", path, report, CONVENTION)
    names = _names(files, request)
    if truth:
        builder.class_ref(1, names.get(1, CLASSES[0]))
    root = path if path.is_dir() else path.parent
    for file in counted(files, "text files"):
        film, length = _film(file, request)
        values, lines = _numbers(file, file.relative_to(root).as_posix(), builder)
        last = int(values[:, 0].max()) if values.size else 0
        if truth:
            frames = range(1, max([last, length, *film.pictures]) + 1)
            fill(builder, film, frames, len(values), length)
        _extend(builder, film, values, lines, truth, names)
    return builder.build()


def _sequence_files(folder: Path, truth: bool, report: ImportReport) -> list[Path]:
    """gt.txt or det.txt of the sequences, else all files but these; what is left out is counted."""
    files = data_texts(files_below(folder, (".txt",)))
    wanted = "gt.txt" if truth else "det.txt"
    named = [file for file in files if file.name == wanted]
    found = named or [file for file in files if not _has_sequence(file)]
    left = sum(not _has_sequence(file) for file in files) if named else 0
    if left:
        problem = f"text files beside those called {wanted}: left out"
        report.note("N-MOT-OTHER-TEXT", problem, left)
    return found


def _film(file: Path, request: ReadRequest) -> tuple[Film, int]:
    """The sequence of a file, and its length where seqinfo.ini says it."""
    place = file.absolute()
    home = place.parent.parent if place.parent.name in ("gt", "det") else place.parent
    facts = _facts(home / "seqinfo.ini") if _has_sequence(file) else {}
    name = home.name if _has_sequence(file) else file.stem
    pictures: dict[int, Path] = {}
    if request.role == "truth":
        given = request.images
        below = None if given is None else given / name
        folder = below if below is not None and below.is_dir() else given or home / "img1"
        pictures = numbered_pictures(folder)
    width, height, length = (facts.get(key, 0) for key in ("imwidth", "imheight", "seqlength"))
    return Film(name=name, width=width, height=height, pictures=pictures), length


def _facts(path: Path) -> dict[str, int]:
    """Whole numbers of seqinfo.ini, where there is one; its name of the sequence is the folder's.

    Raises:
        SourceError: It is no such file.
    """
    if not path.is_file():
        return {}
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string("\n".join(text for _, text in read_lines(path)))
        given = dict(parser["Sequence"]) if parser.has_section("Sequence") else {}
    except IniError:
        fix = "write [Sequence] and lines of key=value"
        raise SourceError(path, "", "is no seqinfo.ini", fix=fix, code="E-MOT-INFO") from None
    whole = {key: int(text) for key, text in given.items() if text.isascii() and text.isdecimal()}
    return {key: value for key, value in whole.items() if value < MOST_FRAMES}


def _numbers(
    file: Path, name: str, builder: RawBuilder
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(N, 9) columns and (N,) line numbers of the good rows; missing columns are -1.

    Of ten columns the last three are a place in the world, and no class.
    """
    builder.file(shown(name))
    if is_video(file):
        problem = "is of VisDrone's videos, whose columns mean something else from the eighth on"
        fix = "leave out rows of category 0, keep nine columns, and name the classes in labels.txt"
        raise SourceError(file, "", problem, fix=fix, code="E-MOT-VISDRONE")
    quick = _quickly(file)
    rows: list[list[float]] = []
    lines: list[int] = []
    if quick is not None:
        return _padded(quick), np.arange(1, len(quick) + 1)
    for line, text in read_lines(file):
        words = text.strip().split(",") if "," in text else text.split()
        values = [number_in(word) for word in words]
        numbers = [v for v in values if v is not None]
        problem = ""
        if len(numbers) < len(values):
            problem = f"{shown(words[values.index(None)])} is no number"
        elif not 6 <= len(numbers) <= 10:
            problem = f"{len(numbers)} columns, where 7 to 10 are due"
        elif not _sound(np.array([numbers]))[0]:
            problem = f"frame {numbers[0]:g} or track {numbers[1]:g} is none"
        if problem:
            fix = "write frame,id,left,top,width,height,confidence,-1,-1,-1; frames from 1"
            builder.report.reject("E-MOT-ROW", f"{shown(name)}:{line}", problem, fix)
            continue
        rows.append(_padded(np.array([numbers]))[0].tolist())
        lines.append(line)
    return np.array(rows, np.float64).reshape(-1, NAMED), np.array(lines, np.int64)


def _quickly(file: Path) -> NDArray[np.float64] | None:
    """All rows at once, where every line is plain; else None."""
    text = read_bytes(file)
    plain = text.replace(b"\r\n", b"\n").split(b"\n")
    while plain and not plain[-1]:
        plain.pop()
    if not plain or max(map(len, plain)) > 1000 or not all(plain) or b"_" in text or b"#" in text:
        return None
    try:
        values = np.loadtxt([line.decode("ascii") for line in plain], delimiter=",", ndmin=2)
    except ValueError:
        return None
    good = 6 <= values.shape[1] <= 10 and len(values) == len(plain)
    return values if good and np.isfinite(values).all() and _sound(values).all() else None


def _sound(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Rows whose frame and track are whole numbers."""
    whole = (values[:, :2] == np.floor(values[:, :2])).all(axis=1)
    reach = (values[:, 0] >= 1) & (values[:, 0] < MOST_FRAMES) & (np.abs(values[:, 1]) < 1 << 53)
    sound: NDArray[np.bool_] = whole & reach
    return sound


def _padded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of nine columns."""
    out = np.full((len(values), NAMED), -1.0)
    known = 7 if values.shape[1] == 10 else values.shape[1]
    out[:, :known] = values[:, :known]
    return out


def _extend(
    builder: RawBuilder,
    film: Film,
    values: NDArray[np.float64],
    lines: NDArray[np.int64],
    truth: bool,
    names: Mapping[int, str],
) -> None:
    """Add the rows of one sequence."""
    frame, track = values[:, 0].astype(np.int64), values[:, 1].astype(np.int64)
    images = {f: film.image(builder, f) for f in np.unique(frame).tolist()}
    refs = {number: _class(builder, number, names) for number in np.unique(values[:, 7]).tolist()}
    confidence = np.where(values[:, 6] == -1, 1.0, values[:, 6])
    unsaid = int((values[:, 6] == -1).sum())
    if unsaid and not truth:
        problem = "rows with confidence -1, which means none: read as 1"
        builder.report.note("N-MOT-CONFIDENCE", problem, unsaid)
    ignored = truth & (values[:, 6] == 0)
    if ignored.any():
        problem = "objects that do not count (column 7 is 0): kept, marked as ignored"
        builder.report.note("N-MOT-IGNORED", problem, int(ignored.sum()))
    columns = {
        "file": np.full(frame.size, len(builder.files) - 1),
        "line": lines,
        "image": np.array([images[f] for f in frame.tolist()], np.int32),
        "class_ref": np.array([refs[c] for c in values[:, 7].tolist()], np.int32),
        "confidence": np.full(frame.size, np.nan) if truth else confidence,
        "marks": np.where(ignored, int(Mark.IGNORED), 0),
    }
    texts = [str(t) if t >= 0 else "" for t in track.tolist()]
    seen = values[:, 8]
    traits = {"visibility": np.where(seen >= 0, seen, np.nan)} if truth else {}
    builder.extend(columns, values[:, 2:6], texts, traits)


def _class(builder: RawBuilder, number: float, names: Mapping[int, str]) -> int:
    """By number and name; -1 and 0 stand for the one class of files that name none."""
    whole = max(int(number), 1)
    return builder.class_ref(whole, names.get(whole, f"class {whole}"))


def _names(files: list[Path], request: ReadRequest) -> dict[int, str]:
    """Names of class numbers: labels.txt beside the boxes (as CVAT writes it), else MOT16's."""
    known = dict(enumerate(CLASSES, 1))
    if request.role == "predictions":
        return known
    listed = next((f.with_name("labels.txt") for f in files if _has_labels(f)), None)
    if listed is None:
        return known
    return dict(enumerate((text.strip() for _, text in read_lines(listed)), 1))


def _has_labels(file: Path) -> bool:
    return file.with_name("labels.txt").is_file()
