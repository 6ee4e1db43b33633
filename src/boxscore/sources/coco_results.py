"""COCO results: one JSON list of {image_id, category_id, bbox or segmentation, score}."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.ontology import ClassRow, Ontology
from boxscore.schema.tables import PREDICTIONS, Annotations
from boxscore.sources.coco_annotations import drop_unknown_images, find_categories
from boxscore.sources.coco_extras import PREDICTED, read_extras
from boxscore.sources.coco_fields import Field
from boxscore.sources.coco_geometry import Geometry, read_geometry
from boxscore.sources.coco_ids import coco_ids
from boxscore.sources.coco_records import ListSpec, Records
from boxscore.sources.coco_scan import read_list
from boxscore.sources.coco_table import annotations_of
from boxscore.sources.context import ProjectContext
from boxscore.sources.duplicates import repeated_rows
from boxscore.sources.id_lookup import NumberLookup
from boxscore.sources.image_matching import match_images
from boxscore.sources.json_text import open_json
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables
from boxscore.sources.sieve import Sieve

RESULTS = ListSpec(
    place="",
    fields=(
        Field("image_id", "id", required=True),
        Field("category_id", "int", required=True),
        Field("bbox", "box"),
        Field("score", "number", required=True),
        Field("segmentation", "segmentation"),
        Field("keypoints", "span", lenient=True),
        *PREDICTED,
    ),
    names=(("image_id", "image id"),),
)


def read(path: Path, context: ProjectContext, report: ImportReport) -> RunTables:
    """Read a COCO results file for a project.

    A result with a box keeps it as read, and its area is the box's, whatever mask it has; one
    with a mask alone gets the box around the mask, and the mask's area; one with keypoints alone
    the box around its points, as pycocotools loads them. One with none of these counts as a guess
    at the class of its image.

    Raises:
        SourceError: The file is no COCO results file, or more than 5 % of it is unusable.
    """
    text = open_json(path)
    if text.top == "{":
        problem = "top level is an object: looks like a COCO annotation file"
        fix = "give a results file (a list), or use import project"
        raise SourceError(path, "", problem, fix=fix, code="E-COCO-NOT-RESULTS")
    records = read_list(text, RESULTS, report)
    if not records.total:
        report.note("N-COCO-NO-RESULTS", "0 predictions: the list is empty")
    predictions, mapping = _read_records(records, context, report)
    report.check_refusal(records.total)
    return RunTables(predictions=predictions, report=report, format="coco", mapping=mapping)


def _read_records(
    records: Records, context: ProjectContext, report: ImportReport
) -> tuple[Annotations, dict[str, str]]:
    sieve = Sieve(records, report)
    item, how = match_images(records, context.items)
    drop_unknown_images(sieve, item)
    lookup, numbered, classes_by = _category_ids(records, context.ontology, report)
    place = find_categories(sieve, lookup, [c.name for c in numbered])
    class_of = np.array([c.class_id for c in numbered] or [0], np.int32)
    geometry = read_geometry(sieve, item, context.items, predicted=True)
    class_id = class_of[place]
    _drop_objects_of_answers(sieve, geometry, class_id, context.ontology)
    confidence: NDArray[np.float64] = records.column["score"]
    _note_confidences(sieve, confidence)
    columns = (item, class_id, *geometry.box.T, confidence)
    sieve.repair(
        _marked_repeats(sieve, columns),
        "W-COCO-DUPLICATE",
        "",
        lambda _: "the same prediction again: both kept",
    )
    area = geometry.covered()
    extras = read_extras(sieve)
    # All rules have spoken: millions of ids need not stay in memory while the table is made.
    records.column.clear()
    predictions = annotations_of(
        PREDICTIONS,
        sieve,
        item,
        class_id,
        geometry,
        area,
        extras,
        confidence=confidence,
    )
    return predictions, {"images": how, "classes": classes_by}


def _category_ids(
    records: Records, ontology: Ontology, report: ImportReport
) -> tuple[NumberLookup, list[ClassRow], str]:
    """Category ids -> places in a list of classes: the project's own, else COCO's of their names.

    COCO's are taken where the project's leave some ids of the file out and COCO's none: a project
    from YOLO labels numbers the same classes 0 to 79. The file must also hold a number beyond the
    count of classes, which nobody reaches who counts them from 0 or 1.
    """
    values = records.column["category_id"]
    numbered = [c for c in ontology.classes if c.source_id is not None]
    own = NumberLookup(np.array([c.source_id for c in numbered], np.int64))
    if (own(values) < 0).any() and int(values.max()) > len(numbered):
        named = zip(coco_ids([c.name for c in numbered]), numbered, strict=True)
        known = {number: c for number, c in named if number is not None}
        coco = NumberLookup(np.array(list(known), np.int64))
        if (coco(values) >= 0).all():
            problem = "category ids are read as COCO's own, by the names of the classes"
            report.note("N-COCO-IDS", problem)
            return coco, list(known.values()), "by COCO's category ids"
    return own, numbered, "by category id"


def _drop_objects_of_answers(
    sieve: Sieve, geometry: Geometry, class_id: NDArray[np.int32], ontology: Ontology
) -> None:
    if ontology.object_count == len(ontology.classes):
        return
    sieve.drop(
        (geometry.kind != Kind.CLASSIFICATION) & (class_id >= ontology.object_count),
        "E-COCO-CLASS-KIND",
        "/category_id",
        lambda i: (
            f"{shown(ontology.classes[class_id[i]].name)} says something of a whole image:"
            " an object cannot be one"
        ),
    )


def _note_confidences(sieve: Sieve, confidence: NDArray[np.float64]) -> None:
    outside = sieve.alive & ((confidence < 0) | (confidence > 1))
    count = int(outside.sum())
    if count:
        example = float(confidence[np.flatnonzero(outside)[0]])
        problem = f"scores outside 0..1 (as {example:g}): kept"
        sieve.report.note("W-COCO-SCORE-RANGE", problem, count, wrong=True)


def _marked_repeats(sieve: Sieve, columns: tuple[NDArray[np.generic], ...]) -> NDArray[np.bool_]:
    repeated = repeated_rows(columns, sieve.alive)
    sieve.mark(repeated, Mark.DUPLICATE)
    return repeated
