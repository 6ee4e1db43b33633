"""Lines of KITTI files -> records; what is no line of them is rejected with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.frames import MOST_FRAMES, Film
from boxscore.sources.plain_rows import plain_rows
from boxscore.sources.raw import RawBuilder
from boxscore.sources.text_lines import number_in, read_lines

REGION = "DontCare"
UNKNOWN = (-1, -10, -1000)
"""What KITTI writes where a number is not known."""
TRAITS = (
    "truncation", "occlusion", "alpha", "", "", "", "", "height_3d", "width_3d", "length_3d",
    "x_3d", "y_3d", "z_3d", "rotation_y",
)  # fmt: skip
"""Names of the numbers after the type; the four corners of the box have none."""
AB3DMOT_TYPES = {1: "Pedestrian", 2: "Car", 3: "Cyclist"}
SAVED = "a result has 16 columns, the score last"

Problem = tuple[str, str, str]
"""Code, what is wrong, what to do."""


class Style(Enum):
    """How lines are built: columns before the type, and in all, without a score."""

    OBJECTS = (0, 15)
    TRACKS = (2, 17)
    AB3DMOT = (1, 15)


def words_of(text: str) -> tuple[list[str], bool]:
    """The columns of a line, and whether commas part them."""
    words = text.split()
    parted = [word.strip() for word in text.split(",")]
    commas = len(parted) >= len(words) and not any(set(word) & {" ", "\t"} for word in parted)
    return (parted, True) if commas else (_one_type(words), False)


def _one_type(words: list[str]) -> list[str]:
    """A type of several words as one: KITTI has none, but converters write `traffic light`."""
    numbers = [number_in(word) is not None for word in words]
    start = 2 if numbers[:2] == [True, True] else 0
    end = next((k for k in range(start, len(words)) if numbers[k]), len(words))
    whole = end - start > 1 and len(words) - end in (14, 15) and all(numbers[end:])
    return [*words[:start], " ".join(words[start:end]), *words[end:]] if whole else words


def style_of(words: Sequence[str]) -> Style | None:
    """The style that a line is of, if it is of any."""
    numbers = [number_in(word) is not None for word in words]
    if len(words) in (15, 16) and not numbers[0] and all(numbers[1:]):
        return Style.OBJECTS
    if len(words) in (17, 18) and all(numbers[:2]) and not numbers[2] and all(numbers[3:]):
        return Style.TRACKS
    known = words[1] in ("1", "2", "3") if len(words) == 15 else False
    return Style.AB3DMOT if known and all(numbers) else None


class RowReader:
    """Reads files of one style into a builder.

    Attributes:
        last: Sequence -> its last frame met.
    """

    def __init__(self, builder: RawBuilder, style: Style, *, truth: bool) -> None:
        self.builder, self.style, self.truth = builder, style, truth
        self.last: dict[str, int] = {}
        self.of_film: Counter[str] = Counter()
        self.regions = self.commas = self.scores = self.spaced = 0

    def read_plain(self, paths: Sequence[Path], root: Path, images: Sequence[int]) -> list[int]:
        """Add the files of images that hold nothing but sound rows; the numbers of the others."""
        rows = plain_rows(paths, self.style.value[1] + (not self.truth))
        file, line = rows.places()
        kinds = {word: word.decode("ascii") for word in dict.fromkeys(rows.first)}
        odd = {w for w, name in kinds.items() if number_in(name) is not None or "," in name}
        region = {word for word, name in kinds.items() if name.casefold() == REGION.casefold()}
        left = {k for k, count in enumerate(rows.counts) if count < 0}
        left |= {k for k, word in zip(file.tolist(), rows.first, strict=True) if word in odd}
        aside = np.array([word in region for word in rows.first], np.bool_)
        taken = ~np.isin(file, list(left))
        self.regions += int((aside & taken).sum())
        keep = taken if self.truth else taken & ~aside
        names = np.zeros(len(paths), np.int32)
        for k in (k for k in range(len(paths)) if k not in left):
            names[k] = self.builder.file(shown(paths[k].relative_to(root).as_posix()))
        if not keep.any():
            return sorted(left)
        words = [rows.first[k] for k in np.flatnonzero(keep).tolist()]
        refs = {
            word: self.builder.class_ref(name=REGION if word in region else kinds[word])
            for word in dict.fromkeys(words)
        }
        facts = rows.numbers if keep.all() else rows.numbers[keep]
        columns: dict[str, NDArray[Any]] = {
            "file": names[file[keep]],
            "line": line[keep],
            "image": np.asarray(images, np.int32)[file[keep]],
            "class_ref": np.array([refs[word] for word in words], np.int32),
            "crowd": aside[keep],
            "marks": aside[keep] * int(Mark.IGNORED),
        }
        if not self.truth:
            columns["confidence"] = facts[:, 14]
        traits = {name: _known(facts[:, k]) for k, name in enumerate(TRAITS) if name}
        self.builder.extend(columns, facts[:, 3:7], traits=traits)
        return sorted(left)

    def read(self, path: Path, name: str, place: int | Film) -> None:
        """Read one file, of an image (its number) or of a sequence.

        Raises:
            SourceError: It is no text, or has a line over 64 KiB.
        """
        file = self.builder.file(shown(name))
        for line, text in read_lines(path):
            words, parted = words_of(text)
            problem = self._add(words, place, file, line)
            self.commas += parted and problem is None
            self.spaced += not parted and problem is None and any(" " in word for word in words)
            if problem is not None:
                code, what, fix = problem
                self.builder.report.reject(code, f"{shown(name)}:{line}", what, fix)

    def _add(self, words: list[str], place: int | Film, file: int, line: int) -> Problem | None:
        """Add the record of a line, or say what is wrong with it."""
        before, columns = self.style.value
        scored = len(words) == columns + 1 or self.style is Style.AB3DMOT
        if not columns <= len(words) <= columns + 1 or (not self.truth and not scored):
            return self._columns(words)
        named = self.style is not Style.AB3DMOT
        given = [*words[:before], *words[before + named :]]
        numbers = [number_in(word) for word in given]
        values = [v for v in numbers if v is not None]
        if len(values) < len(numbers):
            return _no_number(given[numbers.index(None)])
        if named:
            kind, facts = words[before], values[before:]
            track = str(int(values[1])) if before == 2 and values[1] >= 0 else ""
            score = facts[14] if scored else np.nan
        else:
            kind, facts, score = (
                AB3DMOT_TYPES.get(int(values[1]), ""),
                _reordered(values),
                values[6],
            )
            track = ""
            if not kind:
                fix = "1 is Pedestrian, 2 Car, 3 Cyclist"
                return "E-KITTI-TYPE", f"type {shown(words[1])} is unknown", fix
        if isinstance(place, Film):
            frame = values[0]
            if not 0 <= frame < MOST_FRAMES or frame != int(frame):
                return "E-KITTI-FRAME", f"frame {shown(words[0])} is none", "count from 0"
            self.last[place.name] = max(self.last.get(place.name, -1), int(frame))
            self.of_film[place.name] += 1
            place = place.image(self.builder, int(frame))
        self._record(place, kind, facts, score, track, file, line)
        return None

    def _record(
        self, image: int, kind: str, facts: list[float], score: float, track: str, *at: int
    ) -> None:
        region = kind.casefold() == REGION.casefold()
        self.regions += region
        self.scores += self.truth and not np.isnan(score)
        if region and not self.truth:
            return
        known = zip(TRAITS, facts, strict=False)
        self.builder.add(
            image,
            self.builder.class_ref(name=REGION if region else kind),
            Kind.BOX,
            box=facts[3:7],
            confidence=np.nan if self.truth else score,
            # Nobody is asked to find what lies in such a region: COCO calls that a crowd.
            crowd=region,
            marks=int(Mark.IGNORED) if region else 0,
            track=track,
            traits={name: v for name, v in known if name and v not in UNKNOWN},
            file=at[0],
            line=at[1],
        )

    def _columns(self, words: list[str]) -> Problem:
        _, columns = self.style.value
        due = columns + (not self.truth and self.style is not Style.AB3DMOT)
        problem = f"{len(words)} columns, where {due} are due"
        fix = SAVED if not self.truth and len(words) == columns else "see the KITTI readme"
        return "E-KITTI-COLUMNS", problem, fix

    def finish(self) -> None:
        """Count what was met."""
        report = self.builder.report
        if self.regions:
            what = "are regions that count for nothing" if self.truth else "are left out"
            report.note("N-KITTI-DONTCARE", f"lines of type DontCare {what}", self.regions)
        if self.commas and self.style is not Style.AB3DMOT:
            report.note("W-KITTI-COMMA", "lines with commas between columns", self.commas)
        if self.spaced:
            problem = "types of several words: each is read as one class"
            report.note("W-KITTI-SPACE", problem, self.spaced)
        if self.scores:
            problem = "labels with a score: it is not used in a ground truth"
            report.note("N-KITTI-SCORE", problem, self.scores)


def _no_number(wrong: str) -> Problem:
    comma = "," in wrong
    fix = "write a decimal point, not a comma" if comma else "write numbers, separated by spaces"
    return "E-KITTI-NUMBER", f"{shown(wrong)} is no number", fix


def _known(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isin(numbers, UNKNOWN), np.nan, numbers)


def _reordered(values: list[float]) -> list[float]:
    """An AB3DMOT row as the numbers after KITTI's type; it says nothing of visibility."""
    return [-1.0, -1.0, values[14], *values[2:6], *values[7:14]]
