"""A folder of images, labelled by a user's own LabelTransformer, as a project."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.schema.labels import DataLabel
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import GROUND_TRUTH, ITEMS, Annotations, Table
from boxscore.sources.data_ids import data_hash_of_file
from boxscore.sources.folder_labels import class_of, read_labels
from boxscore.sources.image_files import SIDEWAYS, ImageFacts, read_all_facts
from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.label_transformers import load_transformer, run_transformer
from boxscore.sources.project_tables import ImageFile, ProjectTables
from boxscore.sources.report import ImportReport

DATA_GLOBS = ("**/*.jpg", "**/*.png", "**/*.jpeg", "**/*.tiff")
FOLDER = "images/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRequest:
    """What to read.

    Attributes:
        root: The folder.
        data_globs: Which files below it are images.
        label_globs: Which files below it the transformer is given as label files.
        transformer: A Python file with a LabelTransformer; None for a project without labels.
        transformer_name: Which one of the file, where it has several.
        name: Of the project; by default "[EA] " and the folder's name.
    """

    root: Path
    data_globs: Sequence[str] = DATA_GLOBS
    label_globs: Sequence[str] = ()
    transformer: Path | None = None
    transformer_name: str | None = None
    name: str | None = None

    @property
    def project_name(self) -> str:
        """As asked, or from the folder."""
        return self.name or f"[EA] {self.root.resolve().name}"


@dataclass(slots=True, kw_only=True)
class FolderContent:
    """What was found: images in order of their titles, other files, labels.

    Attributes:
        paths: Title (path below the root) -> absolute path, of the images.
        facts: Title -> size and digest.
        excluded: Title -> why the file is not among the images.
        labels: As the transformer gave them.
    """

    paths: dict[str, Path] = field(default_factory=dict)
    facts: dict[str, ImageFacts] = field(default_factory=dict)
    excluded: dict[str, str] = field(default_factory=dict)
    labels: list[DataLabel] = field(default_factory=list)

    def description(self) -> dict[str, Any]:
        """What `--dryrun` shows: files taken and left out, every label, and counts."""
        counts: dict[str, Counter[str]] = {}
        for label in self.labels:
            kind, name = class_of(label.label)
            counts.setdefault(kind, Counter())[name] += 1
        return {
            "included": list(self.paths),
            "excluded": [{"file": file, "why": why} for file, why in self.excluded.items()],
            "labels": [
                {"file": str(label.abs_data_path), "type": kind, "class": name}
                for label in self.labels
                for kind, name in [class_of(label.label)]
            ],
            "stats": {
                "files": len(self.paths),
                "directories": len({path.parent for path in self.paths.values()}),
                "labels": {kind: dict(sorted(some.items())) for kind, some in counts.items()},
            },
        }


def read(request: FolderRequest, report: ImportReport) -> ProjectTables:
    """Read a folder as a project.

    Raises:
        SourceError: There are no images, the transformer fails, or too many labels are unusable.
    """
    return tables_of(request, look(request, report), report)


def look(request: FolderRequest, report: ImportReport) -> FolderContent:
    """Find the files and run the transformer; nothing is made of the labels yet.

    Raises:
        SourceError: There are no images, or the transformer fails.
    """
    root = request.root
    if not root.is_dir():
        fix = "name a folder of images"
        raise SourceError(root, "", "is not a folder", fix=fix, code="E-FOLDER")
    if request.label_globs and request.transformer is None:
        problem = "label files are named, but nothing that reads them"
        fix = "give --transformer FILE.py with a LabelTransformer"
        raise SourceError(root, "", problem, fix=fix, code="E-TRANSFORMER-MISSING")
    content = _images(request, report)
    if request.transformer is not None:
        transformer = load_transformer(request.transformer, request.transformer_name)
        labels = list(_matching(root.resolve(), request.label_globs).values())
        images = list(content.paths.values())
        content.labels = run_transformer(transformer, request.transformer, labels, images)
    return content


def _images(request: FolderRequest, report: ImportReport) -> FolderContent:
    content = FolderContent()
    found = _matching(request.root.resolve(), request.data_globs)
    for (title, path), facts in zip(
        found.items(), read_all_facts(list(found.values())), strict=True
    ):
        if not facts.code:
            content.paths[title], content.facts[title] = path, facts
            continue
        content.excluded[title] = facts.problem
        if path.suffix.lower() in IMAGE_SUFFIXES:
            report.reject(facts.code, shown(title), facts.problem)
    others = sum(Path(t).suffix.lower() not in IMAGE_SUFFIXES for t in content.excluded)
    if others:
        report.note("N-FOLDER-OTHER", "files that are no images: left out", others)
    if not content.paths:
        raise SourceError(
            request.root,
            "",
            f"no image matches {', '.join(request.data_globs)}",
            fix='name the images:  --data-glob "**/*.jpg"',
            code="E-FOLDER-EMPTY",
        )
    return content


def _matching(root: Path, globs: Iterable[str]) -> dict[str, Path]:
    """Title -> path of all files below the root that one of the patterns names, by title."""
    found: dict[str, Path] = {}
    for pattern in globs:
        try:
            for path in root.glob(pattern):
                if path.is_file() and _within(path, root):
                    found[title_of(path, root)] = path
        except (ValueError, NotImplementedError, IndexError) as bad:
            fix = 'patterns lie below the folder, as "**/*.jpg"'
            problem = f"{shown(pattern)} is no pattern of files: {bad}"
            raise SourceError(root, "", problem, fix=fix, code="E-FOLDER-GLOB") from bad
    return dict(sorted(found.items()))


def _within(path: Path, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)


def title_of(path: Path, root: Path) -> str:
    """The path below the root; bytes that are no UTF-8 are written as escapes."""
    relative = path.relative_to(root).as_posix()
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def tables_of(
    request: FolderRequest, content: FolderContent, report: ImportReport
) -> ProjectTables:
    """Items and labels of a folder that was looked at.

    Raises:
        SourceError: Too many labels are unusable.
    """
    items = _items(content, report)
    ontology, truth = Ontology(), Annotations.empty(GROUND_TRUTH)
    if content.labels:
        ontology, truth = read_labels(content.labels, content.paths, items, report)
    report.check_refusal(len(content.labels) + len(content.paths) + len(content.excluded))
    return ProjectTables(
        name=request.project_name,
        items=items,
        ontology=ontology,
        ground_truth=truth,
        files=[
            ImageFile(item=k, path=path, relative=title, sha256=facts.sha256, size=facts.size)
            for k, (title, path) in enumerate(content.paths.items())
            for facts in [content.facts[title]]
        ],
        report=report,
    )


def _items(content: FolderContent, report: ImportReport) -> Table:
    titles = list(content.paths)
    facts = [content.facts[title] for title in titles]
    sizes = [shown_size(one) for one in facts]
    turned = sum(one.orientation in SIDEWAYS for one in facts)
    if turned:
        problem = "pictures turned by their EXIF orientation: size as a viewer shows it"
        report.note("W-IMAGE-EXIF", problem, turned)
    hashes = [data_hash_of_file(f.sha256, t) for t, f in zip(titles, facts, strict=True)]
    nothing = [""] * len(titles)
    return Table(
        ITEMS,
        {
            "data_hash": _texts(hashes),
            "frame": np.zeros(len(titles), np.int32),
            "title": _texts(titles),
            "width": np.array([w for w, _ in sizes], np.int32),
            "height": np.array([h for _, h in sizes], np.int32),
            "source_id": _texts(titles),
            "file": _texts([FOLDER + title for title in titles]),
            "split": _texts(nothing),
            "licence": _texts(nothing),
        },
    )


def shown_size(facts: ImageFacts) -> tuple[int, int]:
    """Width and height as a viewer shows the picture, turned as EXIF says."""
    size = facts.width, facts.height
    return size[::-1] if facts.orientation in SIDEWAYS else size


def _texts(values: list[str]) -> np.ndarray[Any, np.dtype[np.object_]]:
    out = np.empty(len(values), object)
    out[:] = values
    return out
