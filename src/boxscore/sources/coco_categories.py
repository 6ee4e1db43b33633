"""COCO's `categories` -> the classes of a project's ontology."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Shape
from boxscore.schema.ontology import Ontology, OntologyBuilder
from boxscore.sources.coco_fields import Field
from boxscore.sources.coco_records import ListSpec, Records
from boxscore.sources.report import ImportReport
from boxscore.sources.sieve import Sieve

CATEGORIES = ListSpec(
    place="/categories",
    fields=(
        Field("id", "int", required=True),
        Field("name", "text", required=True),
        Field("keypoints", "span"),
    ),
    names=(("id", "category id"),),
)
LONGEST_NAME = 1024
SHAPES = (
    (Kind.POLYGON, Shape.POLYGON),
    (Kind.BITMASK, Shape.BITMASK),
    (Kind.ROTATED_BOX, Shape.ROTATABLE_BOUNDING_BOX),
)
"""Kinds that give a class its shape; the first that it has any of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """The usable categories, by ascending id; their order is that of the ontology's classes.

    Attributes:
        ids: (C,) the file's own numbers.
        names: As given; two categories may share one, the ontology tells them apart.
        keypoints: Whether the category defines keypoints.
    """

    ids: NDArray[np.int64]
    names: list[str]
    keypoints: list[bool]


def read_categories(records: Records | None, report: ImportReport) -> Categories:
    """Check ids and names.

    Raises:
        SourceError: One id has two names.
    """
    if records is None:
        return Categories(ids=np.empty(0, np.int64), names=[], keypoints=[])
    sieve, names = Sieve(records, report), records.texts["name"]
    long = np.array([len(name.encode()) > LONGEST_NAME for name in names], np.bool_)
    sieve.drop(long, "E-COCO-NAME-LONG", "/name", lambda i: f"{shown(names[i])} exceeds 1024 bytes")
    odd = np.array([not name.isprintable() for name in names], np.bool_)
    sieve.repair(
        odd, "W-COCO-NAME-CONTROL", "/name", lambda i: f"{shown(names[i])} kept, shown escaped"
    )
    first: dict[int, int] = {}
    for i in np.flatnonzero(sieve.alive).tolist():
        kept = first.setdefault(int(records.column["id"][i]), i)
        if names[kept] != names[i]:
            raise _two_names(records, kept, i, report)
        if kept != i:
            place = f"/categories/{records.row[i]}/id"
            report.repair("W-COCO-CATEGORY-TWICE", place, "the same category again: taken once")
    order = sorted(first)
    return Categories(
        ids=np.array(order, np.int64),
        names=[names[first[c]] for c in order],
        keypoints=[bool(records.objects["keypoints"].get(first[c])) for c in order],
    )


def _two_names(records: Records, a: int, b: int, report: ImportReport) -> SourceError:
    names = records.texts["name"]
    problem = f"id {records.column['id'][b]} names {shown(names[a])} and {shown(names[b])}"
    place = f"/categories/{records.row[b]}/id"
    code = "E-COCO-CATEGORY-DUPLICATE"
    return SourceError(report.path, place, problem, fix="give each class its own id", code=code)


def ontology_of(
    categories: Categories, class_id: NDArray[np.int32], kind: NDArray[np.uint8]
) -> Ontology:
    """One object for each category; its shape is what its annotations have.

    Args:
        class_id: (N,) class of each annotation.
        kind: (N,) `schema.kinds.Kind` of it.
    """
    builder = OntologyBuilder()
    met = {one: set(np.unique(class_id[kind == one]).tolist()) for one, _ in SHAPES}
    for c, name in enumerate(categories.names):
        shape = Shape.SKELETON if categories.keypoints[c] else Shape.BOUNDING_BOX
        shape = next((given for one, given in SHAPES if c in met[one]), shape)
        builder.object(name, shape, source_id=int(categories.ids[c]))
    return builder.build()
