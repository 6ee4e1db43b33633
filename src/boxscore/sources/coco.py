"""COCO annotation files: one object with `images`, `annotations`, `categories`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from boxscore.errors import SourceError
from boxscore.schema.tables import GROUND_TRUTH, Annotations
from boxscore.sources.coco_annotations import ANNOTATIONS, read_annotations
from boxscore.sources.coco_categories import CATEGORIES, ontology_of, read_categories
from boxscore.sources.coco_images import IMAGES, read_images
from boxscore.sources.coco_items import LICENCES, licence_texts
from boxscore.sources.coco_records import Records
from boxscore.sources.coco_scan import read_members
from boxscore.sources.coco_skeletons import tell_other_counts
from boxscore.sources.coco_verdicts import read_verdicts
from boxscore.sources.json_text import JsonText, open_json
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

MEMBERS = {
    "images": IMAGES,
    "annotations": ANNOTATIONS,
    "categories": CATEGORIES,
    "licenses": LICENCES,
}


def read(
    path: Path,
    images: Path | None,
    report: ImportReport,
    *,
    name: str | None = None,
    pixels: bool = True,
    boxes: Convention | None = None,
) -> ProjectTables:
    """Read a COCO annotation file as a project.

    Args:
        path: The annotation file, .json or .json.gz.
        images: Folder with the picture files; None looks beside the annotation file, and is
            content without any.
        report: Gathers what was rejected and repaired.
        name: Of the project; by default the file's stem.
        pixels: False looks at no picture file at all.
        boxes: How they are written, where it is not x, y, width and height in pixels.

    Raises:
        SourceError: The file is no COCO annotation file, contradicts itself, or more than 5 % of
            its records are unusable.
    """
    text = open_json(path)
    if text.top == "[":
        problem = "top level is a list: looks like a COCO results file"
        fix = "give an annotation file, or use import predictions"
        raise SourceError(path, "", problem, fix=fix, code="E-COCO-NOT-PROJECT")
    lists = read_members(text, MEMBERS, report)
    return _read_lists(text, lists, images, report, name, pixels=pixels, boxes=boxes)


def _read_lists(
    text: JsonText,
    lists: dict[str, Records | None],
    images: Path | None,
    report: ImportReport,
    name: str | None,
    *,
    pixels: bool,
    boxes: Convention | None,
) -> ProjectTables:
    pictured, annotated = lists["images"], lists["annotations"]
    if pictured is None:
        raise _lacking(text.path, "images")
    if lists["categories"] is None and annotated is not None and annotated.total:
        raise _lacking(text.path, "categories")
    if annotated is None:
        report.note(
            "W-COCO-NO-ANNOTATIONS", "no list annotations: a project without labels", wrong=True
        )
    licences = licence_texts(lists["licenses"])
    items, files = read_images(pictured, licences, report, images, pixels=pixels)
    categories = read_categories(lists["categories"], report)
    verdicts = read_verdicts(pictured, items, categories, report)
    truth, class_id, kind = (
        Annotations.empty(GROUND_TRUTH),
        np.empty(0, np.int32),
        np.empty(0, np.uint8),
    )
    if annotated is not None and annotated.total:
        read_truth = read_annotations(annotated, items, categories, report, boxes)
        truth, class_id, kind = read_truth.annotations, read_truth.class_id, read_truth.kind
        tell_other_counts(truth, categories.names, categories.skeletons, report)
    report.check_refusal(sum(records.total for records in lists.values() if records is not None))
    return ProjectTables(
        name=name or path_stem(text.path),
        items=items,
        ontology=ontology_of(categories, class_id, kind),
        ground_truth=truth,
        files=files,
        report=report,
        verdicts=verdicts,
    )


def path_stem(path: Path) -> str:
    """A file's name without .json or .json.gz."""
    return Path(path.name.removesuffix(".gz")).stem or path.name


def _lacking(path: Path, key: str) -> SourceError:
    problem = f"there is no list {key!r}: not a COCO annotation file"
    fix = "a COCO annotation file is {images: [...], annotations: [...], categories: [...]}"
    return SourceError(path, f"/{key}", problem, fix=fix, code="E-COCO-STRUCTURE")
