"""Files that a browser sends, bounded, in a private folder that goes when they are imported."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from boxscore.errors import RequestError, shown

MOST_UPLOADS = 8
MOST_FILES = 200_000
LARGEST_FILE = 4 << 30
LARGEST_UPLOAD = 16 << 30
LONGEST_NAME = 200
DEEPEST = 16


@dataclass(slots=True)
class Upload:
    """One folder being filled.

    Attributes:
        top: Holds `files` and, beside it, what a job writes for itself.
    """

    top: Path
    count: int = 0
    size: int = 0

    @property
    def files(self) -> Path:
        """Where the files go, named as an upload of many would be."""
        return self.top / "upload"

    def source(self) -> Path:
        """What is imported: the one file or folder that was sent, or the folder of them all."""
        found = sorted(self.files.iterdir())
        if not found:
            raise RequestError("no file was sent", fix="choose files first", code="E-UPLOAD-EMPTY")
        return found[0] if len(found) == 1 else self.files


@dataclass(slots=True)
class Uploads:
    """All uploads of a server; its folder is made with the first one."""

    _kept: dict[str, Upload] = field(default_factory=dict)
    _folder: Path | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self) -> str:
        """Make room for an upload; its id.

        Raises:
            RequestError: Too many are open.
        """
        with self._lock:
            if len(self._kept) >= MOST_UPLOADS:
                raise RequestError(
                    f"{MOST_UPLOADS} uploads are open already",
                    fix="import or discard one of them",
                    code="E-UPLOAD-MANY",
                )
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="boxscore-upload-"))  # mode 0700
            name = secrets.token_hex(8)
            upload = Upload(self._folder / name)
            upload.files.mkdir(parents=True, mode=0o700)
            self._kept[name] = upload
            return name

    def get(self, name: str) -> Upload:
        """An upload by its id."""
        with self._lock:
            if name not in self._kept:
                raise RequestError(
                    "this upload is not here any more",
                    fix="choose the files again",
                    code="E-UPLOAD-UNKNOWN",
                )
            return self._kept[name]

    async def receive(self, name: str, place: str, body: AsyncIterable[bytes]) -> Upload:
        """Write one file of an upload.

        Args:
            place: Its name, with the folders above it, as the browser knows them.

        Raises:
            RequestError: The name leads elsewhere, it is there already, or a bound is passed.
        """
        upload = self.get(name)
        path = upload.files.joinpath(*safe_parts(place))
        upload.count += 1
        if upload.count > MOST_FILES:
            raise _too_much(f"more than {MOST_FILES} files")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                await _copy(body, file, upload)
        except RequestError:
            path.unlink(missing_ok=True)
            raise
        except OSError as bad:
            raise RequestError(
                f"{shown(place)} cannot be kept: {bad.strerror}",
                fix="send each file once, and see that the disk has room",
                code="E-UPLOAD-FILE",
            ) from None
        return upload

    def drop(self, name: str) -> None:
        """Remove an upload; one that is gone already is no error."""
        with self._lock:
            upload = self._kept.pop(name, None)
        if upload is not None:
            shutil.rmtree(upload.top, ignore_errors=True)

    def close(self) -> None:
        """Remove all of them."""
        with self._lock:
            self._kept.clear()
            folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


async def _copy(body: AsyncIterable[bytes], file: BinaryIO, upload: Upload) -> None:
    size = 0
    async for block in body:
        size += len(block)
        upload.size += len(block)
        if size > LARGEST_FILE:
            raise _too_much(f"a file of more than {LARGEST_FILE >> 30} GiB")
        if upload.size > LARGEST_UPLOAD:
            raise _too_much(f"more than {LARGEST_UPLOAD >> 30} GiB")
        file.write(block)


def safe_parts(place: str) -> tuple[str, ...]:
    """A relative path in its parts, none of which leads anywhere else.

    Raises:
        RequestError: One does, or is hidden, too long, or no name.
    """
    parts = tuple(place.split("/"))
    good = len(parts) <= DEEPEST and all(map(_is_name, parts))
    if not good:
        raise RequestError(
            f"{shown(place)!r} is no name that can be kept",
            fix="names must be relative, visible, printable and at most 200 bytes long",
            code="E-UPLOAD-NAME",
        )
    return parts


def _is_name(part: str) -> bool:
    return (
        bool(part.strip())
        and not part.startswith(".")
        and part.isprintable()
        and not set(part) & set('\\:*?"<>|')
        and len(part.encode("utf-8", "replace")) <= LONGEST_NAME
    )


def _too_much(what: str) -> RequestError:
    return RequestError(
        f"{what} in one upload",
        fix="import from a terminal, or start with --root and choose the folder",
        code="E-UPLOAD-LARGE",
    )
