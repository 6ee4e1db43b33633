"""COCO's `annotations` -> ground truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.tables import GROUND_TRUTH, Annotations, Table
from boxscore.sources.coco_categories import Categories
from boxscore.sources.coco_extras import ANNOTATED, mark_flags, read_extras
from boxscore.sources.coco_fields import Field, whole_number
from boxscore.sources.coco_geometry import Geometry, read_geometry
from boxscore.sources.coco_records import ListSpec, Records
from boxscore.sources.coco_table import annotations_of
from boxscore.sources.id_lookup import NameLookup, NumberLookup
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport
from boxscore.sources.sieve import Flags, Sieve

ANNOTATIONS = ListSpec(
    place="/annotations",
    fields=(
        Field("id", "id", lenient=True),
        Field("image_id", "id", required=True),
        Field("category_id", "int", required=True),
        Field("bbox", "box"),
        Field("area", "number", lenient=True),
        Field("iscrowd", "flag"),
        Field("segmentation", "segmentation"),
        Field("keypoints", "span", lenient=True),
        *ANNOTATED,
    ),
    names=(("id", "annotation id"), ("image_id", "image id")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Ground truth, and what the ontology needs to know: each record's class and kind."""

    annotations: Annotations
    class_id: NDArray[np.int32]
    kind: NDArray[np.uint8]


def read_annotations(
    records: Records,
    items: Table,
    categories: Categories,
    report: ImportReport,
    boxes: Convention | None = None,
) -> Truth:
    """Check every annotation against the images and the categories of its file.

    Args:
        boxes: How they are written, where it is not x, y, width and height in pixels.

    Raises:
        SourceError: The boxes look normalised, or outlines would have to be scaled with them.
    """
    sieve = Sieve(records, report)
    item = find_images(sieve, NameLookup(items["source_id"].tolist()))
    class_id = find_categories(sieve, NumberLookup(categories.ids), categories.names)
    geometry = read_geometry(sieve, item, items, predicted=False, written=boxes)
    area = _areas(sieve, geometry, in_pixels=boxes is None or boxes.in_pixels)
    _report_flags(sieve, geometry)
    mark_flags(sieve)
    annotations = annotations_of(
        GROUND_TRUTH,
        sieve,
        item,
        class_id,
        geometry,
        area,
        read_extras(sieve),
        crowd=_crowd(records),
        source_id=_source_ids(sieve),
    )
    alive = sieve.alive
    return Truth(annotations=annotations, class_id=class_id[alive], kind=geometry.kind[alive])


def find_images(sieve: Sieve, lookup: NameLookup) -> NDArray[np.int32]:
    """(N,) items by the records' image ids; records of unknown images are dropped."""
    records = sieve.records
    values = records.column["image_id"]
    if "image_id" in records.texts:
        item: NDArray[np.int32] = lookup.texts(records.texts["image_id"])[values]
    else:
        item = lookup.numbers(values)
    drop_unknown_images(sieve, item)
    return item


def drop_unknown_images(sieve: Sieve, item: NDArray[np.int32]) -> None:
    """Drop the records without an item, and count the ids that they name."""
    unknown = sieve.alive & (item < 0)
    if drop_without_image(sieve, item):
        ids = np.unique(sieve.records.column["image_id"][unknown]).size
        note_unknown_images(sieve.report, ids)


def note_unknown_images(report: ImportReport, ids: int) -> None:
    """Say how many ids name no image."""
    report.note("N-COCO-IMAGE-UNKNOWN", "different ids that name no image", ids)


def drop_without_image(sieve: Sieve, item: NDArray[np.int32]) -> int:
    """Drop the records without an item; returns how many there were."""
    return sieve.drop(
        item < 0,
        "E-COCO-IMAGE-UNKNOWN",
        "/image_id",
        lambda i: f"image id {shown(sieve.records.id_at('image_id', i))} is not among the images",
        fix="is this the file that belongs to these images?",
    )


def find_categories(sieve: Sieve, lookup: NumberLookup, names: list[str]) -> NDArray[np.int32]:
    """(N,) classes by the records' category ids; records of unknown categories are dropped."""
    class_id = lookup(sieve.records.column["category_id"])
    drop_unknown_categories(sieve, class_id, len(names))
    return class_id


def drop_unknown_categories(sieve: Sieve, class_id: NDArray[np.int32], count: int) -> None:
    """Drop the records without a class."""
    records = sieve.records

    def problem(i: int) -> str:
        given = shown(records.id_at("category_id", i))
        return f"category id {given} is not among the {count} categories"

    sieve.drop(class_id < 0, "E-COCO-CATEGORY-UNKNOWN", "/category_id", problem)


def _areas(sieve: Sieve, geometry: Geometry, *, in_pixels: bool) -> NDArray[np.float64]:
    """The annotation's own area, if boxes are in pixels; else of the mask, else of the box."""
    records = sieve.records
    given = records.column["area"]
    with np.errstate(invalid="ignore"):
        wrong = ~(records.present["area"] & np.isfinite(given) & (given >= 0))
    wrong |= not in_pixels
    wrong &= geometry.kind != Kind.CLASSIFICATION
    if not wrong.any():
        return given
    computed = geometry.covered()
    if geometry.masks is not None:
        computed = np.where(geometry.masked(), geometry.masks.area, computed)
    sieve.mark(wrong, Mark.AREA_COMPUTED)
    sieve.repair(
        wrong,
        "W-COCO-AREA",
        "/area",
        lambda i: f"area {_given(records, i)}: computed as {computed[i]:.6g}",
    )
    return np.where(wrong, computed, given)


def _given(records: Records, i: int) -> str:
    return f"{records.column['area'][i]:g}" if records.present["area"][i] else "is missing"


def _report_flags(sieve: Sieve, geometry: Geometry) -> None:
    absent: Flags = ~sieve.records.present["iscrowd"] & (geometry.kind != Kind.CLASSIFICATION)
    sieve.repair(absent, "W-COCO-ISCROWD", "/iscrowd", lambda _: "iscrowd is missing: taken as 0")


def _crowd(records: Records) -> NDArray[np.bool_]:
    crowd: NDArray[np.bool_] = records.present["iscrowd"] & (records.column["iscrowd"] != 0)
    return crowd


def _source_ids(sieve: Sieve) -> NDArray[np.int64]:
    """The annotations' ids; the row where an id is missing or no number."""
    records = sieve.records
    given, values = records.present["id"], records.column["id"]
    if "id" in records.texts:
        numbers = [int(t) if whole_number(t) else -1 for t in records.texts["id"]]
        usable = [whole_number(t) for t in records.texts["id"]]
        given = given & _gather(usable, values, np.bool_)
        values = _gather(numbers, values, np.int64)
    ids = np.where(given, values, records.row)
    _report_doubles(sieve, ids, given)
    return ids


def _gather(values: list[Any], index: NDArray[np.int64], dtype: Any) -> NDArray[Any]:
    return np.array(values, dtype)[np.maximum(index, 0)]


def _report_doubles(sieve: Sieve, ids: NDArray[np.int64], given: Flags) -> None:
    rows = np.flatnonzero(sieve.alive & given)
    _, first = np.unique(ids[rows], return_index=True)
    again = np.zeros(ids.size, np.bool_)
    again[rows] = True
    again[rows[first]] = False
    sieve.repair(again, "W-COCO-ANNOTATION-ID", "/id", lambda i: f"id {ids[i]} is used again: kept")
