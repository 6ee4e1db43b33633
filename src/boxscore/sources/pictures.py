"""The picture files of an annotation source: beside it, found by path, name or stem."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from boxscore.sources.below import prefixes, stem_of
from boxscore.sources.formats import ReadRequest
from boxscore.sources.image_names import IMAGE_SUFFIXES, unsafe
from boxscore.sources.text_lines import files_below

SUFFIXES = tuple(sorted(IMAGE_SUFFIXES))


class PictureFiles:
    """Pictures below some folders; the first folder that has a name wins.

    Args:
        folders: Where to look; those that do not exist are passed over.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = list(dict.fromkeys(folders))
        self._by_name: dict[str, tuple[Path, str]] | None = None

    def find(self, *names: str) -> tuple[Path | None, str]:
        """The picture that one of the names leads to, and its path below its folder.

        A name is a path, a file name or a stem; a file name that two pictures share finds none.
        """
        known = self._names()
        for name in names if known else ():
            slashed = name.replace("\\", "/").removeprefix("./")
            last = slashed.rpartition("/")[2]
            found = known.get(last if unsafe(slashed) else slashed) or known.get(last)
            if found is not None:
                return found
        return None, ""

    @classmethod
    def beside(cls, source: Path, request: ReadRequest) -> Self:
        """Those of a ground truth below its folder; none where the user names a folder."""
        root = source if source.is_dir() else source.parent
        return cls([root] if request.role == "truth" and request.images is None else [])

    def count(self) -> int:
        """How many pictures there are."""
        return len({str(path) for path, _ in self._names().values()})

    def _names(self) -> dict[str, tuple[Path, str]]:
        if self._by_name is None:
            self._by_name = {}
            for folder in self.folders:
                if folder.is_dir():
                    _index(self._by_name, folder)
        return self._by_name


def _index(known: dict[str, tuple[Path, str]], folder: Path) -> None:
    """Paths are sure; names and stems are used where only one picture of the folder has them."""
    loose: dict[str, tuple[Path, str] | None] = {}
    prefix = prefixes(folder)
    for path in files_below(folder, SUFFIXES):
        before, name = prefix(path), path.name
        relative, stem = before + name, stem_of(name)
        found = path, relative
        known.setdefault(relative, found)
        known.setdefault(before + stem, found)
        for loosely in (name, stem) if stem != name else (name,):
            loose[loosely] = None if loosely in loose else found
    for name, only in loose.items():
        if only is not None:
            known.setdefault(name, only)
