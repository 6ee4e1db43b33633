"""Rows of our own table, one an annotation, for CSV, JSON Lines and Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from boxscore.schema.kinds import Kind, Mark
from boxscore.sinks.content import Content, Image, One

Row = dict[str, Any]
COLUMNS = (
    "image", "image_width", "image_height", "split", "sequence", "position", "frame", "class",
    "question", "confidence", "x", "y", "width", "height", "theta", "area", "polygon", "keypoints",
    "rle", "track", "crowd", "ignored", "group_of", "truncation", "occlusion",
)  # fmt: skip
"""Columns in order; docs/formats/tables.md says what each means."""
TRUTH_ONLY = ("crowd", "ignored", "group_of", "truncation", "occlusion", "area")


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
            "frame": image.frame or None,
        }
        if not image.annotations and not content.predicted:
            yield head
        for one in image.annotations:
            row = content.classes[one.class_id]
            known = {"class": row.name, "question": questions.get(row.attribute_hash or "")}
            yield head | known | _values(one, image)


def _questions(content: Content) -> dict[str, str]:
    return {
        attribute.feature_hash: attribute.name
        for classification in content.ontology.classifications
        for attribute in classification.attributes
    }


def _values(one: One, _image: Image) -> Row:
    values: Row = {
        "confidence": one.confidence,
        "crowd": one.crowd or None,
        "ignored": one.ignored or None,
        "group_of": (Mark.GROUP_OF in one.marks) or None,
        "track": one.track or None,
        "truncation": one.traits.get("truncation"),
        "occlusion": one.traits.get("occlusion"),
    }
    if one.kind is Kind.CLASSIFICATION:
        return values
    values |= dict(zip(("x", "y", "width", "height"), one.box, strict=True))
    values["area"] = one.area
    if one.kind is Kind.ROTATED_BOX or one.theta:
        values["theta"] = one.theta
    if one.parts:
        values["polygon"] = json.dumps([part.ravel().tolist() for part in one.parts])
    elif one.mask is not None:
        values["rle"] = one.mask.decode("ascii")
    if one.keypoints is not None:
        values["keypoints"] = json.dumps(one.keypoints.tolist())
    return values
