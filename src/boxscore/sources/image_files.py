"""What a picture file says of itself: kind, size, orientation, digest; read under limits."""

from __future__ import annotations

import hashlib
import os
import stat
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from boxscore.sources.kept_facts import reader_of
from boxscore.sources.plain_headers import ENDS, SIGNATURE, TAIL, Header, plain_header

MOST_PIXELS = 100_000_000
MOST_CHUNKS = 10_000
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
ORIENTATION = 0x0112
SIDEWAYS = (5, 6, 7, 8)
DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
SUFFIXES_OF = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ""),
    "PNG": (".png", ".apng", ""),
    "BMP": (".bmp", ".dib", ""),
    "GIF": (".gif", ""),
    "WEBP": (".webp", ""),
    "TIFF": (".tif", ".tiff", ""),
}
MOST_TRIED = 16_000_000
SHARD = 256
BLOCK = 1 << 20
WHOLE = 16 << 20
"""Bytes of a file that is read at once."""
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
    """Size from the header, digest of the content; pipes are never opened.

    Pixels are decoded only where a file looks cut.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - for every file of a folder
            return ImageFacts(code="E-IMAGE-KIND", problem="is not a regular file")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            # Looked at again: what the name leads to may have changed since.
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return ImageFacts(code="E-IMAGE-KIND", problem="is not a regular file")
            plain = _plain_facts(descriptor, status.st_size, path.suffix.lower())
            if plain is not None:
                return plain
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return _facts(file, status.st_size, path.suffix.lower())
        finally:
            os.close(descriptor)
    except OSError as bad:
        problem = f"cannot be read: {bad.strerror or bad}"
        return ImageFacts(code="E-IMAGE-READ", problem=problem)


def _plain_facts(descriptor: int, size: int, suffix: str) -> ImageFacts | None:
    """The facts of a picture with a plain header, read once and without Pillow."""
    if size > WHOLE:
        return None
    content = os.read(descriptor, size)
    header = plain_header(content) if len(content) == size else None
    if header is None or header.width * header.height > MOST_PIXELS:
        return None
    return ImageFacts(
        width=header.width,
        height=header.height,
        findings=tuple(_oddities(header, suffix)),
        sha256=hashlib.sha256(content).hexdigest(),
        size=size,
    )


def _facts(file: BinaryIO, size: int, suffix: str) -> ImageFacts:
    if not size:
        return ImageFacts(code="E-IMAGE-KIND", problem="is empty")
    file.seek(0)
    header = _header(file)
    if isinstance(header, str):
        return ImageFacts(size=size, code="E-IMAGE-KIND", problem=header)
    if header.width * header.height > MOST_PIXELS:
        problem = f"{header.width} x {header.height} pixels are more than {MOST_PIXELS}"
        return ImageFacts(size=size, code="E-IMAGE-PIXELS", problem=problem)
    return ImageFacts(
        width=header.width,
        height=header.height,
        orientation=header.orientation,
        findings=tuple(_findings(header, file, suffix, size)),
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


def _header(file: BinaryIO) -> Header | str:
    """The header, or why there is none to read."""
    from PIL import Image, UnidentifiedImageError

    if _overfull(file):
        return f"has more than {MOST_CHUNKS} chunks before its pixels"
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as image:
            return Header(
                image.format or "",
                image.mode,
                *image.size,
                _orientation(image),
                bool(getattr(image, "is_animated", False)),
            )
    except UnidentifiedImageError:
        return _cut_webp(file) or _other_kind(file)
    except Image.DecompressionBombError:
        return f"has more than {MOST_PIXELS} pixels"
    except Exception as bad:
        return _cut_webp(file) or f"has a damaged header: {type(bad).__name__}"


def _overfull(file: BinaryIO) -> bool:
    """Whether a PNG has so many chunks before its pixels that reading them takes seconds."""
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return False
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IDAT":
            return False
        file.seek(int.from_bytes(head[:4], "big") + 4, os.SEEK_CUR)
    return True


def _cut_webp(file: BinaryIO) -> Header | None:
    """The header of a WebP that Pillow refuses as a whole because its end is missing."""
    file.seek(0)
    head = file.read(32)
    if len(head) < 32 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    if head[12:16] == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        height = int.from_bytes(head[27:30], "little") + 1
    elif head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width = int.from_bytes(head[26:28], "little") & 0x3FFF
        height = int.from_bytes(head[28:30], "little") & 0x3FFF
    return Header("WEBP", "RGB", width, height, 1, False) if width and height else None


def _findings(header: Header, file: BinaryIO, suffix: str, size: int) -> Iterator[tuple[str, str]]:
    """What is odd about a picture that can be used."""
    yield from _oddities(header, suffix)
    if _looks_cut(header, file, size) and not _decodes(file):
        yield "W-IMAGE-CUT", "is cut off or damaged: kept, but it cannot be shown"


def _oddities(header: Header, suffix: str) -> Iterator[tuple[str, str]]:
    """What the header alone tells."""
    expected = SUFFIXES_OF.get(header.format)
    if expected and suffix not in expected:
        yield "W-IMAGE-SUFFIX", f"is {header.format}, whatever its name says"
    if header.several:
        yield "W-IMAGE-FRAMES", "has several pictures: the first one is shown"
    if header.mode in DEEP:
        words = f"has pixels of kind {header.mode}: shown from its darkest to its brightest"
        yield "W-IMAGE-DEPTH", words


def _looks_cut(header: Header, file: BinaryIO, size: int) -> bool:
    """Whether the end of the format is missing near the end of the file."""
    mark = ENDS.get(header.format)
    if mark is not None:
        file.seek(max(0, size - TAIL))
        return mark not in file.read(TAIL)
    if header.format == "WEBP":
        file.seek(4)
        return int.from_bytes(file.read(4), "little") + 8 > size
    # Of the others only decoding tells: those that are rare, and small enough to be cheap.
    pixels = header.width * header.height
    return header.format in ("BMP", "TIFF", "GIF", "PPM") and pixels <= MOST_TRIED


def _decodes(file: BinaryIO) -> bool:
    from PIL import Image

    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as image:
            image.load()
    except Exception:
        return False
    return True


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

    read = reader_of(ImageFacts, read_facts)

    def stage(shard: Sequence[Path]) -> list[ImageFacts]:
        return [read(path) for path in shard]

    size = SHARD if len(paths) >= FEWEST_IN_PARALLEL else max(len(paths), 1)
    shards = [paths[k : k + size] for k in range(0, len(paths), size)]
    # Filters of warnings belong to the process: set here, never in the threads. Pillow warns of
    # sizes below our own limit.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [facts for some in map_shards(stage, shards, what="pictures") for facts in some]
