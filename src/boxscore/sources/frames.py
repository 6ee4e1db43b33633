"""Images that a source names by a sequence and a frame number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.raw import RawBuilder
from boxscore.sources.text_lines import files_below

MOST_FRAMES = 10_000_000
"""A frame number from which it cannot be one."""
FEW, FREE = 20, 1000
"""Frames for each row or picture that a sequence may have, and without any; beyond, a number is
taken for a slip."""
TRAILING_NUMBER = re.compile(r"(\d{1,9})$", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """One sequence.

    Attributes:
        pictures: Frame number -> picture file, where there are any.
        width, height: Pixels of every frame; 0 where nobody says.
    """

    name: str
    width: int = 0
    height: int = 0
    split: str = ""
    pictures: Mapping[int, Path] = field(default_factory=dict)

    def image(self, builder: RawBuilder, frame: int) -> int:
        """The number of a frame's image in the raw set."""
        key = f"{self.name}/{frame:06d}"
        path = self.pictures.get(frame)
        return builder.image(
            key,
            path=path,
            title=key if path is None else f"{self.name}/{path.name}",
            width=self.width,
            height=self.height,
            split=self.split,
            sequence=self.name,
            position=frame,
        )


def plausible(builder: RawBuilder, film: Film, frames: range, rows: int, stated: int = 0) -> bool:
    """Whether a sequence has these frames; not when they go far beyond its rows, which is noted.

    Args:
        rows: How many rows there are.
        stated: How long the source says the sequence is.
    """
    if len(frames) <= FREE + FEW * (rows + len(film.pictures)) + min(stated, 10_000):
        return True
    problem = "frames far beyond the rows of their sequence: only those with a row are kept"
    builder.report.note("W-FRAMES-FAR", problem, len(frames))
    return False


def fill(builder: RawBuilder, film: Film, frames: range, rows: int, stated: int = 0) -> None:
    """Images of all frames, also of those without a row, where they are `plausible`."""
    if plausible(builder, film, frames, rows, stated):
        for frame in frames:
            film.image(builder, frame)


def numbered_pictures(folder: Path | None) -> dict[int, Path]:
    """Image files right in a folder, by the number that their names end in."""
    if folder is None or not folder.is_dir():
        return {}
    found: dict[int, Path] = {}
    for path in files_below(folder, tuple(sorted(IMAGE_SUFFIXES))):
        number = TRAILING_NUMBER.search(path.stem)
        if path.parent == folder and number is not None:
            found.setdefault(int(number[1]), path)
    return found
