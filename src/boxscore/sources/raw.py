"""Annotations as a file or folder gives them, before ids and conventions are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import storable
from boxscore.schema.kinds import Kind
from boxscore.schema.ontology import Ontology
from boxscore.schema.skeleton import NO_SKELETON, Skeleton
from boxscore.schema.tables import KEYPOINT_PART
from boxscore.sources.report import ImportReport
from boxscore.sources.trait_columns import TraitColumns

Array = NDArray[Any]
NO_BOX = (np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawImage:
    """An image as a source names it.

    Attributes:
        key: Id, path, file name or stem, exactly as given; with its frame unique within a source.
        width, height: Pixels as the source states them; 0 when it does not.
        path: The picture file where the source or its folder has one.
        title: Its name in the project; default: the path below the source, or the key.
        split: train, val, ...; may be empty.
        sequence, position: Video or sequence, and the place in it; empty and 0 without.
        frame: Frame of a video that `path` or `key` names; -1 for a still image.
        data_hash: As the source has it (Encord); empty: made from the content.
    """

    key: str
    width: int = 0
    height: int = 0
    path: Path | None = None
    title: str = ""
    split: str = ""
    sequence: str = ""
    position: int = 0
    frame: int = -1
    data_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawClass:
    """A class as a source names it: by number, by name, or both.

    Attributes:
        question: Of an answer about the whole image; empty for classes of objects.
        parent: Name of the class above it; may be empty.
        thing: Whether its objects can be counted; None where the source does not say.
        skeleton: Names of its keypoints and what joins them.
    """

    number: int | None = None
    name: str | None = None
    question: str = ""
    parent: str = ""
    thing: bool | None = None
    skeleton: Skeleton = NO_SKELETON

    def words(self) -> str:
        """For messages."""
        return f"class {self.number}" if self.name is None else f"class {self.name!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """How the numbers of boxes and points are meant; None where the source does not say.

    Attributes:
        corners: "xywh" (left, top, width, height), "xyxy" (corners), "cxcywh" (centre, size),
            "yxyx", "yxhw" or "cycxhw" (the same, vertical first), "xyhw" or "cxcyhw" (the height
            before the width).
        scale: "pixels" or "relative" (shares of the width and height).
        fit: "" of the image itself; "stretch" or "letterbox": of an input of `size` that the
            image was resized to, filling it, or whole with bars around it; "swapped": its width
            and height taken for each other; "turned left", "turned right" or "turned over": of
            the image as its pixels lie in the file, not as its EXIF orientation shows it.
        size: Width and height of that input.
    """

    corners: str | None
    scale: str | None
    fit: str = ""
    size: tuple[int, int] = (0, 0)

    @property
    def in_pixels(self) -> bool:
        """Whether a unit is a pixel of the image."""
        return self.scale == "pixels" and not self.fit

    @property
    def words(self) -> str:
        """In words."""
        words = f"{self.corners}, {self.scale}"
        if self.fit == "swapped":
            return f"{words}, width and height swapped"
        if self.fit.startswith("turned"):
            return f"{words} of the image {self.fit}"
        if self.fit:
            words += f" of a {self.size[0]}x{self.size[1]} input ({self.fit})"
        return words


COLUMNS: dict[str, str] = {
    "file": "int32",
    "line": "int64",
    "image": "int32",
    "class_ref": "int32",
    "kind": "uint8",
    "theta": "float64",
    "confidence": "float64",
    "crowd": "bool",
    "marks": "uint16",
    "area": "float64",
}
"""Columns of a raw set and their types. `file` counts `files`, `line` the record or line in it from
1; `confidence` and `area` are nan where none is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSet:
    """One source, read. N records, P points.

    Attributes:
        format: Name of the format.
        files: Names of the files read, relative to the source.
        images, classes: Everything named, also without a record.
        columns: The arrays of `COLUMNS`, (N,) each.
        box: (N, 4) float64 as read; nan where a record has none.
        track: (N,) texts; may be empty.
        points: "row", "part", "x", "y", "visibility" of polygons, polylines and keypoints, flat,
            in the scale of the boxes.
        masks: Record -> compressed run lengths over the whole image.
        mask_sizes: Record -> width and height of its mask, where the source says them.
        traits: Name -> (K,) int64 records that have it, ascending, and (K,) float64 numbers.
        verdicts: (image, class_ref, `schema.kinds.Verdict`).
        convention: How boxes and points are meant.
        ontology: Of sources that have one; classes are then named by their hashes, joined by "/".
        open_corners: Whether nothing but the numbers tells a size from the second corner.
        confidence_at: "before" or "after" a box's four numbers, where only its place tells it.
    """

    format: str
    path: Path
    files: list[str]
    images: list[RawImage]
    classes: list[RawClass]
    columns: Mapping[str, Array]
    box: NDArray[np.float64]
    track: Sequence[str]
    points: Mapping[str, Array]
    masks: dict[int, bytes]
    traits: Mapping[str, tuple[Array, Array]]
    verdicts: list[tuple[int, int, int]]
    convention: Convention
    mask_sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    ontology: Ontology | None = None
    confidence_at: str = ""
    open_corners: bool = False

    @property
    def rows(self) -> int:
        """How many records there are."""
        return int(self.columns["image"].size)

    def place(self, row: int) -> str:
        """Where a record stands, for messages."""
        name = self.files[int(self.columns["file"][row])] if self.files else ""
        line = int(self.columns["line"][row])
        return f"{name}:{line}" if name and line > 0 else name or f"record {line}"


@dataclass(slots=True)
class RawBuilder:
    """Collects the records of one source, one by one (`add`) or many at once (`extend`).

    Args:
        format: Name of the format.
        path: The file or folder.
        convention: How boxes and points are meant.
    """

    format: str
    path: Path
    report: ImportReport
    convention: Convention
    ontology: Ontology | None = None
    confidence_at: str = ""
    files: list[str] = field(default_factory=list)
    images: list[RawImage] = field(default_factory=list)
    classes: list[RawClass] = field(default_factory=list)
    _image_of: dict[tuple[str, int], int] = field(default_factory=dict)
    _class_of: dict[tuple[int | None, str | None, str], int] = field(default_factory=dict)
    _rows: list[tuple[Any, ...]] = field(default_factory=list)
    _boxes: list[Sequence[float]] = field(default_factory=list)
    _tracks: list[str] = field(default_factory=list)
    _points: list[tuple[int, int, Array]] = field(default_factory=list)
    _masks: dict[int, bytes] = field(default_factory=dict)
    _mask_sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    _traits: TraitColumns = field(default_factory=TraitColumns)
    _chunks: list[tuple[dict[str, Array], Array, Sequence[str]]] = field(default_factory=list)
    _verdicts: list[tuple[int, int, int]] = field(default_factory=list)
    _count: int = 0

    def file(self, name: str) -> int:
        """A file that is about to be read; records added next stand in it."""
        self.files.append(name)
        return len(self.files) - 1

    def image(self, key: str, *, frame: int = -1, **facts: Any) -> int:
        """The number of an image, or of a frame of it; its facts are those given first."""
        if (key, frame) not in self._image_of:
            self._image_of[key, frame] = len(self.images)
            told: dict[str, Any] = {
                k: storable(v) if isinstance(v, str) else v for k, v in facts.items()
            }
            self.images.append(RawImage(key=storable(key), frame=frame, **told))
        return self._image_of[key, frame]

    def class_ref(
        self,
        number: int | None = None,
        name: str | None = None,
        question: str = "",
        parent: str = "",
        thing: bool | None = None,
        skeleton: Skeleton = NO_SKELETON,
    ) -> int:
        """The number of a class as the source names it; its facts are those given first."""
        identity = number, name, question
        if identity not in self._class_of:
            self._class_of[identity] = len(self.classes)
            called = None if name is None else storable(name)
            question, parent = storable(question), storable(parent)
            self.classes.append(
                RawClass(
                    number=number,
                    name=called,
                    question=question,
                    parent=parent,
                    thing=thing,
                    skeleton=skeleton,
                )
            )
        return self._class_of[identity]

    def add(
        self,
        image: int,
        class_ref: int,
        kind: Kind,
        *,
        box: Sequence[float] = NO_BOX,
        parts: Sequence[Array] = (),
        keypoints: Array | None = None,
        mask: bytes | None = None,
        mask_size: tuple[int, int] | None = None,
        theta: float = 0.0,
        confidence: float = np.nan,
        area: float = np.nan,
        crowd: bool = False,
        marks: int = 0,
        track: str = "",
        traits: dict[str, float] | None = None,
        file: int | None = None,
        line: int = 0,
    ) -> int:
        """Add one record; returns its row.

        Args:
            parts: (K, 2) or (K, 3) points each: parts of a polygon, or keypoints with visibility.
            keypoints: (K, 3) with visibility, beside a polygon or mask.
            mask: Compressed run lengths over the whole image.
            mask_size: Its width and height, to be held against those of the image.
            file: As `file` returned it; default: the current one.
            line: Line or record in the file, from 1.
        """
        row, self._count = self._count, self._count + 1
        file = max(len(self.files) - 1, 0) if file is None else file
        self._rows.append(
            (file, line, image, class_ref, int(kind), theta, confidence, crowd, marks, area)
        )
        self._boxes.append(box)
        self._tracks.append(track)
        if keypoints is not None:
            self._points.append((row, KEYPOINT_PART, keypoints))
        self._points += [(row, part, points) for part, points in enumerate(parts)]
        if mask is not None:
            self._masks[row] = mask
            if mask_size is not None:
                self._mask_sizes[row] = mask_size
        if traits:
            self._traits.add(row, traits)
        return row

    def extend(
        self,
        columns: Mapping[str, Array],
        box: Array,
        track: Sequence[str] | None = None,
        traits: Mapping[str, Array] | None = None,
    ) -> None:
        """Add many records as arrays; columns that are left out get their neutral value.

        Args:
            traits: Name -> (N,) numbers, nan where a record has none.
        """
        self._flush()
        self._traits.extend(self._count, traits or {})
        size = int(columns["image"].size)
        neutral = {"theta": 0.0, "confidence": np.nan, "area": np.nan, "kind": int(Kind.BOX)}
        whole = {
            name: np.asarray(columns[name], dtype)
            if name in columns
            else np.full(size, neutral.get(name, 0), dtype)
            for name, dtype in COLUMNS.items()
        }
        # Its own copy: a part of a wider array would keep all of that.
        boxes = np.array(box, np.float64, order="C").reshape(size, 4)
        self._chunks.append((whole, boxes, track if track is not None else [""] * size))
        self._count += size

    def verdict(self, image: int, class_ref: int, verdict: int) -> None:
        """What was verified of a class on a whole image."""
        self._verdicts.append((image, class_ref, verdict))

    def build(self) -> RawSet:
        """Everything added, as arrays."""
        self._flush()
        columns = {
            name: _joined([chunk[0][name] for chunk in self._chunks], dtype)
            for name, dtype in COLUMNS.items()
        }
        boxes = [chunk[1] for chunk in self._chunks]
        return RawSet(
            format=self.format,
            path=self.path,
            files=self.files,
            images=self.images,
            classes=self.classes,
            columns=columns,
            box=np.concatenate(boxes) if boxes else np.empty((0, 4)),
            track=[storable(track) for chunk in self._chunks for track in chunk[2]],
            points=_flat(self._points),
            masks=self._masks,
            mask_sizes=self._mask_sizes,
            traits=self._traits.build(),
            verdicts=self._verdicts,
            convention=self.convention,
            ontology=self.ontology,
            confidence_at=self.confidence_at,
        )

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = {
            name: np.array(values, dtype)
            for (name, dtype), values in zip(
                COLUMNS.items(), zip(*self._rows, strict=True), strict=True
            )
        }
        boxes = np.array(self._boxes, np.float64).reshape(-1, 4)
        self._chunks.append((columns, boxes, self._tracks))
        self._rows, self._boxes, self._tracks = [], [], []


def _joined(parts: list[Array], dtype: str) -> Array:
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def _flat(parts: list[tuple[int, int, Array]]) -> dict[str, Array]:
    """Points of all records, in order of record and part."""
    sizes = [len(points) for _, _, points in parts]
    xy = [np.asarray(points, np.float64) for _, _, points in parts]
    return {
        "row": np.repeat(np.array([row for row, _, _ in parts], np.int64), sizes),
        "part": np.repeat(np.array([part for _, part, _ in parts], np.int32), sizes),
        "x": np.concatenate([p[:, 0] for p in xy]) if xy else np.empty(0),
        "y": np.concatenate([p[:, 1] for p in xy]) if xy else np.empty(0),
        "visibility": np.concatenate([_visibility(p) for p in xy]) if xy else np.empty(0, np.uint8),
    }


def _visibility(points: Array) -> NDArray[np.uint8]:
    """0 to 255; 2, seen, where the source does not say, and 0 where it says what is no number."""
    if points.shape[1] < 3:
        return np.full(len(points), 2, np.uint8)
    told: NDArray[np.uint8] = np.nan_to_num(np.clip(points[:, 2], 0, 255)).astype(np.uint8)
    return told
