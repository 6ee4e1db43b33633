"""Rows of our own table, one an annotation, for CSV, JSON Lines and Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from boxscore.schema.kinds import Kind, Mark
from boxscore.sinks.content import Content, One

Row = dict[str, Any]
COLUMNS = (
    "image", "image_width", "image_height", "split", "sequence", "position", "frame", "class",
    "question", "confidence", "x", "y", "width", "height", "theta", "area", "polygon", "polyline",
    "keypoints", "rle", "track", "crowd", "ignored", "group_of", "truncation", "occlusion",
    "traits",
)  # fmt: skip
"""Columns in order; docs/formats/tables.md says what each means."""
TRUTH_ONLY = ("crowd", "ignored", "group_of", "area")
OWN_COLUMNS = ("truncation", "occlusion")
"""Traits with a column of their own; the others share one, of JSON."""


def columns_of(content: Content) -> list[str]:
    """The columns that ground truth, or a run, has."""
    left_out = TRUTH_ONLY if content.predicted else ("confidence",)
    return [name for name in COLUMNS if name not in left_out]


def rows_of(content: Content) -> Iterator[Row]:
    """A row for each annotation, and for each image of a ground truth without one."""
    questions = _questions(content)
    for image in content.images():
        head = {
            "image": image.title,
            "image_width": image.width,
            "image_height": image.height,
            "split": image.split or None,
            "sequence": image.sequence or None,
            "position": image.position if image.sequence else None,
            "frame": image.frame if image.frame or image.index in content.filmed else None,
        }
        if not image.annotations and not content.predicted:
            yield head
        for one in image.annotations:
            row = content.classes[one.class_id]
            known = {"class": row.name, "question": questions.get(row.attribute_hash or "")}
            yield head | known | _values(one)


def _questions(content: Content) -> dict[str, str]:
    return {
        attribute.feature_hash: attribute.name
        for classification in content.ontology.classifications
        for attribute in classification.attributes
    }


def _values(one: One) -> Row:
    values: Row = {
        "confidence": one.confidence,
        "crowd": one.crowd or None,
        "ignored": one.ignored or None,
        "group_of": (Mark.GROUP_OF in one.marks) or None,
        "track": one.track or None,
        **{name: one.traits.get(name) for name in OWN_COLUMNS},
    }
    if others := {k: v for k, v in sorted(one.traits.items()) if k not in OWN_COLUMNS}:
        values["traits"] = json.dumps(others)
    if one.kind is Kind.CLASSIFICATION:
        return values
    values |= dict(zip(("x", "y", "width", "height"), one.box, strict=True))
    values["area"] = one.area
    if one.kind is Kind.ROTATED_BOX or one.theta:
        values["theta"] = one.theta
    if one.parts:
        values["polyline" if one.kind is Kind.POLYLINE else "polygon"] = json.dumps(
            [part.ravel().tolist() for part in one.parts]
        )
    elif one.mask is not None:
        values["rle"] = one.mask.decode("ascii")
    if one.keypoints is not None:
        values["keypoints"] = json.dumps(one.keypoints.tolist())
    return values
