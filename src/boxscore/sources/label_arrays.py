"""Classes of images as NumPy files: (N,) numbers, or (N, C) probabilities of predictions.

Row k is the image called k. Nothing but plain numbers is read: arrays of objects are pickles.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import LARGEST_FILE

MAGIC = b"\x93NUMPY"
QUESTION = "class"
MOST_CLASSES = 100_000
FIX = "save whole numbers of shape (images,), or probabilities of shape (images, classes)"


def recognise(path: Path, role: Role) -> Guess:
    """By the first bytes."""
    del role
    if not path.is_file() or path.suffix.lower() != ".npy":
        return NO
    with path.open("rb") as file:
        sure = file.read(len(MAGIC)) == MAGIC
    return Guess(share=0.95, why="an array of NumPy") if sure else NO


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one array.

    Raises:
        SourceError: It is no array of plain numbers, or of another shape.
    """
    truth = request.role == "truth"
    values = _array(path)
    builder = RawBuilder("npy", path, report, Convention(corners="xywh", scale="pixels"))
    builder.file(path.name)
    for k in range(len(values)):
        builder.image(str(k))
    if values.ndim == 2 and not truth:
        _probabilities(builder, values)
        return builder.build()
    numbers = _classes(path, values)
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
        values = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError):
        raise _wrong(path, "is no array of plain numbers") from None
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "iuf":
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
