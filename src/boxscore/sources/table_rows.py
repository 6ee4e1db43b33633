"""Columns of a table, a batch of rows at a time -> records."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.table_cells import (
    Column,
    Numbers,
    coded,
    coded_rows,
    filled,
    flags_of,
    is_empty,
    number_of,
    numbers_of,
    text_in,
)
from boxscore.sources.table_columns import box_columns, columns_of, unread
from boxscore.sources.table_shapes import box_of, keypoints_of, parts_of, traits_of

TRAITS = ("truncation", "occlusion")
OUTLINED = ("polygon", "polyline", "rle", "keypoints")
"""Columns of which each filled cell makes a record of its own kind."""
IMAGE = ("image", "sequence", "position", "split", "image_width", "image_height", "frame")
QUESTION = "class"
"""The question that a table of classes of whole images answers, where it names none."""
FIX = "see the page of tables in the documentation for what a column may hold"

Found = Mapping[str, tuple[Numbers, NDArray[np.bool_]]]
Batch = Mapping[str, Column]


class TableReader:
    """Takes batches of columns, named as `table_columns.ALIASES` does.

    Args:
        header: Names of the table's columns, as they stand there.
        near: Pictures beside the table.

    Attributes:
        found: What is held -> number of the column.
        file: Number of the file in which the rows stand, as the builder gave it.
        home: Its folder, below that of all tables: names of images start there.

    Raises:
        SourceError: It names no image or no class, or predictions have no confidence.
    """

    def __init__(
        self,
        builder: RawBuilder,
        header: Iterable[str],
        *,
        truth: bool,
        near: PictureFiles | None = None,
    ) -> None:
        self.builder, self.truth = builder, truth
        self.near, self.home = near or PictureFiles([]), ""
        header = list(header)
        self.found = columns_of(header)
        names = self.found.keys()
        placed = box_columns(self.found)
        self.box, form = ((), "xywh") if placed is None else placed
        builder.convention = Convention(corners=form, scale="pixels")
        self.boxed_cells = placed is None and "box" in names
        self.named_sides = False
        self.shaped = placed is not None or bool({"polygon", "rle", "box"} & names)
        self.largest = 0.0
        self.boxes = 0
        self.images: dict[Any, int] = {}
        self.file = builder.file(shown(builder.path.name))
        _check(builder, set(names), truth)
        if others := unread(header, self.found):
            listed = ", ".join(shown(name) for name in others[:5]) + ", ..." * (len(others) > 5)
            builder.report.note("N-TABLE-COLUMNS", f"columns not read: {listed}", len(others))

    def take(self, batch: Batch, lines: Sequence[int]) -> None:
        """Add the rows of one batch; those that are wrong are rejected."""
        numbers = {
            name: numbers_of(batch[name])
            for name in (*self.box, "confidence", "theta", "area", *TRAITS)
            if name in batch
        }
        good = np.ones(len(lines), np.bool_)
        for name, (_, wrong) in numbers.items():
            self._reject(wrong & good, lines, _value_of(name, batch[name]))
            good &= ~wrong
        image = self._images(batch)
        known, codes = coded(batch["class"])
        # A row without a class is an image without objects.
        named = np.array([not is_empty(value) for value in known], np.bool_)[codes]
        self._reject((image < 0) & good, lines, lambda _: "the image")
        good &= image >= 0
        keep = np.flatnonzero(good & named)
        if keep.size:
            self._add(batch, numbers, image, keep, lines)

    def _reject(
        self, flags: NDArray[np.bool_], lines: Sequence[int], what: Callable[[int], str]
    ) -> None:
        for k in np.flatnonzero(flags).tolist():
            problem = f"{what(k)} is missing or no number"
            self.builder.report.reject("E-TABLE-VALUE", self._place(lines[k]), problem, FIX)

    def _place(self, line: int) -> str:
        """A line; of several files with its file."""
        return f"{self.builder.files[self.file]}:{line}" if self.file else f"line {line}"

    def _images(self, batch: Batch) -> NDArray[np.int32]:
        """(N,) number of each row's image, -1 without."""
        names = [name for name in IMAGE if name in batch]
        rows, codes = coded_rows([batch[name] for name in names])
        for row in rows:
            if (self.home, row) not in self.images:
                self.images[self.home, row] = self._image(dict(zip(names, row, strict=True)))
        numbers = np.array([self.images[self.home, row] for row in rows], np.int32)
        return numbers[codes]

    def _image(self, cells: Mapping[str, Any]) -> int:
        name, sequence, split = (text_in(cells.get(k)) for k in ("image", "sequence", "split"))
        place, frame = (_whole(cells.get(name), 1 << 31) for name in ("position", "frame"))
        if not name and (not sequence or place is None):
            return -1
        position = place or 0
        key = posixpath.join(self.home, name or f"{sequence}/{position:06d}")
        path, title = self.near.find(key) if frame is None else (None, "")
        return self.builder.image(
            key,
            frame=-1 if frame is None else frame,
            path=path,
            title=title,
            width=_whole(cells.get("image_width"), 1 << 20) or 0,
            height=_whole(cells.get("image_height"), 1 << 20) or 0,
            split=split,
            sequence=sequence,
            position=position,
        )

    def _add(
        self,
        batch: Batch,
        numbers: Found,
        image: NDArray[np.int32],
        keep: NDArray[np.int64],
        lines: Sequence[int],
    ) -> None:
        size = len(lines)
        blank = np.full(size, np.nan)
        box = self._boxes(batch, numbers, size)
        boxed: NDArray[np.bool_] = np.asarray(np.isfinite(box).all(axis=1), np.bool_)
        theta = numbers["theta"][0] if "theta" in numbers else blank
        outlined = np.zeros(size, np.bool_)
        for name in (n for n in OUTLINED if n in batch):
            outlined |= filled(batch[name])
        asked = filled(batch["question"]) if "question" in batch else np.zeros(size, np.bool_)
        answers = ~boxed & ~outlined & (asked | (not self.shaped))
        kind = np.where(np.isnan(theta), int(Kind.BOX), int(Kind.ROTATED_BOX))
        marks = self._flags(batch, "ignored", size) * int(Mark.IGNORED)
        marks |= self._flags(batch, "group_of", size) * int(Mark.GROUP_OF)
        columns: dict[str, NDArray[Any]] = {
            "file": np.full(size, self.file, np.int32),
            "line": np.asarray(lines, np.int64),
            "image": image,
            "class_ref": self._classes(batch, answers),
            "kind": np.where(answers, int(Kind.CLASSIFICATION), kind),
            "theta": np.nan_to_num(theta),
            "confidence": blank if self.truth else numbers["confidence"][0],
            "crowd": self._flags(batch, "crowd", size),
            "marks": marks,
            "area": numbers["area"][0] if "area" in numbers and self.truth else blank,
        }
        lost = np.zeros(size, np.bool_)
        lost[keep] = ~(boxed[keep] | outlined[keep] | answers[keep])
        self._reject(lost, lines, lambda _: "a number of the box")
        keep = keep[~lost[keep]]
        own = keep[boxed[keep]]
        self.boxes += int(own.size)
        self.largest = max(self.largest, float(np.abs(box[own]).max(initial=0)))
        odd: NDArray[np.bool_] = outlined.copy()
        if "traits" in batch:
            odd |= filled(batch["traits"])
        for k in keep[odd[keep]].tolist():
            self._shape(batch, numbers, columns, box[k], k)
        plain = keep[~odd[keep]]
        if plain.size:
            self._plain(batch, numbers, columns, box, plain)

    def _boxes(self, batch: Batch, numbers: Found, size: int) -> Numbers:
        """(N, 4) as read, nan without."""
        box = np.full((size, 4), np.nan)
        for k, name in enumerate(self.box):
            box[:, k] = numbers[name][0]
        if self.boxed_cells:
            for k, cell in enumerate(batch["box"]):
                given = None if is_empty(cell) else box_of(cell)
                if given is not None:
                    box[k] = given
                    self.named_sides |= isinstance(cell, dict) or str(cell).lstrip()[:1] == "{"
        return box

    def _plain(
        self,
        batch: Batch,
        numbers: Found,
        columns: Mapping[str, NDArray[Any]],
        box: Numbers,
        rows: NDArray[np.int64],
    ) -> None:
        """Add boxes and answers, all at once."""
        track = None
        if "track" in batch:
            known, codes = coded(batch["track"])
            texts = np.array([text_in(value) for value in known], object)
            track = texts[codes[rows]].tolist()
        self.builder.extend(
            {name: values[rows] for name, values in columns.items()},
            box[rows],
            track,
            {name: numbers[name][0][rows] for name in TRAITS if name in numbers},
        )

    def _shape(
        self,
        batch: Batch,
        numbers: Found,
        columns: Mapping[str, NDArray[Any]],
        box: Numbers,
        k: int,
    ) -> None:
        """Add one row with an outline, a mask, keypoints or more traits."""
        cells = {n: batch[n][k] for n in (*OUTLINED, "traits", "track") if n in batch}
        cells = {name: cell for name, cell in cells.items() if not is_empty(cell)}
        read = {
            name: reader(cells[name])
            for name, reader in READERS.items()
            if name in cells
        }  # fmt: skip
        if read.get("polygon", ...) == []:
            read["polygon"] = None
            if not np.isnan(box).any():
                del read["polygon"], cells["polygon"]  # an outline of nothing: its box stays
        wrong = next((name for name, value in read.items() if value is None), None)
        if wrong is not None:
            place = self._place(int(columns["line"][k]))
            problem = f"{shown(cells[wrong])} is no {wrong}"
            self.builder.report.reject(f"E-TABLE-{wrong.upper()}", place, problem, FIX)
            return
        parts = read.get("polygon") or read.get("polyline") or ()
        mask = str(cells["rle"]).encode() if "rle" in cells and not parts else None
        points = read.get("keypoints")
        kinds = (("polygon", Kind.POLYGON), ("polyline", Kind.POLYLINE), ("rle", Kind.BITMASK))
        alone = Kind.KEYPOINTS if points is not None else Kind(int(columns["kind"][k]))
        traits = {n: float(numbers[n][0][k]) for n in TRAITS if n in numbers}
        self.builder.add(
            int(columns["image"][k]),
            int(columns["class_ref"][k]),
            next((kind for name, kind in kinds if name in cells), alone),
            box=box.tolist(),
            parts=parts,
            mask=mask,
            keypoints=points,
            track=text_in(cells.get("track")),
            line=int(columns["line"][k]),
            traits={n: v for n, v in traits.items() if v == v} | (read.get("traits") or {}),
            **{n: columns[n][k].item() for n in ("theta", "confidence", "crowd", "marks", "area")},
        )
        drawn = [*parts] if points is None else [*parts, points[:, :2]]
        self.largest = max([self.largest, *(float(np.abs(p).max()) for p in drawn)])
        self.boxes += bool(drawn)

    def _flags(self, batch: Batch, name: str, size: int) -> NDArray[np.bool_]:
        held = self.truth and name in batch
        return flags_of(batch[name]) if held else np.zeros(size, np.bool_)

    def _classes(self, batch: Batch, answers: NDArray[np.bool_]) -> NDArray[np.int32]:
        """(N,) class references; of a whole image they answer a question."""
        asked = [batch["question"]] if "question" in batch else []
        rows, codes = coded_rows([batch["class"], *asked, answers.astype(np.int8)])
        refs = np.zeros(len(rows), np.int32)
        for k, (cell, *question, answer) in enumerate(rows):
            name = text_in(cell)
            if name:
                words = text_in(question[0]) if question else ""
                refs[k] = self.builder.class_ref(
                    name=name, question=(words or QUESTION) if answer else ""
                )
        return refs[codes]

    def finish(self) -> RawSet:
        """The raw set; boxes of nothing but numbers up to 1 are shares of the image."""
        if self.boxes and self.largest <= 1:
            corners = self.builder.convention.corners
            self.builder.convention = Convention(corners=corners, scale="relative")
        raw = self.builder.build()
        return replace(raw, open_corners=self.boxed_cells and not self.named_sides)


READERS: dict[str, Callable[[Any], Any]] = {
    "polygon": parts_of,
    "polyline": lambda cell: parts_of(cell, 2) or None,
    "keypoints": keypoints_of,
    "traits": traits_of,
}
"""Columns of JSON -> what reads a cell."""


def _check(builder: RawBuilder, names: set[str], truth: bool) -> None:
    placed = "image" in names or {"sequence", "position"} <= names
    missing = [] if placed else ["image"]
    missing += ["class"] if "class" not in names else []
    missing += ["confidence"] if not truth and "confidence" not in names else []
    if missing:
        problem = f"the header names no {' and no '.join(missing)}"
        fix = "name columns image, class, x, y, width, height, confidence"
        raise SourceError(builder.path, "line 1", problem, fix=fix, code="E-TABLE-HEADER")


def _value_of(name: str, values: Column) -> Callable[[int], str]:
    return lambda k: f"{name} {shown(values[k])}"


def _whole(value: Any, most: int) -> int | None:
    """A whole number from 0 up to a limit."""
    number = number_of(value)
    return int(number) if number is not None and 0 <= number < most else None
