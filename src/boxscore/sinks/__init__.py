"""Our tables -> the outside world; one file per format, imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from boxscore.errors import RequestError, near_misses
from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content

Sink = Callable[[Content, Path], None]
OBJECTS = (Kind.BOX, Kind.ROTATED_BOX, Kind.POLYGON, Kind.BITMASK, Kind.POLYLINE, Kind.KEYPOINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkCard:
    """One format that can be written.

    Attributes:
        name: As `--format` takes it.
        title: What it is, in a few words.
        keeps: Kinds of annotations that it holds; the others are left out and counted.
        drops: Facts that it has no place for, in words.
        needs_confidence: It holds predictions only.
    """

    name: str
    title: str
    keeps: tuple[Kind, ...]
    drops: tuple[str, ...] = ()
    needs_confidence: bool = False

    def write(self, content: Content, folder: Path) -> None:
        """Write into a new folder."""
        sink: Sink = import_module(f"boxscore.sinks.{self.name}").write
        sink(content, folder)


SINKS: dict[str, SinkCard] = {
    card.name: card
    for card in (
        SinkCard(
            name="coco",
            title="COCO annotations, or results of a run",
            keeps=OBJECTS,
            drops=("answers about whole images",),
        ),
        SinkCard(
            name="csv",
            title="our own table as CSV, a row an annotation",
            keeps=tuple(Kind),
        ),
        SinkCard(
            name="cvat",
            title="CVAT for images 1.1 (XML)",
            keeps=OBJECTS,
            drops=("answers about whole images", "crowd flags", "areas"),
        ),
        SinkCard(
            name="jsonl",
            title="our own table as JSON Lines",
            keeps=tuple(Kind),
        ),
        SinkCard(
            name="kitti",
            title="KITTI object labels, one text file an image",
            keeps=OBJECTS,
            drops=("masks, polygons and keypoints: their boxes are written",),
        ),
        SinkCard(
            name="parquet",
            title="our own table as Parquet",
            keeps=tuple(Kind),
        ),
        SinkCard(
            name="pickle",
            title="Encord Active's pickled predictions",
            keeps=(Kind.BOX, Kind.ROTATED_BOX, Kind.POLYGON, Kind.BITMASK, Kind.CLASSIFICATION),
            drops=("what sticks out of the image",),
            needs_confidence=True,
        ),
        SinkCard(
            name="voc",
            title="Pascal VOC XML, one file an image",
            keeps=OBJECTS,
            drops=("masks, polygons and keypoints: their boxes are written", "crowd flags"),
        ),
        SinkCard(
            name="yolo",
            title="YOLO text files with data.yaml",
            keeps=(Kind.BOX, Kind.ROTATED_BOX, Kind.POLYGON, Kind.BITMASK, Kind.KEYPOINTS),
            drops=("crowd and difficult flags", "tracks", "holes of masks"),
        ),
    )
}
"""Formats that can be written, by name."""


def sink_of(name: str) -> SinkCard:
    """The format of a name.

    Raises:
        RequestError: It cannot be written.
    """
    if name not in SINKS:
        raise RequestError(
            f"format {name!r} cannot be written",
            fix=near_misses(name, list(SINKS)),
            code="E-EXPORT-FORMAT",
        )
    return SINKS[name]
