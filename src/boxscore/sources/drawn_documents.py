"""JSON documents of annotation tools: pictures with the shapes drawn on them -> records."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.below import stem_of
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.json_document import read_document, real
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import NO_BOX, Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.segmentation import code_of
from boxscore.sources.text_lines import files_below, first_files, mentions

LOOKED_AT = 3
Points = NDArray[np.float64]


class BadShapeError(Exception):
    """What is wrong with a shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One object as a tool has it, in pixels.

    Attributes:
        label: Name of its class, or the number, where the tool has none.
        box: In the convention of its tool; nan where the parts say the place.
        parts: (K, 2) points each.
        question: Of an answer about the whole picture.
        facts: What else `RawBuilder.add` takes.
    """

    label: str | int
    kind: Kind
    box: tuple[float, ...] = NO_BOX
    parts: tuple[Points, ...] = ()
    confidence: float = np.nan
    question: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Picture:
    """A picture of a document.

    Attributes:
        name: Path or file name.
        shapes: What is drawn on it, each read when it is asked for: a bad one raises
            `BadShapeError`.
    """

    name: str
    shapes: list[Callable[[], Shape]]
    width: int = 0
    height: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool's documents.

    Attributes:
        name: Of the format.
        words: Bytes that all stand somewhere in each such file.
        fits: Whether a document is of this tool.
        pictures: The pictures of a document, given its file, the role and the report.
        convention: How its boxes are meant.
        why: Of a guess.
        fix: What such a file has.
    """

    name: str
    words: tuple[bytes, ...]
    fits: Callable[[Any], bool]
    pictures: Callable[[Any, Path, Role, ImportReport], Iterator[Picture]]
    convention: Convention
    why: str
    fix: str
    roles: tuple[Role, ...] = ("truth",)
    classes: Callable[[Any], list[str]] = lambda _: []
    """Names of all classes, where a document lists them."""
    endings: tuple[str, ...] = (".json",)
    document: Callable[[Path], Any] = read_document
    """Reads a file that ends so."""
    beside: bool = False
    """Whether names of pictures start in the folder of their document."""

    def recognise(self, path: Path, role: Role) -> Guess:
        """By what its documents have."""
        if role not in self.roles:
            return NO
        for file in [path] if path.is_file() else first_files(path, self.endings)[:LOOKED_AT]:
            likely = file.suffix.lower() in self.endings and mentions(file, self.words)
            if likely and self._document(file) is not None:
                return Guess(share=0.95, why=f"{self.why}, as {file.name}")
        return NO

    def _document(self, file: Path) -> Any:
        try:
            document = self.document(file)
        except SourceError:
            return None
        return document if self.fits(document) else None

    def read(self, path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
        """Read a file, or every one of this tool below a folder.

        Raises:
            SourceError: There is none, or one is no JSON.
        """
        builder = RawBuilder(self.name, path, report, self.convention)
        files = [path] if path.is_file() else files_below(path, self.endings)
        root = path if path.is_dir() else path.parent
        files_near, others = PictureFiles.beside(path, request), 0
        for file in counted(files, "files"):
            document = self.document(file)
            if not self.fits(document):
                others += 1
                continue
            builder.file(shown(file.relative_to(root).as_posix()))
            for name in self.classes(document):
                builder.class_ref(name=name)
            home = file.parent.relative_to(root).as_posix() if self.beside else ""
            for picture in self.pictures(document, file, request.role, report):
                _add(builder, picture, home, files_near, request.role)
        if others == len(files):
            code = f"E-{self.name.upper()}-EMPTY"
            raise SourceError(path, "", f"holds no file of {self.name}", fix=self.fix, code=code)
        if others:
            code = f"N-{self.name.upper()}-OTHER"
            report.note(code, "files of another kind: left out", others)
        return builder.build()


def _add(builder: RawBuilder, picture: Picture, home: str, near: PictureFiles, role: Role) -> None:
    """Add a picture and its shapes; a bad one is rejected with its place."""
    slashed = posixpath.join(home, picture.name.replace("\\", "/")).removeprefix("./")
    found, title = near.find(slashed)
    size = {"width": picture.width, "height": picture.height}
    image = builder.image(_key(slashed), path=found, title=title, **size, **picture.facts)
    code = f"E-{builder.format.upper()}-SHAPE"
    for number, read in enumerate(picture.shapes, 1):
        try:
            shape = read()
            if role == "predictions" and np.isnan(shape.confidence):
                raise BadShapeError("has no confidence")
        except BadShapeError as bad:
            place = f"{builder.files[-1]}: {shown(picture.name)}: shape {number}"
            builder.report.reject(code, place, str(bad), "correct it in the tool, export again")
            continue
        numbered = shape.label if isinstance(shape.label, int) else None
        named = shape.label if isinstance(shape.label, str) else None
        builder.add(
            image,
            builder.class_ref(numbered, named, shape.question),
            shape.kind,
            box=shape.box,
            parts=shape.parts,
            confidence=shape.confidence if role == "predictions" else np.nan,
            line=number,
            **shape.facts,
        )


def _key(name: str) -> str:
    """The path without the suffix of a picture."""
    last = name.rpartition("/")[2]
    stem = stem_of(last)
    suffix = last[len(stem) :].lower()
    return name[: len(name) - len(suffix)] if suffix in IMAGE_SUFFIXES else name


def text_at(record: Any, *names: str) -> str:
    """The first text that a record has under one of the names, or nothing."""
    if not isinstance(record, dict):
        return ""
    texts = (record.get(name) for name in names)
    return next((text for text in texts if isinstance(text, str) and text), "")


def entries(record: Any, name: str) -> list[dict[str, Any]]:
    """The objects of a list in a record; of a dictionary its values."""
    value = record.get(name) if isinstance(record, dict) else None
    listed = list(value.values()) if isinstance(value, dict) else value
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def label_of(record: Any, *names: str) -> str:
    """The class of a shape."""
    label = text_at(record, *names)
    if not label:
        raise BadShapeError("has no class")
    return label


def numbers_at(record: Any, *names: str) -> tuple[float, ...]:
    """The numbers of a shape."""
    given = record if isinstance(record, dict) else {}
    found = [real(given.get(name)) for name in names]
    values = [value for value in found if value is not None]
    if len(values) < len(names):
        raise BadShapeError(f"{', '.join(names)} are not all numbers")
    return tuple(values)


def points_of(given: Any, least: int = 1) -> Points:
    """(K, 2) of a list of pairs, of {x, y}, or of one flat list."""
    try:
        if isinstance(given, list) and given and isinstance(given[0], dict):
            given = [[point["x"], point["y"]] for point in given]
        points = np.array(given, np.float64)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BadShapeError("points are not [[x, y], ...]") from None
    if points.ndim == 1 and points.size % 2 == 0:
        points = points.reshape(-1, 2)
    if points.ndim != 2 or points.shape[1] < 2 or not np.isfinite(points[:, :2]).all():
        raise BadShapeError("points are not [[x, y], ...]")
    if len(points) < least:
        raise BadShapeError(f"has {len(points)} points, where {least} are due")
    return points[:, :2]


def side(value: Any) -> int:
    """Pixels of a side; 0 where they are none."""
    return value if type(value) is int and 0 < value < 1 << 31 else 0


def mask_of(given: Any) -> dict[str, Any]:
    """Facts of a shape from COCO's run lengths, {"counts": text or list, "size": [h, w]}."""
    record = given if isinstance(given, dict) else {}
    counts, size = record.get("counts"), record.get("size")
    if not isinstance(size, list) or len(size) != 2:
        raise BadShapeError("mask without its size")
    height, width = (side(value) for value in size)
    code = code_of(counts, height, width) if isinstance(counts, list) else None
    if isinstance(counts, str) and counts.isascii():
        code = counts.encode()
    if not code:
        raise BadShapeError("mask without its run lengths")
    return {"mask": code, "mask_size": (width, height)}
