"""Columns of a table, a batch of rows at a time -> records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.table_columns import box_columns
from boxscore.sources.table_shapes import parts_of
from boxscore.sources.text_lines import number_in

Column = Sequence[Any]
Numbers = NDArray[np.float64]
TRAITS = ("truncation", "occlusion")
YES = frozenset(("1", "true", "yes", "y", "t", "1.0"))
QUESTION = "class"
"""The question that a table of classes of whole images answers, where it names none."""
FIX = "see the page of tables in the documentation for what a column may hold"


class TableReader:
    """Takes batches of columns, named as `table_columns.ALIASES` does.

    Args:
        names: What the table holds.

    Raises:
        SourceError: It names no image or no class, or predictions have no confidence.
    """

    def __init__(self, builder: RawBuilder, names: set[str], *, truth: bool) -> None:
        self.builder, self.truth = builder, truth
        self.names = names
        placed = box_columns(dict.fromkeys(names, 0))
        self.box, form = ((), "xywh") if placed is None else placed
        builder.convention = Convention(corners=form, scale="pixels")
        self.shaped = placed is not None or bool({"polygon", "rle"} & names)
        self.largest = 0.0
        self.boxes = self.rows = 0
        self.images: dict[Any, int] = {}
        self.refs: dict[Any, int] = {}
        builder.file(shown(builder.path.name))
        _check(builder.path, names, truth)

    def take(self, batch: Mapping[str, Column], lines: Sequence[int]) -> None:
        """Add the rows of one batch; those that are wrong are rejected."""
        self.rows += len(lines)
        numbers = {
            name: _numbers(batch[name])
            for name in (*self.box, "confidence", "theta", "area", *TRAITS)
            if name in batch
        }
        good = np.ones(len(lines), np.bool_)
        for name, (_, wrong) in numbers.items():
            self._reject(wrong & good, lines, _value_of(name, batch[name]))
            good &= ~wrong
        image = self._images(batch, lines)
        none = {value for value in dict.fromkeys(batch["class"]) if _is_empty(value)}
        bare = np.array([value in none for value in batch["class"]], np.bool_)
        self._reject((image < 0) & good, lines, lambda _: "the image")
        good &= image >= 0
        # A row without a class is an image without objects.
        keep = np.flatnonzero(good & ~bare)
        if keep.size:
            self._add(batch, numbers, image, keep, lines)

    def _reject(
        self, flags: NDArray[np.bool_], lines: Sequence[int], what: Callable[[int], str]
    ) -> None:
        for k in np.flatnonzero(flags).tolist():
            problem = f"{what(k)} is missing or no number"
            self.builder.report.reject("E-TABLE-VALUE", f"line {lines[k]}", problem, FIX)

    def _images(self, batch: Mapping[str, Column], lines: Sequence[int]) -> NDArray[np.int32]:
        """(N,) number of each row's image, -1 without."""
        none = [""] * len(lines)
        names = ("image", "sequence", "frame", "split", "image_width", "image_height")
        keys = list(zip(*(batch.get(name, none) for name in names), strict=True))
        for key in dict.fromkeys(keys):
            if key not in self.images:
                self.images[key] = self._image(key)
        return np.fromiter(map(self.images.__getitem__, keys), np.int32, len(keys))

    def _image(self, key: tuple[Any, ...]) -> int:
        name, sequence, split = (_text(key[k]) for k in (0, 1, 3))
        frame = _number(key[2])
        if not name and not (sequence and frame is not None):
            return -1
        position = int(frame) if frame is not None and 0 <= frame < 1 << 31 else 0
        width, height = (int(v) if (v := _number(s)) and 0 < v < 1 << 20 else 0 for s in key[4:])
        return self.builder.image(
            name or f"{sequence}/{position:06d}",
            width=width,
            height=height,
            split=split,
            sequence=sequence,
            position=position,
        )

    def _add(
        self,
        batch: Mapping[str, Column],
        numbers: Mapping[str, tuple[Numbers, NDArray[np.bool_]]],
        image: NDArray[np.int32],
        keep: NDArray[np.int64],
        lines: Sequence[int],
    ) -> None:
        size = len(lines)
        box = np.full((size, 4), np.nan)
        for k, name in enumerate(self.box):
            box[:, k] = numbers[name][0]
        blank = np.full(size, np.nan)
        confidence = numbers["confidence"][0] if "confidence" in numbers else blank
        theta = np.nan_to_num(numbers["theta"][0]) if "theta" in numbers else np.zeros(size)
        boxed = np.isfinite(box).all(axis=1)
        flags = (self._flags(batch, n, size) for n in ("crowd", "ignored", "group_of"))
        crowd, ignored, group_of = flags
        kind = np.where(theta != 0, int(Kind.ROTATED_BOX), int(Kind.BOX))
        kind = np.where(boxed, kind, int(Kind.CLASSIFICATION))
        columns: dict[str, NDArray[Any]] = {
            "line": np.asarray(lines, np.int64),
            "image": image,
            "class_ref": self._classes(batch, boxed, size),
            "kind": kind,
            "theta": theta,
            "confidence": blank if self.truth else confidence,
            "crowd": crowd,
            "marks": ignored * int(Mark.IGNORED) + group_of * int(Mark.GROUP_OF),
            "area": numbers["area"][0] if "area" in numbers and self.truth else blank,
        }
        if {"polygon", "rle"} & batch.keys():
            keep = self._shapes(batch, columns, box, keep)
        if self.shaped:
            lost = np.zeros(size, np.bool_)
            lost[keep[~boxed[keep]]] = True
            self._reject(lost, lines, lambda _: "a number of the box")
            keep = keep[boxed[keep]]
        if keep.size and boxed[keep].any():
            inner = np.abs(box[keep][boxed[keep]])
            self.largest = max(self.largest, float(inner.max()))
            self.boxes += int(boxed[keep].sum())
        track = [_text(v) for v in batch["track"]] if "track" in batch else [""] * size
        self.builder.extend(
            {name: values[keep] for name, values in columns.items()},
            box[keep],
            [track[k] for k in keep.tolist()],
            {name: numbers[name][0][keep] for name in TRAITS if name in numbers},
        )

    def _shapes(
        self,
        batch: Mapping[str, Column],
        columns: Mapping[str, NDArray[Any]],
        box: Numbers,
        keep: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Add the rows with a polygon or a mask; the others are left."""
        none = [None] * len(box)
        polygons, masks = batch.get("polygon", none), batch.get("rle", none)
        tracks = batch.get("track", none)
        left = []
        for k in keep.tolist():
            if _is_empty(polygons[k]) and _is_empty(masks[k]):
                left.append(k)
                continue
            parts = parts_of(polygons[k]) if not _is_empty(polygons[k]) else ()
            line = int(columns["line"][k])
            if parts is None:
                problem = f"{shown(polygons[k])} is no polygon"
                self.builder.report.reject("E-TABLE-POLYGON", f"line {line}", problem, FIX)
                continue
            facts = {
                n: columns[n][k].item() for n in ("theta", "confidence", "crowd", "marks", "area")
            }
            self.builder.add(
                int(columns["image"][k]),
                int(columns["class_ref"][k]),
                Kind.POLYGON if parts else Kind.BITMASK,
                box=box[k].tolist(),
                parts=parts,
                mask=None if parts else str(masks[k]).encode(),
                track=_text(tracks[k]),
                line=line,
                **facts,
            )
            self.largest = max([self.largest, *(float(np.abs(p).max()) for p in parts)])
            self.boxes += 1
        return np.array(left, np.int64)

    def _flags(self, batch: Mapping[str, Column], name: str, size: int) -> NDArray[np.bool_]:
        if name not in batch or not self.truth:
            return np.zeros(size, np.bool_)
        return np.array([_text(v).casefold() in YES for v in batch[name]], np.bool_)

    def _classes(
        self, batch: Mapping[str, Column], boxed: NDArray[np.bool_], size: int
    ) -> NDArray[np.int32]:
        """(N,) class references; of a whole image they answer a question."""
        asked = batch.get("question", [""] * size)
        keys = list(zip(batch["class"], asked, boxed.tolist(), strict=True))
        for key in dict.fromkeys(keys):
            name = _text(key[0])
            if key not in self.refs and name:
                question = "" if key[2] or self.shaped else _text(key[1]) or QUESTION
                self.refs[key] = self.builder.class_ref(name=name, question=question)
        return np.array([self.refs.get(key, 0) for key in keys], np.int32)

    def finish(self) -> RawSet:
        """The raw set; boxes of nothing but numbers up to 1 are shares of the image."""
        if self.boxes and self.largest <= 1:
            corners = self.builder.convention.corners
            self.builder.convention = Convention(corners=corners, scale="relative")
        return self.builder.build()


def _check(path: Path, names: set[str], truth: bool) -> None:
    missing = ["image"] if "image" not in names and not {"sequence", "frame"} <= names else []
    missing += ["class"] if "class" not in names else []
    missing += ["confidence"] if not truth and "confidence" not in names else []
    if missing:
        problem = f"the header names no {' and no '.join(missing)}"
        fix = "name columns image, class, x, y, width, height, confidence"
        raise SourceError(path, "line 1", problem, fix=fix, code="E-TABLE-HEADER")


def _value_of(name: str, values: Column) -> Callable[[int], str]:
    return lambda k: f"{name} {shown(values[k])}"


def _numbers(values: Column) -> tuple[Numbers, NDArray[np.bool_]]:
    """(N,) numbers, nan where a value is empty, and which values are no numbers."""
    try:
        quick = np.array(list(map(float, values)), np.float64)
        if np.isfinite(quick).all():
            return quick, np.zeros(len(values), np.bool_)
    except (TypeError, ValueError):
        pass
    read = [None if _is_empty(v) else _number(v) for v in values]
    wrong = [r is None and not _is_empty(v) for r, v in zip(read, values, strict=True)]
    out = np.array([np.nan if r is None else r for r in read], np.float64)
    return out, np.array(wrong, np.bool_)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _number(value: Any) -> float | None:
    """A finite number, also with a decimal comma."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return number_in(str(value).strip().replace(",", "."))
