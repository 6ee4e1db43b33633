"""Several COCO files of one data set, one for each split, read as one project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import ObjectDef, Ontology, OntologyBuilder
from boxscore.schema.tables import (
    GROUND_TRUTH,
    ITEMS,
    VERDICTS,
    Table,
)
from boxscore.sources import coco
from boxscore.sources.coco_items import FOLDER, texts_of
from boxscore.sources.data_ids import data_hash_of_file, data_hash_without_file
from boxscore.sources.joining import joined
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

SHAPES = (Shape.POLYGON, Shape.BITMASK, Shape.ROTATABLE_BOUNDING_BOX, Shape.SKELETON)
"""What a class is of that has another shape in each split: the first of these it has."""


def read(
    files: Mapping[str, Path],
    images: Path | None,
    report: ImportReport,
    *,
    name: str,
    boxes: Convention | None = None,
) -> ProjectTables:
    """Read the files of `coco_layout.split_files`; every image gets the split of its file.

    Where image ids start anew in each file, a source id is `split/id`.

    Args:
        images: Folder with the picture files, or with one folder for each split.
        boxes: As of `coco.read`.
        report: Its path is the folder of all of them.

    Raises:
        SourceError: As `coco.read`, or the files do not have the same classes.
    """
    parts: list[ProjectTables] = []
    for split, file in files.items():
        own = ImportReport(file, strict=report.strict, most_rejected=report.most_rejected)
        inner = None if images is None else images / split
        place = inner if inner is not None and inner.is_dir() else images
        tables = coco.read(file, place, own, name=name, boxes=boxes)
        report.include(own, f"{file.relative_to(report.path).as_posix()} ")
        parts.append(_within(tables, split))
    ontology = _ontology(parts, list(files.values()))
    return _joined(_with_own_ids(parts, report), ontology, report)


def _within(part: ProjectTables, split: str) -> ProjectTables:
    """The items and files of one split, which files of other splits may share names with."""
    items = part.items
    digests = {FOLDER + file.relative: file.sha256 for file in part.files}
    seen: Counter[str] = Counter()
    hashes = []
    for k in range(items.rows):
        title, file = f"{split}/{items['title'][k]}", items["file"][k]
        size = int(items["width"][k]), int(items["height"][k])
        if file:
            hashes.append(data_hash_of_file(digests[file], title, seen[title]))
        else:
            hashes.append(data_hash_without_file(title, *size, seen[title]))
        seen[title] += 1
    places = [f"{FOLDER}{split}/{f.removeprefix(FOLDER)}" if f else "" for f in items["file"]]
    moved = items.replace(
        data_hash=texts_of(hashes),
        title=texts_of([f"{split}/{title}" for title in items["title"]]),
        file=texts_of(places),
        split=texts_of([given or split for given in items["split"]]),
    )
    files = [replace(file, relative=f"{split}/{file.relative}") for file in part.files]
    return replace(part, items=moved, files=files)


def _with_own_ids(parts: list[ProjectTables], report: ImportReport) -> list[ProjectTables]:
    """The parts, with the split in the ids of images where files use the same ids."""
    ids = [set(part.items["source_id"].tolist()) for part in parts]
    if len(set.union(*ids)) == sum(map(len, ids)):
        return parts
    report.note(
        "N-COCO-SPLIT-IDS",
        "image ids start anew in each split: an id here is split/id; results that name images by "
        "number need a project of one split",
        sum(map(len, ids)),
    )
    named = []
    for part in parts:
        items = part.items
        both = zip(items["split"], items["source_id"], strict=True)
        named.append(
            replace(part, items=items.replace(source_id=texts_of([f"{s}/{i}" for s, i in both])))
        )
    return named


def _ontology(parts: list[ProjectTables], files: list[Path]) -> Ontology:
    """The classes of all files, which must be the same list; their shapes may differ."""
    first = parts[0].ontology
    for part, file in zip(parts[1:], files[1:], strict=True):
        ours, theirs = _names(first), _names(part.ontology)
        if ours != theirs:
            odd = sorted({name for name, _ in set(ours) ^ set(theirs)})[:3]
            words = ", ".join(map(shown, odd)) or "their order"
            problem = f"has other classes than {files[0].name}: {words}"
            fix = "import one split alone: name its file"
            raise SourceError(file, "/categories", problem, fix=fix, code="E-COCO-SPLIT-CLASSES")
    if not first.objects:
        return first
    builder = OntologyBuilder()
    for same in zip(*(part.ontology.objects for part in parts), strict=True):
        one = same[0]
        builder.object(
            one.name,
            _shape(same),
            source_id=one.source_id,
            parent=one.parent,
            frequency=one.frequency,
            sigmas=one.sigmas,
            skeleton=one.skeleton,
            thing=one.thing,
        )
    return builder.build()


def _names(ontology: Ontology) -> list[tuple[str, int | None]]:
    return [(row.name, row.source_id) for row in ontology.classes]


def _shape(same: tuple[ObjectDef, ...]) -> Shape:
    met = {one.shape for one in same}
    return next((shape for shape in SHAPES if shape in met), same[0].shape)


def _joined(parts: list[ProjectTables], ontology: Ontology, report: ImportReport) -> ProjectTables:
    """One project: items by source id, annotations by item, then file and place in it."""
    items = Table.concat(ITEMS, [part.items for part in parts])
    ids = items["source_id"].tolist()
    numbers = all(one.isascii() and one.isdigit() for one in ids)
    order = np.array(sorted(range(len(ids)), key=lambda k: int(ids[k]) if numbers else ids[k]))
    order = order.astype(np.int64)
    place = np.empty(len(ids), np.int32)
    place[order] = np.arange(len(ids), dtype=np.int32)
    starts = np.cumsum([0, *(part.items.rows for part in parts)])
    files = [
        replace(file, item=int(place[start + file.item]))
        for part, start in zip(parts, starts, strict=False)
        for file in part.files
    ]
    verdicts = [
        _renumbered(part.verdicts, "item", place, int(start))
        for part, start in zip(parts, starts, strict=False)
    ]
    truths = [
        replace(
            part.ground_truth,
            table=_renumbered(part.ground_truth.table, "item", place, int(start)),
        )
        for part, start in zip(parts, starts, strict=False)
    ]
    together = Table.concat(VERDICTS, verdicts)
    return ProjectTables(
        name=parts[0].name,
        items=items.take(order),
        ontology=ontology,
        ground_truth=joined(truths, GROUND_TRUTH),
        files=files,
        report=report,
        verdicts=together.take(np.argsort(together["item"], kind="stable")),
    )


def _renumbered(table: Table, column: str, place: np.ndarray, start: int) -> Table:
    return table.replace(**{column: place[table[column] + start].astype(table[column].dtype)})
