"""A project from a folder of images, labelled by the user's own transformer if there is one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from boxscore.errors import SourceError
from boxscore.schema.labels import DataLabel
from boxscore.schema.tables import ITEMS, Table
from boxscore.sources.coco_items import texts_of
from boxscore.sources.data_ids import data_hash_of_file
from boxscore.sources.folder_labels import FolderLabels
from boxscore.sources.image_files import SIDEWAYS, ImageFacts, read_all_facts
from boxscore.sources.project_tables import ImageFile, ProjectTables
from boxscore.sources.report import ImportReport

DATA_GLOBS = ("**/*.jpg", "**/*.jpeg", "**/*.png", "**/*.tiff")
SUFFIXES = (".jpg", ".jpeg", ".png", ".tiff", ".tif", ".bmp", ".webp", ".gif")


@dataclass(frozen=True, slots=True)
class FolderContent:
    """What the globs found, before anything is read.

    Attributes:
        images: Files that become items, by path.
        others: Files that the globs named but that are no images of this folder.
        labels: Files for the transformer.
        links: How many of the others are links that lead out of the folder.
    """

    root: Path
    images: list[Path]
    others: list[Path]
    labels: list[Path]
    links: int = 0

    def document(self) -> dict[str, object]:
        """For a rehearsal."""
        folders = {path.parent for path in self.images}
        return {
            "included": [str(path) for path in self.images],
            "excluded": [str(path) for path in self.others],
            "label_files": len(self.labels),
            "files": len(self.images),
            "folders": len(folders),
        }


def find_files(root: Path, data_globs: Sequence[str], label_globs: Sequence[str]) -> FolderContent:
    """Collect files below a folder, in order of their paths.

    Raises:
        SourceError: There is no image.
    """
    data = _matches(root, data_globs or DATA_GLOBS)
    kept = [path for path in data if path.suffix.lower() in SUFFIXES]
    images = [path for path in kept if _is_inside(path, root)]
    links = [path for path in kept if not _is_inside(path, root)]
    if not images:
        raise SourceError(
            root,
            "",
            "no image fits " + ", ".join(data_globs or DATA_GLOBS),
            fix="name another folder, or other files with --data-glob",
            code="E-FOLDER-EMPTY",
        )
    others = [path for path in data if path.suffix.lower() not in SUFFIXES]
    return FolderContent(root, images, links + others, _matches(root, label_globs), len(links))


def _matches(root: Path, globs: Iterable[str]) -> list[Path]:
    found: set[Path] = set()
    for glob in globs:
        if ".." in Path(glob).parts:
            raise _unusable_glob(root, glob)
        try:
            found.update(path for path in root.glob(glob) if path.is_file())
        except (ValueError, NotImplementedError):
            raise _unusable_glob(root, glob) from None
    return sorted(found)


def _unusable_glob(root: Path, glob: str) -> SourceError:
    problem = f"{glob!r} is no pattern of files below this folder"
    return SourceError(root, "", problem, fix="for example **/*.jpg", code="E-FOLDER-GLOB")


def _is_inside(path: Path, root: Path) -> bool:
    """Whether a file lies in the folder; a link may lead elsewhere."""
    return path.resolve().is_relative_to(root.resolve())


@dataclass(slots=True)
class _Items:
    """Items under way: only readable images become one."""

    paths: list[Path] = field(default_factory=list)
    facts: list[ImageFacts] = field(default_factory=list)


def read(
    content: FolderContent, name: str, labels: Sequence[DataLabel], report: ImportReport
) -> ProjectTables:
    """Images and labels as tables.

    Raises:
        SourceError: More than 5 % of the images or labels are unusable.
    """
    if content.links:
        report.note("W-FOLDER-LINK", "links that lead out of the folder left out", content.links)
    kept = _readable(content, report)
    items, files = _items(content.root, kept)
    folder_labels = FolderLabels(items, {p: k for k, p in enumerate(kept.paths)}, report)
    ground_truth, ontology = folder_labels.tables(labels)
    report.check_refusal(len(content.images) + len(labels))
    return ProjectTables(
        name=name,
        items=items,
        ontology=ontology,
        ground_truth=ground_truth,
        files=files,
        report=report,
    )


def _readable(content: FolderContent, report: ImportReport) -> _Items:
    kept = _Items()
    for path, facts in zip(content.images, read_all_facts(content.images), strict=True):
        if facts.code:
            place = path.relative_to(content.root).as_posix()
            report.reject(facts.code, place, facts.problem)
            continue
        kept.paths.append(path.absolute())
        kept.facts.append(facts)
    return kept


def _items(root: Path, kept: _Items) -> tuple[Table, list[ImageFile]]:
    titles = [_title(path.relative_to(root.absolute())) for path in kept.paths]
    hashes = [
        data_hash_of_file(f.sha256, title) for f, title in zip(kept.facts, titles, strict=True)
    ]
    places = [
        f"images/{data_hash}{path.suffix.lower()}"
        for data_hash, path in zip(hashes, kept.paths, strict=True)
    ]
    sizes = np.array([_upright(f) for f in kept.facts], np.int32).reshape(-1, 2)
    blank = [""] * len(titles)
    items = Table(
        ITEMS,
        {
            "data_hash": texts_of(hashes),
            "frame": np.zeros(len(titles), np.int32),
            "title": texts_of(titles),
            "width": sizes[:, 0].copy(),
            "height": sizes[:, 1].copy(),
            "source_id": texts_of(titles),
            "file": texts_of(places),
            "split": texts_of(blank),
            "licence": texts_of(blank),
        },
    )
    files = [
        ImageFile(item=k, path=path, relative=titles[k], sha256=f.sha256, size=f.size)
        for k, (path, f) in enumerate(zip(kept.paths, kept.facts, strict=True))
    ]
    return items, files


def _title(path: Path) -> str:
    """The path as text; bytes that are no UTF-8 are escaped."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _upright(facts: ImageFacts) -> tuple[int, int]:
    """Size as shown: labels of a folder are drawn on the upright picture."""
    turned = facts.orientation in SIDEWAYS
    return (facts.height, facts.width) if turned else (facts.width, facts.height)


def label_counts(labels: Sequence[DataLabel]) -> dict[str, dict[str, int]]:
    """Labels by kind and class, for a rehearsal."""
    counts: dict[str, Counter[str]] = {}
    for label in labels:
        kind = type(label.label).__name__
        counts.setdefault(kind, Counter())[label.label.class_] += 1
    return {kind: dict(sorted(by_class.items())) for kind, by_class in sorted(counts.items())}
