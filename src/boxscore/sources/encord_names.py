"""File names of Encord Active's prediction folders: TITLE.ext and TITLE__FRAME.ext -> items."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError, SourceError
from boxscore.sources.item_lookup import ItemLookup, NotFound
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below

KITTI_FILE_NAME_REGEX = r"^(?P<data_unit_title>.*?)(?:__(?P<frame>\d+))?\.(?:txt|csv)$"
PNG_FILE_NAME_REGEX = r"^(?P<data_unit_title>.*?)(?:__(?P<frame>\d+))?\.png$"
KITTI_SUFFIXES = (".txt", ".csv")
PNG_SUFFIXES = (".png",)

FIX = "name files TITLE.ext or TITLE__FRAME.ext after the titles of `print data-mapping`"
PlaceOf = Callable[[Path], tuple[str, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderWishes:
    """How a folder of predictions is to be read, where the caller says so.

    Attributes:
        ontology: Feature hash -> class of the predictions; default: the file in the folder.
        pattern: Regular expression with the groups data_unit_title and, optionally, frame.
        place_of: Path -> (data hash, frame or None), instead of the pattern's groups.
    """

    ontology: Mapping[str, Any] | None = None
    pattern: str | None = None
    place_of: PlaceOf | None = None


BESIDE = FolderWishes()
"""Everything as documented: the mapping in the folder, the usual file names."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file and the item that its predictions are for."""

    path: Path
    name: str
    item: int


def placed_files(
    root: Path,
    suffixes: tuple[str, ...],
    default: str,
    wishes: FolderWishes,
    lookup: ItemLookup,
    report: ImportReport,
) -> Iterator[Place]:
    """Every file of a folder that names an item; the others are rejected or counted.

    Raises:
        SourceError: No file of the folder fits.
    """
    pattern = _compiled(wishes.pattern or default)
    if not root.is_dir():
        raise SourceError(root, "", "is no folder", fix="name a folder", code="E-ENCORD-FOLDER")
    files = files_below(root, suffixes)
    matches = [(path, found) for path in files if (found := pattern.search(path.name))]
    if len(matches) < len(files):
        problem = "files whose names do not fit the pattern: left out"
        report.note("W-ENCORD-FILE-NAME", problem, len(files) - len(matches))
    if not matches:
        problem = f"holds no file {' or '.join('*' + s for s in suffixes)} that fits"
        raise SourceError(root, "", problem, fix=FIX, code="E-ENCORD-FOLDER")
    for path, found in matches:
        name = path.relative_to(root).as_posix()
        try:
            yield Place(path, name, _item(path, found, wishes.place_of, lookup, report, name))
        except NotFound as bad:
            report.reject("E-IMAGE-UNKNOWN", name, str(bad), FIX)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as bad:
        problem = f"the file name pattern is no regular expression: {bad}"
        raise RequestError(problem, fix="correct it", code="E-ENCORD-PATTERN") from None
    if "data_unit_title" not in compiled.groupindex:
        problem = "the file name pattern has no group data_unit_title"
        raise RequestError(problem, fix="(?P<data_unit_title>...)", code="E-ENCORD-PATTERN")
    return compiled


def _item(
    path: Path,
    found: re.Match[str],
    place_of: PlaceOf | None,
    lookup: ItemLookup,
    report: ImportReport,
    name: str,
) -> int:
    if place_of is not None:
        title, frame = place_of(path)
        return lookup.find(title, frame)
    groups = found.groupdict()
    digits, title = groups.get("frame"), groups["data_unit_title"]
    if digits is None or not lookup.knows(title):
        # Without a frame, or a title that itself ends in two underscores and a number.
        return lookup.find(title if digits is None else path.stem)
    frame = int(digits) if len(digits) < 10 else -1
    row = lookup.find(title, frame)
    if not lookup.is_exact(row, frame):
        problem = f"frame {digits} of a single image: read as its only frame"
        report.repair("W-ENCORD-FRAME", name, problem, digits)
    return row
