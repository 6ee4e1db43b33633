"""Names of images as people and programs write them -> items: hash, id, title, path or stem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath, PurePosixPath
from typing import Any

from boxscore.errors import shown
from boxscore.schema.tables import Table

Names = Callable[[str], str]


class NotFound(Exception):
    """No item, or no single one, bears a name; the message says which."""


def _plain(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _without_suffix(name: str) -> str:
    path = PurePosixPath(_plain(name))
    return path.with_suffix("").as_posix() if path.name else name


def _file(name: str) -> str:
    return PurePosixPath(_plain(name)).name


def _stem(name: str) -> str:
    return PurePosixPath(_plain(name)).stem


LEVELS: tuple[tuple[str, Names], ...] = (
    ("data_hash", str),
    ("source_id", str),
    ("title", _plain),
    ("title", _without_suffix),
    ("sequence", str),
    ("title", _file),
    ("title", _stem),
)
"""Columns of items, and what of them is compared; the first level that knows a name decides."""
TITLES = range(2, 4)
"""Levels at which a longer path that ends so is meant too."""


class ItemLookup:
    """Rows of items by name, and by frame where a name has several.

    Each level is indexed when it is first needed: ids and titles usually suffice.
    """

    def __init__(self, items: Table) -> None:
        self._items = items
        self._levels: dict[int, dict[str, list[int]]] = {}
        self._frames = items["frame"].tolist()
        self._positions = items["position"].tolist()
        self._hashes = items["data_hash"].tolist()

    def find(self, name: Any, frame: int | None = None) -> int:
        """The row that a name means.

        Args:
            name: A data hash, source id (text or number), title, path, file name or stem.
            frame: Of a video, or the position in a sequence; None: the name has but one.

        Raises:
            NotFound: There is none, or the name does not tell which.
        """
        for rows in self._candidates(name):
            return self._one(rows, frame, name)
        raise NotFound(f"{shown(str(name))} is not in the project")

    def knows(self, name: Any) -> bool:
        """Whether anything in the project bears this name."""
        return next(self._candidates(name), None) is not None

    def is_exact(self, row: int, frame: int) -> bool:
        """Whether an item is this very frame, or at this place of its sequence."""
        return frame in (self._frames[row], self._positions[row])

    def _candidates(self, name: Any) -> Iterator[list[int]]:
        text = name.as_posix() if isinstance(name, PurePath) else str(name)
        for number, (_, of_item) in enumerate(LEVELS):
            level = self._level(number)
            for variant in self._variants(number, text, of_item):
                if variant and variant in level:
                    yield level[variant]

    def _variants(self, number: int, text: str, of_item: Names) -> list[str]:
        if number not in TITLES:
            return [of_item(text)] if number > TITLES[-1] + 1 else [text]
        parts = PurePosixPath(_plain(text)).parts
        whole = [_plain(text)] + ["/".join(parts[k:]) for k in range(1, len(parts))]
        # The last part alone is a file name: the level for those knows whether it is unique.
        paths = whole[:-1] if len(parts) > 1 else whole
        return paths if number == TITLES[0] else [*paths, *map(_without_suffix, paths)]

    def _level(self, number: int) -> dict[str, list[int]]:
        if number not in self._levels:
            column, of_item = LEVELS[number]
            level: dict[str, list[int]] = {}
            for row, value in enumerate(self._items[column].tolist()):
                level.setdefault(of_item(value), []).append(row)
            self._levels[number] = level
        return self._levels[number]

    def _one(self, rows: list[int], frame: int | None, name: Any) -> int:
        if len(rows) == 1:
            return rows[0]
        words = shown(str(name))
        if frame is None:
            together = len({self._hashes[row] for row in rows}) == 1
            what = "has" if together else "names"
            raise NotFound(f"{words} {what} {len(rows)} images or frames: which is not said")
        exact = [row for row in rows if self._frames[row] == frame]
        if len(exact) != 1:
            exact = [row for row in rows if self._positions[row] == frame]
        if len(exact) != 1:
            raise NotFound(f"frame {frame} is not among the {len(rows)} of {words}")
        return exact[0]
