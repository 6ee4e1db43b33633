"""Headers of JPEG and PNG files without anything special in them; all others are left to Pillow.

What is accepted here, Pillow reads the same: the tests hold the two against each other. Anything
that may turn a picture, hold several, or be damaged (EXIF, XMP, text, deep pixels, odd markers) is
left to it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

TAIL = 1 << 16
"""Bytes at the end of a file, among which the mark of its end is looked for."""
ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}

SCAN, TABLES, COLOURS = 0xDA, 0xDB, 0xE2
FRAMES = (0xC0, 0xC1, 0xC2)
SKIPPED = frozenset((0xC4, 0xDD, 0xFE))
"""Huffman tables, restart interval, comment."""
NAMED = {0xE0: 12, 0xEE: 12, COLOURS: 14}
"""JFIF, Adobe and colour profiles -> the fewest bytes of a whole one."""
PROFILE = b"ICC_PROFILE\0"
PLANES = {1: "L", 3: "RGB", 4: "CMYK"}
TABLE = 65

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MODES = {(8, 0): "L", (8, 2): "RGB", (8, 3): "P", (8, 4): "LA", (8, 6): "RGBA"}
CHUNKS = frozenset((b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"bKGD", b"tIME"))
FEWEST = {b"PLTE": 3, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9, b"tRNS": 6}


@dataclass(frozen=True, slots=True)
class Header:
    """What the start of a picture says."""

    format: str
    mode: str
    width: int
    height: int
    orientation: int = 1
    several: bool = False


def plain_header(content: bytes) -> Header | None:
    """The header of a whole file; None where it is not plain, or its end is missing."""
    if content.startswith(b"\xff\xd8\xff"):
        header = _jpeg(content)
    else:
        header = _png(content) if content.startswith(SIGNATURE) else None
    if header is None or ENDS[header.format] not in content[-TAIL:]:
        return None
    return header if header.width and header.height else None


def _jpeg(content: bytes) -> Header | None:
    """Segment after segment up to the first scan."""
    at, header, end = 2, None, len(content) - 4
    while at <= end and content[at] == 0xFF:
        marker, length = content[at + 1], content[at + 2] << 8 | content[at + 3]
        start, at = at + 4, at + 2 + length
        if length < 2 or at > len(content):
            return None
        if marker == SCAN:
            return header
        if marker in FRAMES:
            if header is not None:
                return None
            header = _frame(content[start:at])
            if header is None:
                return None
        elif marker not in SKIPPED and not _is_known(marker, content[start:at]):
            return None
    return None


def _frame(segment: bytes) -> Header | None:
    if len(segment) < 6 or segment[0] != 8 or segment[5] not in PLANES:
        return None
    if len(segment) != 6 + 3 * segment[5]:
        return None
    height, width = segment[1] << 8 | segment[2], segment[3] << 8 | segment[4]
    return Header("JPEG", PLANES[segment[5]], width, height)


def _is_known(marker: int, segment: bytes) -> bool:
    """Whether a segment with a meaning is whole, and says nothing of the picture's shape."""
    if marker == TABLES:
        return len(segment) % TABLE == 0 and all(v < 16 for v in segment[::TABLE])
    if marker not in NAMED or len(segment) < NAMED[marker]:
        return False
    return marker != COLOURS or segment.startswith(PROFILE)


def _png(content: bytes) -> Header | None:
    """Chunk after chunk to the last one."""
    at, header, pixels = len(SIGNATURE), None, False
    while at + 12 <= len(content):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            return None
        if name == b"IEND":
            return header if pixels else None
        if name == b"IDAT" and header is not None:
            pixels, at = True, end
            continue
        sum_due = int.from_bytes(content[end - 4 : end], "big")
        if zlib.crc32(content[at + 4 : end - 4]) != sum_due:
            return None
        if at == len(SIGNATURE):
            header = _image_header(content[at + 8 : end - 4]) if name == b"IHDR" else None
        elif name not in CHUNKS or length < FEWEST.get(name, 0):
            return None
        if header is None:
            return None
        at = end
    return None


def _image_header(chunk: bytes) -> Header | None:
    mode = MODES.get((chunk[8], chunk[9])) if len(chunk) == 13 else None
    if mode is None or any(chunk[10:12]) or chunk[12] > 1:
        return None
    width, height = int.from_bytes(chunk[:4], "big"), int.from_bytes(chunk[4:8], "big")
    return Header("PNG", mode, width, height)
