"""Names of many files below a folder; what is said of a folder is worked out once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

Fact = TypeVar("Fact")


class OfFolder(Generic[Fact]):
    """A fact of the folder that a file lies in, asked for once for each folder.

    Args:
        fact: What is to be known of a folder.
    """

    def __init__(self, fact: Callable[[Path], Fact]) -> None:
        self._fact = fact
        self._known: dict[str, Fact] = {}

    def __call__(self, path: Path) -> Fact:
        """The fact of the folder of a file."""
        folder = str(path).rpartition(os.sep)[0]
        if folder not in self._known:
            self._known[folder] = self._fact(path.parent)
        return self._known[folder]


def prefixes(root: Path) -> OfFolder[str]:
    """What stands before a file's name in its path below a root: "" or "folder/"."""

    def prefix(folder: Path) -> str:
        below = folder.relative_to(root).as_posix()
        return "" if below == "." else f"{below}/"

    return OfFolder(prefix)


def folders_of(paths: Iterable[Path]) -> list[Path]:
    """The folders that some files lie in, once each."""
    some = {str(path).rpartition(os.sep)[0]: path for path in paths}
    return [path.parent for path in some.values()]


def stem_of(name: str) -> str:
    """A name or path without its suffix, as `Path.with_suffix("")` has it."""
    start = name.rfind("/") + 1
    dot = name.rfind(".")
    return name[:dot] if start < dot < len(name) - 1 else name
