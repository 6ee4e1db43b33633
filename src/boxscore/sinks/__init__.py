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
        sequences: It holds images of sequences only; the others are left out and counted.
    """

    name: str
    title: str
    keeps: tuple[Kind, ...]
    drops: tuple[str, ...] = ()
    needs_confidence: bool = False
    sequences: bool = False

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
            drops=(
                "answers about whole images",
                "polylines: their boxes are written",
                "splits",
                "numbers of frames of films",
                "traits but truncation and occlusion",
            ),
        ),
        SinkCard(
            name="csv",
            title="our own table as CSV, a row an annotation",
            keeps=tuple(Kind),
        ),
        SinkCard(
            name="cvat",
            title="CVAT for images 1.1 (XML)",
            keeps=tuple(Kind),
            drops=(
                "areas, and boxes around masks, polygons and keypoints: they are measured again",
                "parts of polygons: several become a mask",
                "visibility of keypoints",
                "questions that answers are of",
                "marks of groups",
                "sequences",
            ),
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
            drops=(
                "masks, polygons, keypoints and turns: their boxes are written",
                "spaces in names of classes",
                "crowd, group and difficult flags",
                "tracks and sequences",
                "splits",
            ),
        ),
        SinkCard(
            name="masks",
            title="class masks: a PNG an image, pixels are numbers of classes",
            keeps=(Kind.POLYGON, Kind.BITMASK),
            drops=(
                "objects: those of one class become one mask",
                "confidences",
                "tracks",
                "traits",
            ),
        ),
        SinkCard(
            name="mot",
            title="MOTChallenge text files, a folder a sequence",
            keeps=OBJECTS,
            sequences=True,
            drops=(
                "masks, polygons, keypoints and turns: their boxes are written",
                "names of tracks that are no numbers",
                "splits",
                "crowd and group flags",
                "traits but visibility",
            ),
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
            drops=("what sticks out of the image", "traits"),
            needs_confidence=True,
        ),
        SinkCard(
            name="voc",
            title="Pascal VOC XML, one file an image",
            keeps=OBJECTS,
            drops=(
                "masks, polygons and keypoints: their boxes are written",
                "crowd and group flags",
                "tracks and sequences",
                "degrees of truncation and occlusion: they are yes or no",
            ),
        ),
        SinkCard(
            name="yolo",
            title="YOLO text files with data.yaml",
            keeps=(Kind.BOX, Kind.ROTATED_BOX, Kind.POLYGON, Kind.BITMASK, Kind.KEYPOINTS),
            drops=(
                "crowd, group and difficult flags",
                "tracks and sequences",
                "holes of masks, and the gaps between parts",
                "turns of boxes: their corners are written",
                "outlines where other objects are poses",
                "traits",
                "sizes of images without a file",
            ),
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
