"""COCO results whose image and category ids Encord Active's mapping files translate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import MappingError, shown
from boxscore.schema.kinds import MASKED, Shape
from boxscore.schema.ontology import ClassRow, Ontology
from boxscore.schema.tables import Annotations, Table
from boxscore.sources import coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.encord_mapping import (
    COVERING,
    IMAGE_FILE,
    ONTOLOGY_FILES,
    given_or_read,
    mapped_classes,
    numbered,
    ontology_file,
)
from boxscore.sources.item_lookup import ItemLookup, NotFound
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables


@dataclass(frozen=True, slots=True, kw_only=True)
class CocoWishes:
    """Mappings that the caller passes instead of files.

    Attributes:
        ontology: Feature hash -> COCO category id.
        images: COCO image id -> data hash, or [data hash, frame] of a video.
    """

    ontology: Mapping[str, Any] | None = None
    images: Mapping[Any, Any] | None = None


def read(
    path: Path,
    context: ProjectContext,
    report: ImportReport,
    wishes: CocoWishes = CocoWishes(),
) -> RunTables:
    """Read COCO results with both mappings; boxes and masks stay exactly as written.

    Raises:
        SourceError: The file is no COCO results file, or more than 5 % of it is unusable.
        RequestError: A mapping is missing, or names what the project does not have.
    """
    folder = path.parent
    ontology = given_or_read(wishes.ontology, ontology_file(folder), folder / ONTOLOGY_FILES[0])
    images = given_or_read(wishes.images, folder / IMAGE_FILE, folder / IMAGE_FILE)
    classes = numbered(mapped_classes(ontology, context.ontology, tuple(Shape)))
    translated = replace(
        context,
        items=_with_ids(context.items, images, report),
        ontology=_with_numbers(context.ontology, classes),
    )
    tables = coco_results.read(path, translated, report)
    words = {"images": "by image mapping", "classes": "by ontology mapping"}
    predictions = _fitted(tables.predictions, classes)
    return replace(tables, predictions=predictions, mapping=words)


def _with_ids(items: Table, images: Mapping[str, Any], report: ImportReport) -> Table:
    """The same items under the ids of the results; those that no id stands for have none."""
    lookup = ItemLookup(items)
    ids = np.full(items.rows, "", object)
    absent = 0
    for image_id, named in images.items():
        pair = named if isinstance(named, list | tuple) and len(named) == 2 else (named, None)
        data_hash, frame = pair
        try:
            row = lookup.find(data_hash, frame if isinstance(frame, int) else None)
        except NotFound:
            absent += 1
            continue
        if ids[row]:
            problem = f"image ids {shown(ids[row])} and {shown(image_id)} are both {named}"
            raise MappingError(problem, fix="give each image its own", code="E-MAPPING-TWICE")
        ids[row] = image_id
    if absent:
        problem = "images of the image mapping that the project does not have"
        report.note("W-MAPPING-IMAGES", problem, absent)
    # Titles would be another way to find images: who maps ids means the ids.
    return items.replace(source_id=ids, title=np.full(items.rows, "", object))


def _with_numbers(ontology: Ontology, classes: Mapping[int, list[ClassRow]]) -> Ontology:
    """The same classes under the category ids of the results."""
    number_of = {row.feature_hash: number for number, rows in classes.items() for row in rows[:1]}
    objects = tuple(replace(o, source_id=number_of.get(o.feature_hash)) for o in ontology.objects)
    return replace(ontology, objects=objects)


def _fitted(predictions: Annotations, classes: Mapping[int, list[ClassRow]]) -> Annotations:
    """Where a category is two classes, of boxes and of masks, each gets that of its kind."""
    class_id = predictions.table["class_id"].copy()
    masked = np.isin(predictions.table["kind"], [int(kind) for kind in MASKED])
    for rows in classes.values():
        first = class_id == rows[0].class_id
        for is_mask in (False, True) if len(rows) > 1 else ():
            fits = [row.class_id for row in rows if (row.shape in COVERING) == is_mask]
            if fits:
                class_id[first & (masked == is_mask)] = fits[0]
    return replace(predictions, table=predictions.table.replace(class_id=class_id))
