"""COCO's `categories` -> the classes of a project's ontology."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind, Shape
from boxscore.schema.ontology import Ontology, OntologyBuilder
from boxscore.schema.skeleton import Skeleton
from boxscore.sources.coco_fields import Field
from boxscore.sources.coco_records import ListSpec, Records
from boxscore.sources.coco_skeletons import read_skeletons
from boxscore.sources.report import ImportReport
from boxscore.sources.sieve import Sieve

CATEGORIES = ListSpec(
    place="/categories",
    fields=(
        Field("id", "int", required=True),
        Field("name", "text", required=True),
        Field("keypoints", "span"),
        Field("supercategory", "text", lenient=True),
        Field("frequency", "span", lenient=True),
        Field("sigmas", "span", lenient=True),
        Field("skeleton", "span", lenient=True),
    ),
    names=(("id", "category id"),),
)
LONGEST_NAME = 1024
QUESTION = "class"
"""What the categories answer where annotations have no geometry."""
RCF = ("r", "c", "f")
"""LVIS: classes that are rare, common and frequent in its training images."""
LARGEST_SIGMA = 1e3
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
        parents: Name of the category of this file above it, or "".
        frequencies: "r", "c", "f" of LVIS, or "".
        sigmas: Deviations of its keypoints, where given.
        skeletons: Names of its keypoints and what joins them, where given.
    """

    ids: NDArray[np.int64]
    names: list[str]
    keypoints: list[bool]
    parents: list[str]
    frequencies: list[str]
    sigmas: list[tuple[float, ...]]
    skeletons: list[Skeleton]


def read_categories(records: Records | None, report: ImportReport) -> Categories:
    """Check ids and names.

    Raises:
        SourceError: One id has two names.
    """
    if records is None:
        return Categories(
            ids=np.empty(0, np.int64),
            names=[],
            keypoints=[],
            parents=[],
            frequencies=[],
            sigmas=[],
            skeletons=[],
        )
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
    ids = sorted(first)
    order = [first[c] for c in ids]
    return Categories(
        ids=np.array(ids, np.int64),
        names=[names[i] for i in order],
        keypoints=[bool(records.objects["keypoints"].get(i)) for i in order],
        parents=_parents(records, order),
        frequencies=_frequencies(sieve, order),
        sigmas=_sigmas(sieve, order),
        skeletons=read_skeletons(sieve, order),
    )


def _parents(records: Records, order: list[int]) -> list[str]:
    """The supercategory where it is another category of this file; else it is mere text."""
    names, above = records.texts["name"], records.texts["supercategory"]
    known = {names[i] for i in order}
    return [above[i] if above[i] in known and above[i] != names[i] else "" for i in order]


def _frequencies(sieve: Sieve, order: list[int]) -> list[str]:
    given = sieve.records.objects["frequency"]
    wrong = {i: f"{shown(v)} is not r, c or f: dropped" for i, v in given.items() if v not in RCF}
    _report(sieve, wrong, "W-COCO-FREQUENCY", "/frequency")
    return ["" if i in wrong else given.get(i, "") for i in order]


def _sigmas(sieve: Sieve, order: list[int]) -> list[tuple[float, ...]]:
    given = sieve.records.objects["sigmas"]
    wrong = {i: _no_sigmas(v, sieve.records.objects["keypoints"].get(i)) for i, v in given.items()}
    wrong = {i: problem for i, problem in wrong.items() if problem}
    _report(sieve, wrong, "W-COCO-SIGMAS", "/sigmas")
    return [() if i in wrong else tuple(map(float, given.get(i, ()))) for i in order]


def _no_sigmas(value: object, keypoints: object) -> str:
    good = isinstance(value, list) and all(
        type(v) in (int, float) and 0 < v < LARGEST_SIGMA for v in value
    )
    if not isinstance(value, list) or not good:
        return f"{shown(value)} is not a list of positive numbers: dropped"
    if isinstance(keypoints, list) and keypoints and len(value) != len(keypoints):
        return f"{len(value)} sigmas for {len(keypoints)} keypoints: dropped"
    return ""


def _report(sieve: Sieve, wrong: dict[int, str], code: str, where: str) -> None:
    flags = np.zeros(sieve.records.count, np.bool_)
    flags[list(wrong)] = True
    sieve.repair(flags, code, where, wrong.__getitem__)


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

    Where every annotation says the class of its image alone, the categories are the answers to
    one question.

    Args:
        class_id: (N,) class of each annotation.
        kind: (N,) `schema.kinds.Kind` of it.
    """
    builder = OntologyBuilder()
    if kind.size and np.all(kind == Kind.CLASSIFICATION):
        for name, c in zip(_distinct(categories), categories.ids.tolist(), strict=True):
            builder.option(QUESTION, name, source_id=c)
        return builder.build()
    met = {one: set(np.unique(class_id[kind == one]).tolist()) for one, _ in SHAPES}
    for c, name in enumerate(categories.names):
        shape = Shape.SKELETON if categories.keypoints[c] else Shape.BOUNDING_BOX
        shape = next((given for one, given in SHAPES if c in met[one]), shape)
        builder.object(
            name,
            shape,
            source_id=int(categories.ids[c]),
            parent=categories.parents[c],
            frequency=categories.frequencies[c],
            sigmas=categories.sigmas[c],
            skeleton=categories.skeletons[c],
        )
    return builder.build()


def _distinct(categories: Categories) -> list[str]:
    """Names, made different by their ids where two categories share one."""
    counts = Counter(categories.names)
    return [
        name if counts[name] == 1 else f"{name} ({c})"
        for name, c in zip(categories.names, categories.ids.tolist(), strict=True)
    ]
