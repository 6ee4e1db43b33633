"""COCO results: one JSON list of {image_id, category_id, bbox or segmentation, score}."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import PREDICTIONS, Annotations
from boxscore.sources.coco_annotations import drop_unknown_categories, drop_unknown_images
from boxscore.sources.coco_boxes import Corners
from boxscore.sources.coco_extras import PREDICTED, read_extras
from boxscore.sources.coco_fields import Field
from boxscore.sources.coco_geometry import Geometry, read_geometry
from boxscore.sources.coco_layout import file_of
from boxscore.sources.coco_reconcile import Names, examined, reconciled
from boxscore.sources.coco_records import ListSpec, Records
from boxscore.sources.coco_scan import read_list
from boxscore.sources.coco_table import annotations_of
from boxscore.sources.context import ProjectContext
from boxscore.sources.doctor import Diagnosis
from boxscore.sources.duplicates import repeated_rows
from boxscore.sources.json_text import JsonText, open_json
from boxscore.sources.lvis import is_lvis, note_protocol
from boxscore.sources.raw import RawSet
from boxscore.sources.report import REJECTED_SHARE, ImportReport
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

NAMED = replace(
    RESULTS,
    fields=tuple(replace(f, kind="id") if f.key == "category_id" else f for f in RESULTS.fields),
)
"""The same with names of classes for ids."""
HEAD = 1 << 16
REPEATED = "W-COCO-DUPLICATE"
REPEATED_WORDS = "the same prediction again: both kept"
LEFT_OUT = -2
"""Class of the records that a mapping file leaves out."""


def read(path: Path, context: ProjectContext, report: ImportReport) -> RunTables:
    """Read a COCO results file for a project.

    A result with a box keeps it as read, and its area is the box's, whatever mask it has; one
    with a mask alone gets the box around the mask, and the mask's area; one with keypoints alone
    the box around its points, as pycocotools loads them. One with none of these counts as a guess
    at the class of its image.

    Raises:
        SourceError: The file is no COCO results file, or more than 5 % of it is unusable.
    """
    report.path = path = file_of(path, "predictions")
    records = _records(path, report)
    if not records.total:
        report.note("N-COCO-NO-RESULTS", "0 predictions: the list is empty")
    predictions, names = _read_records(records, context, report)
    allowed = None if context.mapping is None else context.mapping.most_unmatched
    report.check_refusal(records.total, REJECTED_SHARE if allowed is None else allowed)
    form = form_of(context.ontology, report)
    return RunTables(
        predictions=predictions,
        report=report,
        format=form,
        mapping=names.mapping,
        decisions=names.decisions,
    )


def form_of(ontology: Ontology, report: ImportReport) -> str:
    """What results for these classes are called; how LVIS is scored is noted."""
    if not is_lvis(ontology):
        return "coco"
    note_protocol(report)
    return "lvis"


def examine(path: Path, context: ProjectContext, report: ImportReport) -> tuple[RawSet, Diagnosis]:
    """What the doctor finds in a COCO results file; nothing is imported.

    Raises:
        SourceError: The file is no COCO results file.
    """
    report.path = path = file_of(path, "predictions")
    return examined(_records(path, report), context, report)


def _records(path: Path, report: ImportReport) -> Records:
    text = open_json(path)
    if text.top == "{":
        problem = "top level is an object: looks like a COCO annotation file"
        fix = "give a results file (a list), or use import project"
        raise SourceError(path, "", problem, fix=fix, code="E-COCO-NOT-RESULTS")
    return read_list(text, NAMED if names_classes(text) else RESULTS, report)


def names_classes(text: JsonText) -> bool:
    """Whether the first class is given by a text that is no number."""
    with text.spans() as span:
        first = re.search(rb'"category_id"\s*:\s*(?:"(-?\d*)(.?)|.)', span[:HEAD], re.S)
    return first is not None and first[2] not in (None, b'"')


def _read_records(
    records: Records, context: ProjectContext, report: ImportReport
) -> tuple[Annotations, Names]:
    sieve = Sieve(records, report)
    names = reconciled(records, context, report)
    item, class_id = names.item, names.class_id
    left_out = class_id == LEFT_OUT
    if left_out.any():
        report.note("N-CLASS-LEFT-OUT", "records of left-out classes", int(left_out.sum()))
        sieve.alive[left_out] = False
    drop_unknown_images(sieve, item)
    return predictions_of(sieve, item, class_id, context), names


def predictions_of(
    sieve: Sieve,
    item: NDArray[np.int32],
    class_id: NDArray[np.int32],
    context: ProjectContext,
    corners: Corners | None = None,
) -> Annotations:
    """Check the records whose images and classes are known; those that are good, by item.

    Args:
        item, class_id: (N,) what each record names; what names no image was dropped before.
        corners: The records are some of a file's; see `read_geometry`. What only all of them can
            show, equal ones, is then left to the caller.
    """
    records = sieve.records
    drop_unknown_categories(sieve, class_id, len(context.ontology.classes))
    geometry = read_geometry(sieve, item, context.items, predicted=True, corners=corners)
    _drop_objects_of_answers(sieve, geometry, class_id, context.ontology)
    confidence: NDArray[np.float64] = records.column["score"]
    _note_confidences(sieve, confidence)
    if corners is None:
        columns = (item, class_id, *geometry.box.T, confidence)
        sieve.repair(_marked_repeats(sieve, columns), REPEATED, "", lambda _: REPEATED_WORDS)
    area = geometry.covered()
    extras = read_extras(sieve)
    # All rules have spoken: millions of ids need not stay in memory while the table is made.
    records.column.clear()
    return annotations_of(
        PREDICTIONS, sieve, item, class_id, geometry, area, extras, confidence=confidence
    )


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
    repeated = repeated_rows(columns, sieve.alive, sieve.records.row)
    sieve.mark(repeated, Mark.DUPLICATE)
    return repeated
