"""What a mapping file says of a ground truth: how its boxes are written, what classes become."""

from __future__ import annotations

from collections.abc import Mapping as Named
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, near_misses, shown
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import ObjectDef, Ontology, OntologyBuilder
from boxscore.schema.tables import Table
from boxscore.sources.doctor import Mapping, read_mapping
from boxscore.sources.project_tables import ProjectTables

CODE = "E-MAPPING"
SHAPES = (Shape.POLYGON, Shape.BITMASK, Shape.ROTATABLE_BOUNDING_BOX, Shape.SKELETON)
"""What classes of several shapes become as one: the first of these that they have."""


def read_truth_mapping(path: Path) -> Mapping:
    """Read a mapping file for a ground truth.

    Raises:
        SourceError: It is wrong, or has a part that only predictions have.
    """
    mapping = read_mapping(path)
    of_predictions = {
        "images": mapping.images or mapping.images_by,
        "classes/by": mapping.classes_by,
        "confidence": mapping.confidence_at or mapping.confidence_scale,
    }
    for place, given in of_predictions.items():
        if given:
            problem = "says how predictions are read; a ground truth has no such thing"
            fix = "leave it out: boxes, classes: map and most_unmatched hold for a ground truth"
            raise SourceError(path, place, problem, fix=fix, code=CODE)
    return mapping


def with_classes(tables: ProjectTables, names: Named[str, str | None], path: Path) -> ProjectTables:
    """The tables with classes renamed, joined where they get one name, or left out.

    Args:
        names: Name or number in the source -> name in the project, None to leave it out.
        path: The mapping file, for messages.

    Raises:
        SourceError: The source lacks a class, or has its own ontology, as Encord's has.
    """
    if not names:
        return tables
    if _renamed(tables.ontology, {})[0] != tables.ontology:
        problem = "the source has an ontology of its own, whose hashes predictions name"
        raise SourceError(path, "classes/map", problem, fix="rename classes there", code=CODE)
    ontology, place = _renamed(tables.ontology, _chosen(tables.ontology, names, path))
    truth = tables.ground_truth
    class_id = place[truth.table["class_id"]]
    kept = np.flatnonzero(class_id >= 0)
    if kept.size < truth.rows:
        left_out = truth.rows - kept.size
        tables.report.note("N-CLASS-LEFT-OUT", "records of left-out classes", left_out)
    truth = truth.take(kept)
    truth = replace(truth, table=truth.table.replace(class_id=class_id[kept]))
    return replace(
        tables,
        ontology=ontology,
        ground_truth=truth,
        verdicts=_of_kept(tables.verdicts, place),
    )


def _of_kept(verdicts: Table, place: NDArray[np.int32]) -> Table:
    class_id = place[verdicts["class_id"]]
    kept = np.flatnonzero(class_id >= 0)
    return verdicts.take(kept).replace(class_id=class_id[kept])


def _chosen(ontology: Ontology, names: Named[str, str | None], path: Path) -> dict[int, str | None]:
    """Class -> its new name, or None, of those that the mapping file names."""
    by_name = {c.name: c.class_id for c in ontology.classes}
    by_number = {str(c.source_id): c.class_id for c in ontology.classes}
    chosen: dict[int, str | None] = {}
    for key, name in names.items():
        found = by_name.get(key, by_number.get(key))
        place = f"classes/map/{shown(key)}"
        if found is None:
            problem = "the source has no such class"
            raise SourceError(path, place, problem, fix=near_misses(key, by_name), code=CODE)
        if chosen.setdefault(found, name) != name:
            problem = f"class {shown(ontology.classes[found].name)} gets two names"
            raise SourceError(path, place, problem, fix="leave one of them out", code=CODE)
    return chosen


def _renamed(
    ontology: Ontology, chosen: dict[int, str | None]
) -> tuple[Ontology, NDArray[np.int32]]:
    """The new ontology, and the new class of each old one, -1 where it is left out."""
    rows, objects = ontology.classes, ontology.object_count
    told = [chosen.get(c.class_id, c.name) for c in rows]
    above = {ontology.objects[k].name: name for k, name in chosen.items() if k < objects}
    builder = OntologyBuilder()
    place = np.full(len(rows), -1, np.int32)
    for number, (name, members) in enumerate(_joined(told[:objects]).items()):
        kept = next((k for k in members if rows[k].name == name), None)
        _add(builder, name, kept, [ontology.objects[k] for k in members], ontology, above)
        place[members] = number
    answers = {}
    for k, (_, attribute, option) in enumerate(ontology.answers(), objects):
        if (label := told[k]) is not None:
            answers[k] = builder.option(attribute.name, label, source_id=option.source_id)
    made = builder.build()
    new = {(c.feature_hash, c.attribute_hash, c.option_hash): c.class_id for c in made.classes}
    for k, hashes in answers.items():
        place[k] = new[hashes]
    return made, place


def _joined(told: list[str | None]) -> dict[str, list[int]]:
    """Name -> the classes that get it, in the order of the source."""
    joined: dict[str, list[int]] = {}
    for k, name in enumerate(told):
        if name is not None:
            joined.setdefault(name, []).append(k)
    return joined


def _add(
    builder: OntologyBuilder,
    name: str,
    kept: int | None,
    members: list[ObjectDef],
    ontology: Ontology,
    above: Named[str, str | None],
) -> None:
    """One class of several: what it is otherwise is that of `kept`, which has the name already."""
    one = members[0] if kept is None else ontology.objects[kept]
    shapes = {member.shape for member in members}
    parent = above.get(one.parent, one.parent) or ""
    builder.object(
        name if kept is None else one.name,
        next((shape for shape in SHAPES if shape in shapes), one.shape),
        source_id=one.source_id,
        parent="" if parent == name else parent,
        frequency=one.frequency,
        sigmas=one.sigmas,
        skeleton=one.skeleton,
        thing=one.thing,
    )
