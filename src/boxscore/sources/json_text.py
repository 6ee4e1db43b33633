"""What kind of file a JSON source is, before it is scanned: its encoding, its packing, its top."""

from __future__ import annotations

import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

from boxscore.errors import SourceError
from boxscore.sources.regular_files import open_regular

HEAD = 1 << 16
CHUNK = 1 << 20
HIGHEST_RATIO = 100
LARGEST_UNPACKED = 1 << 30

SPACE = b" \t\r\n"
UTF8_MARK = b"\xef\xbb\xbf"
ENCODING_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
PICKLE = re.compile(rb"\x80[\x02-\x05]|\((?:lp|dp|i|c)|[\]}]q|c[a-z_.]+\n")
OTHER_KINDS = (
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), "a zip archive", "unpack it first"),
    (PICKLE, "a pickle", "import it with --format pickle"),
    (
        re.compile(rb"\s*<(?:!doctype html|html|head|body)", re.I),
        "an HTML page",
        "download it again",
    ),
    (re.compile(rb"\s*<"), "XML", "give the JSON file"),
    (re.compile(rb"PAR1"), "Parquet", "give the JSON file"),
    (re.compile(rb"\xff\xd8\xff"), "a JPEG image", "give the JSON file"),
    (re.compile(rb"\x89PNG"), "a PNG image", "give the JSON file"),
    (re.compile(rb"BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!"), "packed", "unpack it first"),
)


@dataclass(frozen=True, slots=True)
class JsonText:
    """JSON that may be scanned: the path of a file, or its unpacked bytes.

    Attributes:
        path: The file that the user named.
        source: What the scanner takes.
        top: The first byte that is not space: "[" or "{".
    """

    path: Path
    source: str | bytes
    top: str

    @contextmanager
    def spans(self) -> Iterator[bytes | mmap]:
        """The text as something to cut byte ranges from."""
        if isinstance(self.source, bytes):
            yield self.source
            return
        with (
            Path(self.source).open("rb") as file,
            mmap(file.fileno(), 0, access=ACCESS_READ) as text,
        ):
            yield text


def open_json(path: Path) -> JsonText:
    """Find out what a file is, unpack gzip, and refuse what is not JSON.

    Raises:
        SourceError: It is missing, empty, of another encoding or kind, or JSON lines.
    """
    with open_regular(path) as file:
        head = file.read(HEAD)
        if head[:2] == b"\x1f\x8b":
            text = _unpack(path, file)
            return JsonText(path, text, _top(path, io.BytesIO(text)))
        file.seek(0)
        return JsonText(path, str(path), _top(path, file))


def is_pickle(path: Path) -> bool:
    """Whether a file starts as pickles do, of any protocol.

    Raises:
        SourceError: It cannot be opened.
    """
    with open_regular(path) as file:
        return PICKLE.match(file.read(HEAD)) is not None


def _refuse(path: Path, problem: str, fix: str, code: str) -> SourceError:
    return SourceError(path, "", problem, fix=fix, code=code)


def _top(path: Path, file: BinaryIO) -> str:
    head = file.read(HEAD)
    if not head:
        raise _refuse(path, "file is empty", "export it again", "E-FILE-EMPTY")
    _refuse_encoding(path, head)
    text = head.removeprefix(UTF8_MARK).lstrip(SPACE)
    while not text:
        block = file.read(CHUNK)
        if not block:
            problem = "file holds nothing but white space"
            raise _refuse(path, problem, "export it again", "E-FILE-EMPTY")
        text = block.lstrip(SPACE)
    top = text[:1]
    if top not in (b"[", b"{"):
        raise _other_kind(path, head, top)
    _refuse_lines(path, text)
    return top.decode()


def _refuse_encoding(path: Path, head: bytes) -> None:
    name = next((name for mark, name in ENCODING_MARKS if head.startswith(mark)), "")
    if not name and len(head) >= 4 and b"\0" in head[:4]:
        zeros = head[:4].count(0)
        name = "UTF-32" if zeros == 3 else "UTF-16" if zeros == 2 else ""
    if name:
        raise _refuse(path, f"text is {name}", "save it as UTF-8", "E-FILE-ENCODING")


def _other_kind(path: Path, head: bytes, top: bytes) -> SourceError:
    for pattern, name, fix in OTHER_KINDS:
        if pattern.match(head):
            return _refuse(path, f"file is {name}, not JSON", fix, "E-FILE-KIND")
    shown = ascii(top.decode("latin-1"))
    problem = f"not a COCO file: JSON starts with {shown}, a list or an object is wanted"
    return _refuse(path, problem, "give a COCO JSON file", "E-JSON-SYNTAX")


def _refuse_lines(path: Path, text: bytes) -> None:
    """JSON lines: a whole object in the first line, another one in the next."""
    first, newline, rest = text.partition(b"\n")
    whole = newline and first[:1] == b"{" and first.rstrip().endswith(b"}")
    if whole and rest.lstrip(SPACE)[:1] == b"{":
        fix = "join the lines into one list: [line, line, …]"
        raise _refuse(path, "file is JSON lines, one document each", fix, "E-JSON-LINES")


def _unpack(path: Path, file: BinaryIO) -> bytes:
    """Unpack gzip, giving up as soon as it grows out of proportion."""
    out, taken = io.BytesIO(), 0
    packed = os.fstat(file.fileno()).st_size
    file.seek(0)
    cap = min(LARGEST_UNPACKED, max(packed * HIGHEST_RATIO, CHUNK))
    unpacker, ended = zlib.decompressobj(wbits=31), False
    try:
        while block := file.read(CHUNK):
            while block:
                if ended:
                    unpacker, ended = zlib.decompressobj(wbits=31), False
                taken += out.write(unpacker.decompress(block, CHUNK))
                ended = unpacker.eof
                block = unpacker.unused_data.lstrip(b"\0") if ended else unpacker.unconsumed_tail
                if taken > cap:
                    problem = f"gzip grows beyond {cap} bytes ({packed} bytes packed)"
                    raise _refuse(path, problem, "unpack it and give the JSON", "E-GZIP-SIZE")
    except zlib.error as bad:
        raise _refuse(path, f"gzip is damaged: {bad}", "pack it again", "E-GZIP-DAMAGED") from bad
    if not ended:
        raise _refuse(path, "gzip ends early", "copy the whole file again", "E-GZIP-DAMAGED")
    return out.getvalue()
