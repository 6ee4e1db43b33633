"""Every action on the project's files, in one place, so that tests can make any of them fail.

`hook` is called with the action's name and path before each action; a test sets it to raise an
error or to end the process there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

Hook = Callable[[str, Path], None]


def _no_fault(action: str, path: Path) -> None:
    """Nothing fails by itself."""


hook: Hook = _no_fault


def make_folder(path: Path) -> None:
    """A folder and its parents, if they are not there."""
    hook("mkdir", path)
    path.mkdir(parents=True, exist_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """A new file with these bytes, on disk when this returns."""
    hook("write", path)
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        hook("fsync", path)
        os.fsync(file.fileno())


def copy(source: Path, path: Path) -> tuple[int, str]:
    """A copy of an outside file, on disk when this returns; its size and SHA-256."""
    hook("write", path)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as given, path.open("xb") as file:
        while block := given.read(1 << 20):
            file.write(block)
            digest.update(block)
            size += len(block)
        file.flush()
        hook("fsync", path)
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def link(source: Path, path: Path) -> None:
    """A symbolic link to an outside file."""
    hook("link", path)
    path.symlink_to(source.resolve())


def sync(path: Path) -> None:
    """Everything written to a file or folder is on disk when this returns."""
    hook("fsync", path)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(source: Path, path: Path) -> None:
    """Rename within the project; replaces what is there in one step."""
    hook("rename", path)
    source.replace(path)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    hook("unlink", path)
    path.unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    """Remove a folder with all in it; what cannot be removed is left to the next sweep."""
    shutil.rmtree(path, ignore_errors=True)


def sha256(path: Path) -> str:
    """Of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
