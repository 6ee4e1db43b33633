"""What is written: images, classes and annotations, independent of any format."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.ontology import ClassRow, Ontology
from boxscore.schema.tables import KEYPOINT_PART, Annotations, Table

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One annotation.

    Attributes:
        box: x, y, width, height in pixels; nan for an answer.
        parts: (K, 2) vertices of each part of a polygon or polyline.
        keypoints: (K, 3) x, y, visibility; None without.
        mask: Compressed run lengths over the whole image; None without.
        confidence: None for ground truth.
    """

    row: int
    class_id: int
    kind: Kind
    box: tuple[float, float, float, float]
    theta: float
    area: float
    marks: Mark
    track: str
    confidence: float | None
    crowd: bool
    source_id: int
    parts: list[Points]
    keypoints: Points | None
    mask: bytes | None
    traits: dict[str, float]

    @property
    def ignored(self) -> bool:
        """Ground truth that never counts."""
        return Mark.IGNORED in self.marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One image with its annotations, in order.

    Attributes:
        name: A file name that no other image of the content has, with a suffix.
        picture: File of the image, or of the video that it is a frame of; None without pixels.
    """

    index: int
    title: str
    name: PurePosixPath
    data_hash: str
    frame: int
    width: int
    height: int
    source_id: str
    split: str
    sequence: str
    position: int
    picture: Path | None
    annotations: list[One] = field(default_factory=list)

    @property
    def stem(self) -> PurePosixPath:
        """The name without its suffix."""
        return self.name.with_suffix("")


def _copied(image: Image, path: Path) -> None:
    shutil.copyfile(str(image.picture), path)


@dataclass(frozen=True)
class Content:
    """Ground truth, or the predictions of a run, on some images.

    Attributes:
        name: Of the project.
        predicted: Whether these are predictions.
        items: The images, as of a project.
        rows: Their annotations, sorted by item.
        pictures: Item -> file of the image, or of the video that it is a frame of.
        filmed: Items that are frames of videos.
        copy: Writes the picture of an image to a path.
    """

    name: str
    predicted: bool
    items: Table
    ontology: Ontology
    rows: Annotations
    pictures: Mapping[int, Path]
    filmed: Collection[int] = frozenset()
    copy: Callable[[Image, Path], None] = _copied

    @property
    def classes(self) -> tuple[ClassRow, ...]:
        """Rows that class ids count."""
        return self.ontology.classes

    @property
    def object_classes(self) -> tuple[ClassRow, ...]:
        """The classes of objects, which come first."""
        return self.ontology.classes[: self.ontology.object_count]

    def images(self) -> Iterator[Image]:
        """Image after image."""
        column = {name: self.items[name].tolist() for name in self.items}
        starts = np.searchsorted(self.rows.table["item"], np.arange(self.items.rows + 1)).tolist()
        for k in range(self.items.rows):
            image = Image(
                index=k,
                title=column["title"][k],
                name=self._names[k],
                data_hash=column["data_hash"][k],
                frame=column["frame"][k],
                width=column["width"][k],
                height=column["height"][k],
                source_id=column["source_id"][k],
                split=column["split"][k],
                sequence=column["sequence"][k],
                position=column["position"][k],
                picture=self.pictures.get(k),
            )
            image.annotations.extend(self._one(row) for row in range(starts[k], starts[k + 1]))
            yield image

    @cached_property
    def _names(self) -> list[PurePosixPath]:
        """Titles as safe relative paths with a suffix; equal stems and frames are numbered."""
        met: set[str] = set()
        names = []
        frames = self.items["frame"].tolist()
        for k, title in enumerate(self.items["title"].tolist()):
            safe = [part for part in PurePosixPath(title).parts if part not in ("/", "..", ".")]
            path = PurePosixPath(*safe) if safe else PurePosixPath(f"image-{k}")
            suffix = self.pictures[k].suffix.lower() if k in self.pictures else path.suffix
            suffix = ".jpg" if k in self.filmed else suffix or ".jpg"
            stem = path.with_suffix("") if path.suffix else path
            if frames[k] or k in self.filmed:
                stem = stem.with_name(f"{stem.name}__{frames[k]}")
            if stem.as_posix() in met:
                stem = stem.with_name(f"{stem.name}-{k}")
            met.add(stem.as_posix())
            names.append(stem.with_name(stem.name + suffix))
        return names

    def _one(self, row: int) -> One:
        c = self._columns
        kind = Kind(c["kind"][row])
        parts, keypoints = self._geometry(row)
        return One(
            row=row,
            class_id=c["class_id"][row],
            kind=kind,
            box=(c["x"][row], c["y"][row], c["width"][row], c["height"][row]),
            theta=c["theta"][row],
            area=c["area"][row],
            marks=Mark(c["marks"][row]),
            track=c["track"][row],
            confidence=c["confidence"][row] if self.predicted else None,
            crowd=False if self.predicted else c["crowd"][row],
            source_id=row if self.predicted else c["source_id"][row],
            parts=parts,
            keypoints=keypoints,
            mask=self._masks.get(row),
            traits=self._traits.get(row, {}),
        )

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        return {name: values.tolist() for name, values in self.rows.table.items()}

    @cached_property
    def _masks(self) -> dict[int, bytes]:
        masks = self.rows.masks
        return dict(zip(masks["row"].tolist(), masks["counts"].tolist(), strict=True))

    @cached_property
    def _traits(self) -> dict[int, dict[str, float]]:
        found: dict[int, dict[str, float]] = {}
        traits = self.rows.traits
        columns = (traits[name].tolist() for name in ("row", "name", "value"))
        for row, name, value in zip(*columns, strict=True):
            found.setdefault(row, {})[name] = value
        return found

    def _geometry(self, row: int) -> tuple[list[Points], Points | None]:
        points = self.rows.points
        low, high = np.searchsorted(points["row"], [row, row + 1])
        if low == high:
            return [], None
        part = points["part"][low:high]
        xy = np.stack([points["x"][low:high], points["y"][low:high]], axis=1)
        seen = points["visibility"][low:high]
        own = part == KEYPOINT_PART
        if self._columns["kind"][row] == Kind.KEYPOINTS:
            own |= True
        keypoints = np.column_stack([xy[own], seen[own]]) if own.any() else None
        numbers = np.unique(part[~own])
        return [xy[~own & (part == n)] for n in numbers], keypoints
