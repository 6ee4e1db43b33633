"""A project from a folder of images and videos, labelled by the user's own transformer if any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from boxscore.schema.labels import DataLabel
from boxscore.schema.tables import ITEMS, Table
from boxscore.sources import image_files, video
from boxscore.sources.coco_items import texts_of
from boxscore.sources.data_ids import data_hash_of_file
from boxscore.sources.folder_files import FolderContent, is_video, title_of
from boxscore.sources.folder_labels import FolderLabels
from boxscore.sources.project_tables import ImageFile, ProjectTables
from boxscore.sources.report import ImportReport

SHORTEST_NUMBER = 5
"""Digits of a frame's number in a source id, so that ids sort as frames do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """A usable file and the items that it becomes: one, or one for each frame of a video."""

    path: Path
    title: str
    sha256: str
    size: int
    width: int
    height: int
    frames: int = 0
    sequence: str = ""
    position: int = 0

    @property
    def rows(self) -> int:
        return max(self.frames, 1)

    @property
    def data_hash(self) -> str:
        return data_hash_of_file(self.sha256, self.title)

    @property
    def source_ids(self) -> list[str]:
        if not self.frames:
            return [self.title]
        digits = max(SHORTEST_NUMBER, len(str(self.frames - 1)))
        return [f"{self.title}__{frame:0{digits}}" for frame in range(self.frames)]


def read(
    content: FolderContent, name: str, labels: Sequence[DataLabel], report: ImportReport
) -> ProjectTables:
    """Images, frames of videos, and labels as tables.

    Raises:
        SourceError: More than 5 % of the files or labels are unusable.
        RequestError: There are videos, and nothing that decodes them.
    """
    if content.links:
        report.note("W-FOLDER-LINK", "links that lead out of the folder left out", content.links)
    if content.left_out:
        problem = f"files left out: {content.left_out}; --data-glob names those that can be read"
        report.note("N-FOLDER-OTHERS", problem, len(content.others) - content.links)
    units = list(_usable(content, report))
    items, files = _items(units)
    rows = np.cumsum([0] + [unit.rows for unit in units]).tolist()
    places = {
        unit.path: range(first, last)
        for unit, first, last in zip(units, rows, rows[1:], strict=False)
    }
    ground_truth, ontology = FolderLabels(items, places, report).tables(labels)
    report.check_refusal(len(content.files) + len(labels))
    return ProjectTables(
        name=name,
        items=items,
        ontology=ontology,
        ground_truth=ground_truth,
        files=files,
        report=report,
    )


def _usable(content: FolderContent, report: ImportReport) -> Iterator[_Unit]:
    """Files that can be used, in order; findings and rejections are reported."""
    pictures = iter(image_files.read_all_facts(content.images))
    films = iter(video.read_all_facts(content.videos))
    for path in content.files:
        filmed = is_video(path)
        facts = next(films) if filmed else next(pictures)
        title = title_of(path, content.root)
        if facts.code:
            report.reject(facts.code, title, facts.problem)
            continue
        for code, words in facts.findings:
            report.repair(code, title, words)
        sequence, position = (title, 0) if filmed else _group(content, path)
        width, height = facts.shown
        yield _Unit(
            path=path.absolute(),
            title=title,
            sha256=facts.sha256,
            size=facts.size,
            width=width,
            height=height,
            frames=facts.frames,
            sequence=sequence,
            position=position,
        )


def _group(content: FolderContent, path: Path) -> tuple[str, int]:
    if path not in content.groups:
        return "", 0
    folder, position = content.groups[path]
    return title_of(folder, content.root), position


def _items(units: list[_Unit]) -> tuple[Table, list[ImageFile]]:
    counts = np.array([unit.rows for unit in units], np.int64)
    first = np.cumsum(counts) - counts
    frame = np.arange(counts.sum()) - np.repeat(first, counts)
    hashes = [unit.data_hash for unit in units]
    places = [
        f"images/{data_hash}{unit.path.suffix.lower()}"
        for data_hash, unit in zip(hashes, units, strict=True)
    ]
    position = np.repeat(np.array([unit.position for unit in units], np.int64), counts) + frame
    blank = texts_of([""] * int(counts.sum()))
    columns = {
        "data_hash": texts_of(hashes),
        "title": texts_of([unit.title for unit in units]),
        "width": np.array([unit.width for unit in units], np.int32),
        "height": np.array([unit.height for unit in units], np.int32),
        "file": texts_of(places),
        "sequence": texts_of([unit.sequence for unit in units]),
    }
    items = Table(
        ITEMS,
        {
            **{name: np.repeat(values, counts) for name, values in columns.items()},
            "frame": frame.astype(np.int32),
            "position": position.astype(np.int32),
            "source_id": texts_of([text for unit in units for text in unit.source_ids]),
            "split": blank,
            "licence": blank,
        },
    )
    files = [
        ImageFile(item=k, path=u.path, relative=u.title, sha256=u.sha256, size=u.size)
        for k, u in zip(first.tolist(), units, strict=True)
    ]
    return items, files


def label_counts(labels: Sequence[DataLabel]) -> dict[str, dict[str, int]]:
    """Labels by kind and class, for a rehearsal."""
    counts: dict[str, Counter[str]] = {}
    for label in labels:
        kind = type(label.label).__name__
        counts.setdefault(kind, Counter())[label.label.class_] += 1
    return {kind: dict(sorted(by_class.items())) for kind, by_class in sorted(counts.items())}
