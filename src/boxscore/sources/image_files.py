"""What a picture file says of itself: kind, size, orientation, digest; read under limits."""

from __future__ import annotations

import hashlib
import os
import stat
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

MOST_PIXELS = 100_000_000
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
ORIENTATION = 0x0112
SIDEWAYS = (5, 6, 7, 8)
SHARD = 256
BLOCK = 1 << 20
FEWEST_IN_PARALLEL = 512

OTHER_KINDS = (
    (b"<svg", "SVG"),
    (b"<?xml", "XML"),
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"%pdf", "PDF"),
    (b"%!ps", "PostScript"),
    (b"8bps", "Photoshop"),
    (b"simple  =", "FITS"),
    (b"pk\x03\x04", "a zip archive"),
    (b"{", "JSON"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What was read of one file; `code` and `problem` are "" when it may be used.

    Attributes:
        width, height: Pixels as stored, before any turning.
        orientation: EXIF orientation, 1 to 8; 5 to 8 swap the sides when shown.
        sha256: Of the whole file, hexadecimal.
        size: Bytes.
        findings: Codes and words on what is odd about a file that is used all the same.
        frames: 0: no video.
    """

    width: int = 0
    height: int = 0
    orientation: int = 1
    findings: tuple[tuple[str, str], ...] = ()
    frames: int = 0
    sha256: str = ""
    size: int = 0
    code: str = ""
    problem: str = ""

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height of the upright picture, which annotations of a folder are drawn on."""
        turned = self.orientation in SIDEWAYS
        return (self.height, self.width) if turned else (self.width, self.height)


def read_facts(path: Path) -> ImageFacts:
    """Size from the header, digest of the content; pixels are never decoded, pipes never opened."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return ImageFacts(code="E-IMAGE-KIND", problem="is not a regular file")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            # Looked at again: what the name leads to may have changed since.
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return ImageFacts(code="E-IMAGE-KIND", problem="is not a regular file")
            return _facts(file)
    except OSError as bad:
        problem = f"cannot be read: {bad.strerror or bad}"
        return ImageFacts(code="E-IMAGE-READ", problem=problem)


def _facts(file: BinaryIO) -> ImageFacts:
    size = os.fstat(file.fileno()).st_size
    if not size:
        return ImageFacts(code="E-IMAGE-KIND", problem="is empty")
    width, height, orientation, problem = _header(file)
    if problem:
        return ImageFacts(size=size, code="E-IMAGE-KIND", problem=problem)
    if width * height > MOST_PIXELS:
        problem = f"{width} x {height} pixels are more than {MOST_PIXELS}"
        return ImageFacts(size=size, code="E-IMAGE-PIXELS", problem=problem)
    return ImageFacts(
        width=width,
        height=height,
        orientation=orientation,
        sha256=_digest(file),
        size=size,
    )


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _header(file: BinaryIO) -> tuple[int, int, int, str]:
    """Width, height, orientation, and "" or why there is no header to read."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            return width, height, _orientation(image), ""
    except UnidentifiedImageError:
        return 0, 0, 1, _other_kind(file)
    except Image.DecompressionBombError:
        return 0, 0, 1, f"has more than {MOST_PIXELS} pixels"
    except Exception as bad:
        return 0, 0, 1, f"has a damaged header: {type(bad).__name__}"


def _orientation(image: Any) -> int:
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _other_kind(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(64)
    lowered = head.lstrip().lower()
    name = next((name for magic, name in OTHER_KINDS if lowered.startswith(magic)), "")
    if not name and head[4:8] == b"ftyp":
        name = "HEIC, AVIF or video"
    if not name and head.isascii():
        name = "text"
    if name:
        return f"is {name}: not an admitted image format"
    return "is of no admitted image format, or its header is damaged"


def read_all_facts(paths: Sequence[Path]) -> list[ImageFacts]:
    """Facts of many files, in order; in parallel when there are many."""
    from boxscore.engine import map_shards

    size = SHARD if len(paths) >= FEWEST_IN_PARALLEL else max(len(paths), 1)
    shards = [paths[k : k + size] for k in range(0, len(paths), size)]
    # Filters of warnings belong to the process: set here, never in the threads. Pillow warns of
    # sizes below our own limit.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [facts for some in map_shards(facts_of_shard, shards) for facts in some]


def facts_of_shard(paths: Sequence[Path]) -> list[ImageFacts]:
    """The stage that the engine runs: the facts of some files."""
    return [read_facts(path) for path in paths]
