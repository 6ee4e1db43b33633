"""File names that a source gives -> files below one folder, and never beyond it."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from boxscore.errors import shown
from boxscore.sources.text_lines import is_inside

_SUFFIXES = "jpg jpeg jpe jfif png apng bmp dib gif webp tif tiff ppm pgm pbm pnm"
IMAGE_SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split(" "))
LONGEST_NAME = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """Where a name led.

    Attributes:
        path: The file, or None when there is none.
        relative: Its path below the folder, with forward slashes.
        repair: Code and words when the name had to be read differently, else "".
        refused: Code and words when the name must not be used, else "".
    """

    path: Path | None = None
    relative: str = ""
    repair: tuple[str, str] = ("", "")
    refused: tuple[str, str] = ("", "")


ELSEWHERE = "N-IMAGE-PATH"
ELSEWHERE_WORDS = "paths that are not in the folder of images: the picture of that name is taken"
LOST = ("", "E-IMAGE-NAME")
"""Why a name found no file, where the end of its path may lead to one."""


def last_names(names: Sequence[str]) -> list[str]:
    """The last part of each path; "" where two paths end the same."""
    slashed = [name.replace("\\", "/") for name in names]
    count = Counter(name.rpartition("/")[2] for name in set(slashed))
    last = [name.rpartition("/")[2] for name in slashed]
    return [name if count[name] == 1 else "" for name in last]


def unsafe(name: str) -> str:
    """Why a file name must never be opened, or ""."""
    slashed = name.replace("\\", "/")
    if not name.strip() or len(name) > LONGEST_NAME:
        return "is empty" if not name.strip() else "is longer than 4096 characters"
    if "\0" in name:
        return "holds a NUL character"
    if slashed.startswith("//"):
        return "names a network share"
    if slashed.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is an absolute path"
    if ".." in slashed.split("/"):
        return "leads out of the folder"
    return ""


@dataclass(slots=True)
class NameIndex:
    """The files below a folder, listed once for each folder that is asked for.

    A link is followed only as far as it stays below the folder.
    """

    root: Path
    _listed: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _loose: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _inside: dict[str, bool] = field(default_factory=dict)

    def find(self, name: str) -> Found:
        """Find a file by the name that a source gives it.

        Exact names win; then backslashes read as slashes, then another Unicode form or another
        case, where only one file fits.
        """
        problem = unsafe(name)
        if problem:
            return Found(refused=("E-IMAGE-NAME", f"file name {shown(name)} {problem}"))
        exact = self._walk(name, exactly=True)
        if exact.path is None and not exact.refused[0] and "\\" in name:
            exact = self._walk(name.replace("\\", "/"), exactly=True)
            if exact.path is not None:
                words = f"file name {shown(name)} read as {shown(exact.relative)}"
                return Found(exact.path, exact.relative, ("W-IMAGE-BACKSLASH", words))
        if exact.path is not None or exact.refused[0]:
            return exact
        return self._walk(name.replace("\\", "/"), exactly=False)

    def _walk(self, name: str, *, exactly: bool) -> Found:
        """Go down from folder to folder, as one part of the name after the other says."""
        here, repair = "", ("", "")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        for part in parts:
            matches = self._listing(here).get(part, [])
            if not matches and not exactly:
                matches = self._loosely(here).get(_folded(part), [])
                repair = _repair(name, part, matches)
            if len(matches) > 1:
                names = " and ".join(shown(m) for m in sorted(matches)[:3])
                return Found(refused=("E-IMAGE-AMBIGUOUS", f"{shown(name)} may be {names}"))
            if not matches:
                return Found()
            here = f"{here}/{matches[0]}" if here else matches[0]
        if not here or not self._stays_inside(here):
            words = f"{shown(name)} is a link out of the images folder: it is not followed"
            return Found(refused=("E-IMAGE-LINK", words))
        return Found(self.root / here, here, repair)

    def _listing(self, folder: str) -> dict[str, list[str]]:
        if folder not in self._listed:
            try:
                names = os.listdir(self.root / folder)  # noqa: PTH208 - names only, by the million
            except OSError:
                names = []
            self._listed[folder] = {name: [name] for name in names}
        return self._listed[folder]

    def _loosely(self, folder: str) -> dict[str, list[str]]:
        if folder not in self._loose:
            loose: dict[str, list[str]] = {}
            for name in self._listing(folder):
                loose.setdefault(_folded(name), []).append(name)
            self._loose[folder] = loose
        return self._loose[folder]

    def _stays_inside(self, relative: str) -> bool:
        folder, _, _ = relative.rpartition("/")
        if folder not in self._inside:
            self._inside[folder] = is_inside(self.root / folder, self.root)
        path = self.root / relative
        return self._inside[folder] and (not path.is_symlink() or is_inside(path, self.root))

    def unlisted(self, used: Iterable[str]) -> int:
        """How many image files lie in the folders that were asked for, but were not used."""
        used_names = set(used)
        return sum(
            1
            for folder, names in self._listed.items()
            for name in names
            if Path(name).suffix.lower() in IMAGE_SUFFIXES
            and (f"{folder}/{name}" if folder else name) not in used_names
        )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _repair(name: str, part: str, matches: list[str]) -> tuple[str, str]:
    if len(matches) != 1:
        return "", ""
    same = unicodedata.normalize("NFC", part) == unicodedata.normalize("NFC", matches[0])
    code = "W-IMAGE-UNICODE" if same else "W-IMAGE-CASE"
    return code, f"file name {shown(name)} found as {shown(matches[0])}"
