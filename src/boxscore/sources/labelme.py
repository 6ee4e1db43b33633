"""labelme: a JSON file per image, with shapes in pixels; the picture within it is not decoded.

Shapes of one label and one group_id are parts of one object. Source: labelme's README and the
files that it writes, up to version 5.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.json_document import read_document
from boxscore.sources.labelme_shapes import ShapeReader, set_flags
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files, mentions

CONVENTION = Convention(corners="xyxy", scale="pixels")
WORDS = (b'"shapes"', b'"imagePath"')
FLAGS = "flags"
"""The question that an image's flags answer."""
LARGEST_FILE = 256 << 20
"""A file may hold its picture."""


def recognise(path: Path, role: Role) -> Guess:
    """By JSON with `shapes` and `imagePath`."""
    if role != "truth":
        return NO
    for file in [path] if path.is_file() else first_files(path, (".json",))[:3]:
        likely = file.suffix.lower() == ".json" and mentions(file, WORDS)
        if likely and _document(file) is not None:
            return Guess(share=0.95, why=f"a JSON file of labelme, {file.name}")
    return NO


def _document(file: Path) -> dict[str, Any] | None:
    """The content of a file of labelme, or None."""
    try:
        document = read_document(file, LARGEST_FILE)
    except SourceError:
        return None
    known = isinstance(document, dict) and isinstance(document.get("shapes"), list)
    return document if known and "imagePath" in document else None


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read a file, or every one below a folder.

    Raises:
        SourceError: There is none, or one is no JSON.
    """
    builder = RawBuilder("labelme", path, report, CONVENTION)
    files = [path] if path.is_file() else files_below(path, (".json",))
    root = path if path.is_dir() else path.parent
    pictures = PictureFiles([root] if request.images is None else [])
    shapes, others, found = ShapeReader(builder), 0, 0
    for file in counted(files, "JSON files"):
        document = read_document(file, LARGEST_FILE)
        if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
            others += 1
            continue
        found += 1
        _read_file(builder, shapes, pictures, file.relative_to(root), document)
    if not found:
        fix = "labelme's files have shapes and imagePath"
        raise SourceError(path, "", "holds no file of labelme", fix=fix, code="E-LABELME-EMPTY")
    if others:
        report.note("N-LABELME-OTHER", "JSON files of another kind: left out", others)
    shapes.finish()
    return builder.build()


def _read_file(
    builder: RawBuilder,
    shapes: ShapeReader,
    pictures: PictureFiles,
    relative: Path,
    document: dict[str, Any],
) -> None:
    name = shown(relative.as_posix())
    builder.file(name)
    width, height = (_side(document.get(side)) for side in ("imageWidth", "imageHeight"))
    key = relative.with_suffix("").as_posix()
    given = document.get("imagePath")
    named = PurePosixPath(given.replace("\\", "/")).name if isinstance(given, str) else ""
    beside = (relative.parent / named).as_posix() if named else ""
    picture, title = pictures.find(*filter(None, (beside, key, named)))
    image = builder.image(key, width=width, height=height, path=picture, title=title)
    shapes.read(name, document["shapes"], image, (width, height))
    for flag in set_flags(document.get("flags")):
        builder.add(image, builder.class_ref(name=flag, question=FLAGS), Kind.CLASSIFICATION)


def _side(value: object) -> int:
    return value if type(value) is int and 0 < value < 1 << 31 else 0
