"""DOTA's text files: four corners and a class a line; results of its first task, a file per class.

Labels are `x1 y1 x2 y2 x3 y3 x4 y4 class difficult`, one file an image, after two lines about the
picture; results `image confidence x1 ... y4` in Task1_CLASS.txt. Difficult objects are ignored.
Source: Xia et al. 2018, "DOTA: A Large-scale Dataset for Object Detection in Aerial Images".
"""

from __future__ import annotations

import re
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
from boxscore.sources.text_lines import (
    data_texts,
    files_below,
    first_files,
    number_in,
    read_lines,
)

CONVENTION = Convention(corners="xyxy", scale="pixels")
HEADS = ("imagesource:", "gsd:")
LABELS = re.compile(r"labelTxt.*", re.I)
RESULTS = re.compile(r"Task1_(.+)", re.I)
SPLITS = ("train", "val", "test")
COLUMNS = "x1 y1 x2 y2 x3 y3 x4 y4 class difficult"
RESULT_COLUMNS = "image confidence x1 y1 x2 y2 x3 y3 x4 y4"
LOOKED_AT = 5


def recognise(path: Path, role: Role) -> Guess:
    """By eight numbers before a word, or by the names of results."""
    texts = [path] if path.is_file() else data_texts(first_files(path, (".txt",)))
    for file in texts[:LOOKED_AT]:
        if file.suffix.lower() == ".txt" and _fits(file, role):
            what = "four corners and a class" if role == "truth" else "results of DOTA's first task"
            return Guess(share=0.95, why=f"{what}, as in {file.name}")
    return NO


def _fits(file: Path, role: Role) -> bool:
    if role == "predictions" and RESULTS.fullmatch(file.stem) is None:
        return False
    try:
        lines = [text for _, text in islice(read_lines(file), 3) if not text.startswith(HEADS)]
    except SourceError:
        return False
    return bool(lines) and _corners(lines[0].split(), role) is not None


def _corners(words: list[str], role: Role) -> list[float] | None:
    """Confidence, 0 of a label, and eight numbers of a line; None where it is no such line."""
    if role == "truth":
        named = len(words) in (9, 10) and number_in(words[8]) is None
        found = [number_in(word) for word in ["0", *words[:8]]] if named else []
    else:
        found = [number_in(word) for word in words[1:]] if len(words) == 10 else []
    numbers = [value for value in found if value is not None]
    return numbers if len(numbers) == 9 else None


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read the labels of images, or the results of classes.

    Raises:
        SourceError: There is no file.
    """
    role, root = request.role, path if path.is_dir() else path.parent
    files = [path] if path.is_file() else data_texts(files_below(path, (".txt",)))
    if role == "predictions":
        files = [file for file in files if RESULTS.fullmatch(file.stem)] or files
    if not files:
        fix = "name the folder labelTxt, or the one with Task1_CLASS.txt"
        raise SourceError(path, "", "holds no text file", fix=fix, code="E-DOTA-EMPTY")
    builder = RawBuilder("dota", path, report, CONVENTION)
    near = [root, *([root.parent / "images"] if LABELS.fullmatch(root.name) else [])]
    pictures = PictureFiles(near if role == "truth" and request.images is None else [])
    for file in counted(files, "text files"):
        relative = file.relative_to(root)
        builder.file(shown(relative.as_posix()))
        image = _image(builder, relative, pictures) if role == "truth" else -1
        _read_file(builder, file, image, role)
    return builder.build()


def _image(builder: RawBuilder, relative: Path, pictures: PictureFiles) -> int:
    folders = [part for part in relative.parts[:-1] if not LABELS.fullmatch(part)]
    key = "/".join([*folders, relative.stem])
    split = next((part for part in folders if part in SPLITS), "")
    found, title = pictures.find(key, relative.stem)
    return builder.image(key, path=found, title=title, split=split)


def _read_file(builder: RawBuilder, file: Path, image: int, role: Role) -> None:
    named = RESULTS.fullmatch(file.stem)
    kind = file.stem if named is None else named[1]
    for line, text in read_lines(file):
        words = text.split()
        if role == "truth" and text.startswith(HEADS):
            continue
        numbers = _corners(words, role)
        if numbers is None:
            due = COLUMNS if role == "truth" else RESULT_COLUMNS
            place = f"{builder.files[-1]}:{line}"
            builder.report.reject("E-DOTA-ROW", place, f"{shown(text)} is no row", f"write {due}")
            continue
        truth = role == "truth"
        hard = truth and len(words) == 10 and words[9] != "0"
        builder.add(
            image if truth else builder.image(words[0]),
            builder.class_ref(name=words[8] if truth else kind),
            Kind.ROTATED_BOX,
            parts=(np.array(numbers[1:]).reshape(4, 2),),
            confidence=np.nan if truth else numbers[0],
            marks=int(Mark.IGNORED) if hard else 0,
            line=line,
        )
