"""XML files of VOC with nothing unusual in them, read as a whole; all others are left to be parsed.

A file is plain when it is short, of ASCII without entities, comments, attributes or declarations,
and each object has a name, one box of four numbers and nothing that changes its shape. What is read
here is the same as `voc_objects` reads; the tests hold the two against each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, XMLParser

import numpy as np
from numpy.typing import NDArray

from boxscore.engine import Tally, map_shards
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Mark
from boxscore.sources.raw import RawBuilder
from boxscore.sources.text_lines import LONGEST_LINE, SHARD, read_bytes
from boxscore.sources.voc_layout import VocLayout
from boxscore.sources.voc_objects import CORNERS, NO_POSE, POSES, YES, image_of

UNUSUAL = frozenset(("polygon", "robndbox", "part", "object"))
OBJECT = b"<object>"
SPECIAL = (b"<!", b"&", b"\r", b"\0", b'"', b"'", b"<?")
"""What plain files do not have after the first line."""
DECLARATION = b"?>"
LONGEST_TEXT = 4096
MOST_DIGITS = 9
FLAGS = ("difficult", "truncated", "occluded")
IN_ORDER = itemgetter(*CORNERS)
AHEAD = 1 << 12
"""Files that are read at once."""
ENOUGH = 1 << 16
"""Objects that are handed over together."""


class PlainRecords:
    """Adds plain files to a builder, the objects of many at once."""

    def __init__(self, builder: RawBuilder, layout: VocLayout) -> None:
        self.builder, self.layout = builder, layout
        self._objects: list[PlainObject] = []
        self._places: list[tuple[int, int, int]] = []

    def add(self, path: Path, found: PlainFile) -> None:
        """Take over what a file says."""
        builder, size = self.builder, (found.width, found.height)
        file = builder.file(shown(self.layout.name(path)))
        image = image_of(builder, self.layout, path, found.filename, size)
        self._objects += found.objects
        self._places += ((file, image, builder.class_ref(name=one.name)) for one in found.objects)
        if len(self._objects) >= ENOUGH:
            self.flush()

    def flush(self) -> None:
        """Hand over what was read; due before records are added in another way."""
        objects, self._objects = self._objects, []
        places = np.array(self._places, np.int64).reshape(-1, 3)
        self._places = []
        if not objects:
            return
        difficult = np.array([one.difficult for one in objects], np.bool_)
        columns: dict[str, NDArray[Any]] = {
            "file": places[:, 0],
            "line": np.array([one.line for one in objects], np.int64),
            "image": places[:, 1],
            "class_ref": places[:, 2],
            "marks": difficult * int(Mark.IGNORED),
        }
        traits = {
            "truncation": np.array([1.0 if one.truncated else np.nan for one in objects]),
            "occlusion": np.array([1.0 if one.occluded else np.nan for one in objects]),
            "pose": np.array([one.pose for one in objects], np.float64),
        }
        boxes = np.array([one.corners for one in objects], np.float64)
        self.builder.extend(columns, boxes, traits=traits)


class PlainObject(NamedTuple):
    """One object: where it starts, its class, corners and traits; nan where it has no pose."""

    line: int
    name: str
    corners: tuple[float, ...]
    difficult: bool
    truncated: bool
    occluded: bool
    pose: float


@dataclass(frozen=True, slots=True)
class PlainFile:
    """What a plain file says of its image, of a ground truth."""

    filename: str
    width: int
    height: int
    objects: list[PlainObject]


def read_ahead(paths: Sequence[Path]) -> Iterator[tuple[Path, PlainFile | None]]:
    """Each file with what it says, if it is plain; some are read at once, in parallel."""
    tally = Tally("XML files", len(paths))
    for start in range(0, len(paths), AHEAD):
        some = paths[start : start + AHEAD]
        shards = [some[k : k + SHARD] for k in range(0, len(some), SHARD)]
        parts = map_shards(_of_shard, shards)
        yield from zip(some, (found for part in parts for found in part), strict=True)
        tally.add(len(some))


def _of_shard(paths: Sequence[Path]) -> list[PlainFile | None]:
    """The stage that the engine runs."""
    return [plain_file(path) for path in paths]


def plain_file(path: Path) -> PlainFile | None:
    """Read a file; None where it is not plain."""
    try:
        content = read_bytes(path, LONGEST_LINE)
    except SourceError:
        return None
    start = content.find(DECLARATION) + len(DECLARATION) if content.startswith(b"<?xml ") else 0
    head, body = content[:start].lower(), content[start:]
    if not content.isascii() or any(mark in body for mark in SPECIAL):
        return None
    if b"encoding" in head and b"utf-8" not in head:
        return None
    parser = XMLParser()  # noqa: S314 - without declarations there are no entities
    try:
        parser.feed(content)
        root = parser.close()
    except (ParseError, ValueError, LookupError):
        return None
    return _file(root, content) if root.tag == "annotation" else None


def _file(root: Element, content: bytes) -> PlainFile | None:
    elements = [child for child in root if child.tag == "object"]
    pieces = content.split(OBJECT)
    if len(pieces) != len(elements) + 1 or content.count(OBJECT[:-1]) != len(elements):
        return None  # some lie elsewhere: their lines cannot be told
    lines = accumulate((piece.count(b"\n") for piece in pieces), initial=1)
    next(lines)
    objects = [_object(element, line) for element, line in zip(elements, lines, strict=False)]
    given = [found for found in objects if found is not None]
    size = _size(root)
    filename = (root.findtext("filename") or "").strip()
    others = (child for child in root if child.tag != "object")
    deep = any(len(inner) for child in others for inner in child)
    if size is None or deep or len(given) < len(objects) or len(filename) > LONGEST_TEXT:
        return None
    return PlainFile(filename, *size, given)


def _size(root: Element) -> tuple[int, int] | None:
    size = root.find("size")
    if size is None:
        return None
    sides = [(size.findtext(name) or "").strip() for name in ("width", "height")]
    if not all(side.isdecimal() and len(side) <= MOST_DIGITS for side in sides):
        return None
    width, height = map(int, sides)
    return (width, height) if width and height else (0, 0)


def _object(element: Element, line: int) -> PlainObject | None:
    texts = {child.tag: (child.text or "").strip() for child in element}
    box = element.find("bndbox")
    if box is None or len(texts) < len(element) or not UNUSUAL.isdisjoint(texts):
        return None
    name, pose, corners = texts.get("name"), texts.get("pose", "").lower(), _corners(box)
    simple = sum(map(len, element)) == len(box)
    if not name or len(name) > LONGEST_TEXT or corners is None or not simple:
        return None
    if pose not in POSES and pose not in NO_POSE:
        return None
    difficult, truncated, occluded = (texts.get(flag, "").lower() in YES for flag in FLAGS)
    turned = POSES.get(pose, math.nan)
    return PlainObject(line, name, corners, difficult, truncated, occluded, turned)


def _corners(box: Element) -> tuple[float, ...] | None:
    """Left, top, right and bottom; None where one is missing or no finite number."""
    texts = {child.tag: child.text for child in box}
    if len(box) != len(CORNERS) or any(map(len, box)):
        return None
    try:
        words = IN_ORDER(texts)
        values = tuple(map(float, words))
    except (KeyError, TypeError, ValueError):
        return None
    total = sum(values)
    return values if total - total == 0 and "_" not in "".join(words) else None
