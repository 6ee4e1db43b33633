"""Lines of YOLO label files -> records; what is no line of them is rejected with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.plain_rows import plain_rows
from boxscore.sources.raw import NO_BOX, RawBuilder
from boxscore.sources.rotated_corners import are_turned
from boxscore.sources.text_lines import number_in, read_lines
from boxscore.sources.yolo_layout import Layout

TOLERANCE = 1e-3
"""Shares may leave 0 to 1 by this much, as rounded exports do."""
MANY = 0.05
"""Share of predictions outside 0 to 1 from which the doctor, not the reader, judges them."""
CORNERS = 4
"""Of a rotated box."""
TRACKED = 7
"""Columns of a prediction with confidence and track."""
SAVED = "save predictions with their confidence: save_txt=True save_conf=True"

LONGEST_LINE = 1 << 20
"""Bytes of a line: the outline of a mask may have thousands of corners."""

Problem = tuple[str, str, str]
"""Code, what is wrong, what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line, read.

    Attributes:
        box: Four numbers, nan for a polygon.
        points: (K, 2) of a polygon, (K, 2) or (K, 3) of a pose.
        confidence: nan without.
        track: Of predictions that were tracked; may be empty.
    """

    kind: Kind
    box: Sequence[float]
    points: NDArray[np.float64] | None
    confidence: float
    track: str = ""

    def outside(self) -> float | None:
        """A coordinate that is no share of the image, or None."""
        given = [*self.box] if self.kind is not Kind.POLYGON else []
        given += [] if self.points is None else self.points[:, :2].ravel().tolist()
        return next((v for v in given if not -TOLERANCE <= v <= 1 + TOLERANCE), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """Where a line stands, and what it says."""

    file: int
    line: int
    image: int
    number: int
    row: _Row
    outside: float | None


class RowReader:
    """Reads the lines of many files; they are added once it is known whether all are in pixels."""

    def __init__(
        self,
        layout: Layout,
        builder: RawBuilder,
        truth: bool,
        rotated: bool = False,
        settled: bool = False,
    ) -> None:
        """Begin; `settled` is whether a mapping file says how the numbers are meant."""
        self.layout, self.builder, self.truth = layout, builder, truth
        self.settled = settled
        self.rotated = rotated or layout.task == "obb"
        self.found: list[_Placed] = []
        self.confident = self.plain = 0
        self._folders: dict[Path, str] = {}

    def read_plain(self, paths: Sequence[Path], images: Sequence[int]) -> list[int]:
        """Add the files of nothing but sound boxes at once; returns the numbers of the others."""
        if self.layout.keypoints:
            return list(range(len(paths)))
        rows = plain_rows(paths, 5 if self.truth else 6)
        file, line = rows.places()
        word = {first: self._known(first) for first in dict.fromkeys(rows.first)}
        number = np.array([word[first] for first in rows.first], np.int64)
        shares = rows.numbers[:, :4]
        outside = (shares < -TOLERANCE) | (shares > 1 + TOLERANCE)
        left = {k for k, count in enumerate(rows.counts) if count < 0}
        left |= set(file[outside.any(axis=1) | (number < 0)].tolist())
        keep = ~np.isin(file, list(left))
        taken = [k for k in range(len(paths)) if k not in left]
        names = np.zeros(len(paths), np.int32)
        names[taken] = [self.builder.file(self._name(paths[k])) for k in taken]
        refs = {
            n: self.builder.class_ref(n, self.layout.names.get(n))
            for n in np.unique(number[keep]).tolist()
        }
        self.plain = int(keep.sum())
        if self.plain:
            columns: dict[str, NDArray[Any]] = {
                "file": names[file[keep]],
                "line": line[keep],
                "image": np.asarray(images, np.int32)[file[keep]],
                "class_ref": np.array([refs[n] for n in number[keep].tolist()], np.int32),
            }
            if not self.truth:
                columns["confidence"] = rows.numbers[keep, 4]
            self.builder.extend(columns, shares[keep])
        return sorted(left)

    def _known(self, word: bytes) -> int:
        """The number of a class; -1 of a word that is none, or not among the names."""
        number = int(word) if word.isdigit() and len(word) < 10 else -1
        return number if not self.layout.names or number in self.layout.names else -1

    def _name(self, path: Path) -> str:
        """A file's path below the root, for messages."""
        folder = path.parent
        if folder not in self._folders:
            root = self.layout.root
            inside = folder != root and folder.is_relative_to(root)
            self._folders[folder] = f"{folder.relative_to(root).as_posix()}/" if inside else ""
        return shown(self._folders[folder] + path.name)

    def read(self, path: Path, image: int) -> None:
        """Read one file.

        Raises:
            SourceError: It is no text, or has a line over 1 MiB.
        """
        name = self._name(path)
        file = self.builder.file(name)
        for line, text in read_lines(path, LONGEST_LINE):
            words = text.split()
            values = [number_in(word) for word in words]
            numbers = [v for v in values if v is not None]
            problem = _no_numbers(words, values) or self._no_class(numbers[0])
            row = None if problem else self._row(numbers)
            if row is None:
                code, what, fix = problem or self._columns(len(numbers))
                self.builder.report.reject(code, f"{name}:{line}", what, fix)
                continue
            placed = _Placed(
                file=file,
                line=line,
                image=image,
                number=int(numbers[0]),
                row=row,
                outside=row.outside(),
            )
            self.found.append(placed)

    def _no_class(self, number: float) -> Problem | None:
        names = self.layout.names
        if number < 0 or number != int(number) or number >= 1 << 31:
            return "E-YOLO-CLASS", f"class {number:g} is no number of a class", "count from 0"
        if names and int(number) not in names:
            fix = "correct the number, or add its name to data.yaml"
            return "E-YOLO-CLASS", f"class {number:g} is not among the {len(names)} names", fix
        return None

    def _row(self, numbers: list[float]) -> _Row | None:
        """The record of a line, or None where the count of columns fits none."""
        rest, count = numbers[1:], len(numbers)
        if self.layout.keypoints:
            return self._pose(rest)
        if not self.truth and count == TRACKED and rest[5] >= 1 and rest[5] == int(rest[5]):
            track = str(int(rest[5]))
            return _Row(kind=Kind.BOX, box=rest[:4], points=None, confidence=rest[4], track=track)
        even = count % 2 == 0
        if not self.truth and not even:
            return None
        if count in (5, 6):
            confidence = rest[4] if even else np.nan
            return _Row(kind=Kind.BOX, box=rest[:4], points=None, confidence=confidence)
        if count < 7 or (self.truth and even):
            return None
        points = np.array(rest[:-1] if even else rest).reshape(-1, 2)
        confidence = rest[-1] if even else np.nan
        return _Row(kind=Kind.POLYGON, box=NO_BOX, points=points, confidence=confidence)

    def _pose(self, rest: list[float]) -> _Row | None:
        dimensions = self.layout.dimensions
        end = 4 + self.layout.keypoints * dimensions
        if len(rest) != end + (not self.truth):
            return None
        points = np.array(rest[4:end]).reshape(-1, dimensions)
        if not self.truth and dimensions == 3:
            # A model writes how sure it is of each point where labels have its visibility.
            points = points[:, :2]
        confidence = np.nan if self.truth else rest[end]
        if not points.any():  # an object of which no point is known
            return _Row(kind=Kind.BOX, box=rest[:4], points=None, confidence=confidence)
        return _Row(kind=Kind.KEYPOINTS, box=rest[:4], points=points, confidence=confidence)

    def _columns(self, count: int) -> Problem:
        if self.layout.keypoints:
            due = 5 + self.layout.keypoints * self.layout.dimensions + (not self.truth)
            fix = f"a pose of this set has {due}"
        elif self.truth:
            fix = "a box has 5, a polygon of n points 1 + 2n"
        else:
            fix = f"a box has 6, a polygon of n points 2 + 2n; {SAVED}"
        problem = f"{count} columns are no box, polygon or pose"
        if not self.truth and count % 2 and count >= 5 and not self.layout.keypoints:
            problem = f"{count} columns have no confidence"
            if count > 9 and count % 3 == 0:
                shape = f"kpt_shape: [{count // 3 - 2}, 3]"
                fix = f"{SAVED}; of poses, put a data.yaml with names and {shape} beside the files"
        return "E-YOLO-COLUMNS", problem, fix

    def finish(self) -> None:
        """Add the records.

        Raises:
            SourceError: Every label of a ground truth is outside 0 to 1.
        """
        wild = [p for p in self.found if p.outside is not None]
        all_wild = bool(wild) and len(wild) == len(self.found) + self.plain
        if self.truth and all_wild and not self.settled:
            raise SourceError(
                self.builder.path,
                f"{self.builder.files[wild[0].file]}:{wild[0].line}",
                f"{wild[0].outside:g} is no share of the image, nor is any other line",
                fix="pixels? say so in a file for --mapping:  boxes: {corners: cxcywh}",
                code="E-YOLO-RANGE",
            )
        self.rotated = self._are_rotated()
        many = not self.truth and len(wild) > MANY * (len(self.found) + self.plain)
        for placed in self.found:
            if placed.outside is None or many or self.settled:
                self._add(placed)
                continue
            self.builder.report.reject(
                "E-YOLO-RANGE",
                f"{self.builder.files[placed.file]}:{placed.line}",
                f"{placed.outside:g} is no share of the image",
                "write numbers from 0 to 1",
            )
        if self.truth and self.confident:
            problem = "labels with a confidence: it is not used in a ground truth"
            self.builder.report.note("N-YOLO-CONFIDENCE", problem, self.confident)

    def _are_rotated(self) -> bool:
        """Whether lines of four corners are rotated boxes: all are, or nothing is."""
        if self.layout.task not in ("", "obb") or not self.found:
            return False
        outlines = [p.row.points for p in self.found if p.row.kind is Kind.POLYGON]
        quads = [points for points in outlines if points is not None and len(points) == CORNERS]
        whole = len(self.found) + self.plain
        if len(quads) < whole or not (self.rotated or are_turned(np.stack(quads))):
            return False
        problem = "lines of four corners: read as rotated boxes"
        if not self.rotated:
            problem += "; `task: segment` in data.yaml says that they are polygons"
        self.builder.report.note("N-YOLO-OBB", problem, len(quads))
        return True

    def _add(self, placed: _Placed) -> None:
        row, name = placed.row, self.layout.names.get(placed.number)
        self.confident += not np.isnan(row.confidence)
        self.builder.add(
            placed.image,
            self.builder.class_ref(placed.number, name),
            Kind.ROTATED_BOX if self.rotated else row.kind,
            box=row.box,
            parts=() if row.points is None else (row.points,),
            confidence=np.nan if self.truth else row.confidence,
            track=row.track,
            file=placed.file,
            line=placed.line,
        )


def _no_numbers(words: list[str], values: list[float | None]) -> Problem | None:
    for k, (word, value) in enumerate(zip(words, values, strict=True)):
        if value is not None:
            continue
        fix = "write numbers, separated by spaces"
        if "," in word:
            fix = "write a decimal point, not a comma, and spaces between numbers"
        elif k == 0:
            fix = "write the number of the class, not its name"
        return "E-YOLO-NUMBER", f"{shown(word)} is no number", fix
    return None
