"""Opening what a user named: only regular files, never a pipe or a device, which wait for ever."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from boxscore.errors import SourceError


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading, never waiting on a pipe or a device.

    Raises:
        SourceError: It cannot be opened, or is not a regular file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as bad:
        reason = getattr(bad, "strerror", None) or str(bad)
        problem = f"cannot be read: {reason}"
        raise SourceError(path, "", problem, fix="check the path", code="E-FILE-READ") from bad
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        problem = "is not a regular file"
        raise SourceError(path, "", problem, fix="name a file", code="E-FILE-KIND")
    return os.fdopen(descriptor, "rb")


def first_bytes(path: Path, size: int) -> bytes:
    """The beginning of a file, to recognise it by; none where it cannot be read."""
    try:
        with open_regular(path) as file:
            return file.read(size)
    except (SourceError, OSError):
        return b""


def first_line(path: Path, longest: int) -> str:
    """The first line, cut at `longest` bytes, without its end; empty where it cannot be read."""
    line = first_bytes(path, longest).partition(b"\n")[0]
    return line.decode("utf-8-sig", "replace").strip("\r")
