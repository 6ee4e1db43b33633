"""Classes of images as NumPy files: (N,) numbers, or (N, C) probabilities of predictions.

Row k is the image called k. Nothing but plain numbers is read: arrays of objects are pickles. A
folder may hold both sides: the truth is its only list of classes that is not called as predicted,
the predictions are its only probabilities, else its only list that is called so.
"""

from __future__ import annotations

import tokenize
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.regular_files import open_regular
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import LARGEST_FILE

QUESTION = "class"
MOST_CLASSES = 100_000
MOST_FILES = 50
DAMAGED = (
    ArithmeticError, EOFError, MemoryError, OSError, SyntaxError, TypeError, ValueError,
    tokenize.TokenError,
)  # fmt: skip
"""What NumPy raises on a damaged header or too few bytes."""
FIX = "save whole numbers of shape (images,), or probabilities of shape (images, classes)"


def recognise(path: Path, role: Role) -> Guess:
    """By the first bytes; in a folder, by the shapes."""
    if path.is_file():
        sure = path.suffix.lower() == ".npy" and _shape(path) is not None
        return Guess(share=0.95, why="an array of NumPy") if sure else NO
    found = _files_in(path, role)
    if not found:
        return NO
    names = " and ".join(file.name for file in found[:3])
    return Guess(share=0.9, why=f"arrays of NumPy of a fitting shape: {names}")


def _shape(path: Path) -> tuple[int, ...] | None:
    """The shape that the header states, of plain numbers; None of what is no array."""
    try:
        with open_regular(path) as file:
            major, _ = np.lib.format.read_magic(file)
            known = np.lib.format.read_array_header_1_0, np.lib.format.read_array_header_2_0
            shape, _, dtype = known[major > 1](file)
    except (SourceError, *DAMAGED):
        return None
    return tuple(shape) if dtype.kind in "iuf" else ()


def _files_in(folder: Path, role: Role) -> list[Path]:
    """The arrays of a folder, or one folder deeper, that can be of this side."""
    if not folder.is_dir():
        return []
    files = sorted([*folder.glob("*.npy"), *folder.glob("*/*.npy")])[:MOST_FILES]
    shapes = [(file, _shape(file) or ()) for file in files if file.is_file()]
    lists = [file for file, shape in shapes if len(shape) == 1]
    said = [file for file in lists if "pred" in file.relative_to(folder).as_posix().lower()]
    if role == "truth":
        return [file for file in lists if file not in said]
    return [file for file, shape in shapes if len(shape) == 2] or said


def _file_of(path: Path, role: Role) -> Path:
    """The array to read: the path itself, or the only one of a folder."""
    if not path.is_dir():
        return path
    found = _files_in(path, role)
    if len(found) == 1:
        return found[0]
    names = ", ".join(shown(file.relative_to(path).as_posix()) for file in found)
    problem = f"holds {len(found)} arrays that it may be: {names}" if found else "holds no array"
    raise SourceError(path, "", problem, fix="name the file", code="E-NPY-FOLDER")


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one array.

    Raises:
        SourceError: It is no array of plain numbers, or of another shape; a folder holds none or
            several.
    """
    truth = request.role == "truth"
    file = _file_of(path, request.role)
    values = _array(file)
    builder = RawBuilder("npy", path, report, Convention(corners="xywh", scale="pixels"))
    builder.file(shown(file.name))
    for k in range(len(values)):
        builder.image(str(k))
    if values.ndim == 2 and not truth:
        _probabilities(builder, values)
        return builder.build()
    numbers = _classes(file, values)
    for number in range(int(numbers.max(initial=-1)) + 1):
        builder.class_ref(number, str(number), question=QUESTION)
    image = np.flatnonzero(numbers >= 0)
    confidence = np.full(image.size, np.nan if truth else 1.0)
    if not truth:
        report.note("N-NPY-CONFIDENCE", "classes without probabilities: read as 1", image.size)
    if image.size < numbers.size:
        report.note("N-NPY-NONE", "images of class -1: without one", numbers.size - image.size)
    _extend(builder, image, numbers[image], confidence)
    return builder.build()


def _array(path: Path) -> NDArray[np.generic]:
    if not path.is_file() or path.stat().st_size > LARGEST_FILE:
        raise _wrong(path, "is no file of at most 1 GiB")
    try:
        with open_regular(path) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that Python 2 wrote
            values = np.lib.format.read_array(file, allow_pickle=False)
    except DAMAGED:
        raise _wrong(path, "is no array of plain numbers") from None
    if values.dtype.kind not in "iuf":
        raise _wrong(path, "is no array of plain numbers")
    if values.ndim not in (1, 2):
        raise _wrong(path, f"has shape {values.shape}")
    return values


def _classes(path: Path, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """(N,) whole numbers, -1 for none."""
    if values.ndim != 1:
        raise _wrong(path, f"has shape {values.shape}, where (images,) is due")
    given = values.astype(np.float64)
    if not ((given == np.floor(given)) & (given >= -1) & (given < MOST_CLASSES)).all():
        raise _wrong(path, "holds what is no number of a class")
    return given.astype(np.int64)


def _probabilities(builder: RawBuilder, values: NDArray[np.generic]) -> None:
    images, classes = values.shape
    if classes > MOST_CLASSES:
        raise _wrong(builder.path, f"has {classes} classes")
    for number in range(classes):
        builder.class_ref(number, str(number), question=QUESTION)
    image = np.repeat(np.arange(images), classes)
    ref = np.tile(np.arange(classes), images)
    _extend(builder, image, ref, values.astype(np.float64).ravel())


def _extend(
    builder: RawBuilder,
    image: NDArray[np.int64],
    ref: NDArray[np.int64],
    confidence: NDArray[np.float64],
) -> None:
    columns = {
        "image": image,
        "line": image + 1,
        "class_ref": ref,
        "confidence": confidence,
        "kind": np.full(image.size, int(Kind.CLASSIFICATION)),
    }
    builder.extend(columns, np.full((image.size, 4), np.nan))


def _wrong(path: Path, problem: str) -> SourceError:
    return SourceError(path, "", problem, fix=FIX, code="E-NPY")
