"""UA-DETRAC XML: the vehicles of one sequence by frame, and the regions that count for nothing.

Frames count from 1. Source: Wen et al. 2020, "UA-DETRAC: A New Benchmark and Protocol for
Multi-Object Detection and Tracking".
"""

from __future__ import annotations

from pathlib import Path

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.frames import MOST_FRAMES, Film, numbered_pictures, plausible
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files, number_in
from boxscore.sources.xml_text import Element, read_xml, root_of, stream_xml

CONVENTION = Convention(corners="xywh", scale="pixels")
EDGES = ("left", "top", "width", "height")
UNTYPED = "vehicle"
"""Class of the files that do not say what a vehicle is."""
REGION = "ignored region"
MOST_REGIONS = 10_000_000
"""Ignored regions of all frames together."""
TRAITS = {"truncation_ratio": "truncation", "orientation": "orientation", "speed": "speed"}


def recognise(path: Path, role: Role) -> Guess:
    """By the root `sequence` with a name."""
    files = [path] if path.is_file() else first_files(path, (".xml",), 3) if path.is_dir() else []
    for file in files:
        root = root_of(file) if file.suffix.lower() == ".xml" else None
        if role == "truth" and root is not None and _is_sequence(root):
            return Guess(share=0.95, why=f"a sequence of UA-DETRAC, as {file.name}")
    return NO


def _is_sequence(root: Element) -> bool:
    return root.tag == "sequence" and "name" in root.attributes


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one file, or all of a folder.

    Raises:
        SourceError: None is a sequence of UA-DETRAC, or one is damaged.
    """
    files = [path] if path.is_file() else files_below(path, (".xml",))
    builder = RawBuilder("detrac", path, report, CONVENTION)
    root = path if path.is_dir() else path.parent
    others = 0
    for file in counted(files, "XML files"):
        top = root_of(file)
        if top is None and path.is_file():
            read_xml(path)  # says what is wrong with it
        if top is None or not _is_sequence(top):
            others += 1
            continue
        name = top.attributes["name"]
        film = Film(name=name, pictures=_pictures(name, request.images))
        _Sequence(builder, film, file.relative_to(root).as_posix()).read(file)
    if len(files) == others:
        fix = "its files have the root <sequence name=...>"
        raise SourceError(path, "", "holds no file of UA-DETRAC", fix=fix, code="E-DETRAC-EMPTY")
    if others:
        report.note("N-DETRAC-OTHER-XML", "XML files of another kind: left out", others)
    return builder.build()


def _pictures(name: str, images: Path | None) -> dict[int, Path]:
    if images is None:
        return {}
    below = images / name
    return numbered_pictures(below if below.is_dir() and ".." not in name else images)


class _Sequence:
    """Frames of one file to records."""

    def __init__(self, builder: RawBuilder, film: Film, name: str) -> None:
        self.builder, self.film, self.name = builder, film, shown(name)
        builder.file(self.name)
        self.regions: list[list[float]] = []
        self.seen: set[int] = set()

    def read(self, file: Path) -> None:
        """Every frame up to the last; those without vehicles are images too.

        Raises:
            SourceError: It is damaged, or has too many ignored regions.
        """
        for element in stream_xml(file, frozenset({"ignored_region", "frame"})):
            if element.tag == "ignored_region":
                boxes = [self._box(child) for child in element.children]
                self.regions += [box for box in boxes if box is not None]
                continue
            number = number_in(element.attributes.get("num", ""))
            if number is None or not 1 <= number < MOST_FRAMES or number != int(number):
                problem = f"frame {shown(element.attributes.get('num'))} is none"
                self._reject(element, problem, "count from 1")
                continue
            self.seen.add(int(number))
            targets = element.child("target_list")
            for target in targets.children if targets is not None else []:
                self._target(target, self.film.image(self.builder, int(number)))
        frames = range(1, max([0, *self.seen, *self.film.pictures]) + 1)
        whole = plausible(self.builder, self.film, frames, len(self.seen))
        numbers = frames if whole else sorted(self.seen)
        if len(numbers) * len(self.regions) > MOST_REGIONS:
            problem = f"{len(self.regions)} regions in {len(numbers)} frames are too many"
            raise SourceError(file, "", problem, fix="count frames from 1", code="E-DETRAC-SIZE")
        for frame in numbers:
            image = self.film.image(self.builder, frame)
            for region in self.regions:
                self._region(image, region)

    def _target(self, target: Element, image: int) -> None:
        box = self._box(target.child("box"), target)
        if box is None:
            return
        facts = target.child("attribute")
        given = {} if facts is None else facts.attributes
        traits = {ours: number_in(given.get(key, "")) for key, ours in TRAITS.items()}
        self.builder.add(
            image,
            self.builder.class_ref(name=given.get("vehicle_type") or UNTYPED),
            Kind.BOX,
            box=box,
            track=target.attributes.get("id", ""),
            traits={name: value for name, value in traits.items() if value is not None},
            line=target.line,
        )

    def _region(self, image: int, box: list[float]) -> None:
        """Nobody is asked to find what lies in such a region: COCO calls that a crowd."""
        ref = self.builder.class_ref(name=REGION)
        self.builder.add(image, ref, Kind.BOX, box=box, crowd=True, marks=int(Mark.IGNORED))

    def _box(self, box: Element | None, around: Element | None = None) -> list[float] | None:
        """Four numbers, or None after a rejection."""
        given = {} if box is None else box.attributes
        values = [number_in(given.get(edge, "")) for edge in EDGES]
        numbers = [value for value in values if value is not None]
        if len(numbers) == len(EDGES):
            return numbers
        element = box or around
        if element is not None:
            self._reject(element, f"box {shown(given)} has no {', '.join(EDGES)}", "write them")
        return None

    def _reject(self, element: Element, problem: str, fix: str) -> None:
        place = f"{self.name}:{element.line}"
        self.builder.report.reject("E-DETRAC-VALUE", place, problem, fix)
