"""What the head of a CVAT file says: labels, skeletons, and the frames of a video."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import unescape

from boxscore.errors import storable
from boxscore.schema.skeleton import Skeleton
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import RawBuilder
from boxscore.sources.text_lines import number_in
from boxscore.sources.xml_text import Element

TAG = re.compile(r"<(?:line|circle)\b[^<>]*>")
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"<>]*)"')
MOST_FRAMES = 2_000_000
LONGEST_NUMBER = 12


@dataclass(slots=True)
class CvatMeta:
    """The head.

    Attributes:
        labels: Names in their order, without the points of skeletons.
        points: Skeleton -> the names of its points, in their order.
        drawn: Skeleton -> the drawing that says which points are joined.
        source: What a video is called.
        width, height: Pixels of its frames; 0 where it does not say.
        frames: The numbers of all its frames; empty where it does not say.
    """

    labels: list[str] = field(default_factory=list)
    points: dict[str, list[str]] = field(default_factory=dict)
    drawn: dict[str, str] = field(default_factory=dict)
    source: str = ""
    width: int = 0
    height: int = 0
    frames: range = range(0)

    @classmethod
    def of(cls, meta: Element, stem: str) -> CvatMeta:
        """The head that `<meta>` holds."""
        source = next((e.text.strip() for e in _all(meta) if e.tag == "source"), "")
        found = cls(source=source or stem)
        task = next((e for e in _all(meta) if e.tag in ("task", "job", "project")), meta)
        for label in (e for e in _all(meta) if e.tag == "label"):
            name, parent = label.text_of("name"), label.text_of("parent")
            if name and parent:
                found.points.setdefault(parent, []).append(name)
            elif name:
                found.labels.append(name)
                if svg := label.text_of("svg"):
                    found.drawn[name] = svg
        size = next((e for e in _all(meta) if e.tag == "original_size"), None)
        if size is not None:
            found.width, found.height = (
                whole_number(size.text_of(side) or "") or 0 for side in ("width", "height")
            )
        found.frames = _frames(task)
        return found

    def skeleton(self, label: str) -> Skeleton:
        """The points of a label, and those that lines of its drawing join."""
        names = self.points.get(label, [])
        tags = [dict(ATTRIBUTE.findall(tag)) for tag in TAG.findall(self.drawn.get(label, ""))]
        node = {tag.get("data-node-id"): tag.get("data-label-name") for tag in tags}
        place = {unescape(name): names.index(name) for name in names}
        edges = []
        for tag in tags:
            ends = [unescape(node.get(tag.get(f"data-node-{k}")) or "") for k in ("from", "to")]
            if tag.get("data-type") == "edge" and ends[0] != ends[1] and {*ends} <= {*place}:
                edges.append((place[ends[0]], place[ends[1]]))
        return Skeleton(tuple(map(storable, names)), tuple(edges))

    def all_frames(self) -> range:
        """Every frame, also those without a shape."""
        return self.frames if len(self.frames) <= MOST_FRAMES else range(0)


def _all(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _all(child)


def _frames(task: Element) -> range:
    """From start_frame to stop_frame by the filter's step; else as many as `size` says, from 0."""
    start, stop, size = (
        whole_number(task.text_of(name) or "") for name in ("start_frame", "stop_frame", "size")
    )
    step = whole_number((task.text_of("frame_filter") or "").removeprefix("step=")) or 1
    if start is not None and stop is not None:
        return range(start, stop + 1, step)
    return range(size or 0)


def whole_number(text: str) -> int | None:
    """A whole number from 0, or None."""
    value = number_in(text) if len(text) <= LONGEST_NUMBER else None
    return int(value) if value is not None and value >= 0 and value == int(value) else None


class Frames:
    """The frames of a video as images, called as CVAT calls the files it exports."""

    def __init__(self, builder: RawBuilder, meta: CvatMeta, pictures: PictureFiles) -> None:
        self.builder, self.meta, self.pictures = builder, meta, pictures
        self.images: dict[int, int] = {}

    def image(self, frame: int) -> int:
        """The image of a frame."""
        if frame not in self.images:
            name = f"frame_{frame:06d}"
            path, title = self.pictures.find(f"{self.meta.source}/{name}", name)
            self.images[frame] = self.builder.image(
                f"{self.meta.source}/{name}",
                width=self.meta.width,
                height=self.meta.height,
                path=path,
                title=title,
                sequence=self.meta.source,
                position=frame,
            )
        return self.images[frame]
