"""Classes of images as text, a file per image: a line `probability class` each.

Source: Ultralytics, `Results.save_txt` of classification models, which names the five best.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files, number_in, read_lines
from boxscore.sources.yolo_layout import label_texts

QUESTION = "class"
FIX = "write a probability from 0 to 1 and the name of a class"


def recognise(path: Path, role: Role) -> Guess:
    """By lines of a probability and a name, in files for one image each."""
    if role == "truth" or not path.is_dir():
        return NO
    files = label_texts(first_files(path, (".txt",)), path)
    try:
        lines = [text for file in files[:5] for _, text in islice(read_lines(file), 5)]
    except SourceError:
        return NO
    if not lines or any(_parted(text) is None for text in lines):
        return NO
    why = f"lines of a probability and a class, as in {files[0].name}"
    return Guess(share=0.9, why=why)


def _parted(text: str) -> tuple[float, str] | None:
    """Probability and class of a line; None of another line, such as one of a box."""
    first, _, name = text.strip().partition(" ")
    value, name = number_in(first), name.strip()
    numbers = sum(number_in(word) is not None for word in name.split())
    # A point tells a probability from a number of a class.
    fits = value is not None and "." in first and 0 <= value <= 1 and name and numbers < 2
    return (value, name) if fits and value is not None else None


def read(path: Path, _request: ReadRequest, report: ImportReport) -> RawSet:
    """Read the text files below a folder, or one of them.

    Raises:
        SourceError: There is no such file, or one is no text.
    """
    files = [path] if path.is_file() else label_texts(files_below(path, (".txt",)), path)
    if not files:
        fix = "name the folder with the .txt files"
        raise SourceError(path, "", "holds no text file", fix=fix, code="E-TXT-EMPTY")
    root = path if path.is_dir() else path.parent
    builder = RawBuilder("class-lines", path, report, Convention(corners="xywh", scale="pixels"))
    for file in counted(files, "text files"):
        name = file.relative_to(root)
        builder.file(shown(name.as_posix()))
        image = builder.image(name.with_suffix("").as_posix())
        for line, text in read_lines(file):
            found = _parted(text)
            if found is None:
                problem = f"{shown(text.strip())} is no probability and class"
                place = f"{shown(name.as_posix())}:{line}"
                report.reject("E-CLASS-LINE", place, problem, FIX)
                continue
            ref = builder.class_ref(name=found[1], question=QUESTION)
            builder.add(image, ref, Kind.CLASSIFICATION, confidence=np.float64(found[0]), line=line)
    return builder.build()
