"""Items and annotations as label rows in Encord's form."""

from __future__ import annotations

from mimetypes import guess_type
from typing import Any
from uuid import uuid5

from boxscore.schema.kinds import Kind, Shape
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import Annotations, Table
from boxscore.sinks.content import Content, Image, One
from boxscore.sources.data_ids import NAMESPACE

Row = dict[str, Any]


def label_rows(
    items: Table,
    ontology: Ontology,
    annotations: Annotations,
    most: int | None = None,
    predicted: bool = False,
) -> dict[str, Row]:
    """Label hash -> label row: an image, a sequence of images, or a video with its frames.

    Args:
        most: How many; None: all.
        predicted: Whether the annotations are predictions.
    """
    content = Content(
        name="", predicted=predicted, items=items, ontology=ontology, rows=annotations, pictures={}
    )
    frames = _frames(items)
    rows: dict[str, Row] = {}
    for image in content.images():
        video = frames[image.data_hash] > 1
        together = "" if video else image.sequence
        data_hash = str(uuid5(NAMESPACE, f"sequence\0{together}")) if together else image.data_hash
        label_hash = str(uuid5(NAMESPACE, f"label\0{data_hash}"))
        if label_hash not in rows:
            if most is not None and len(rows) >= most:
                continue
            kind = "video" if video else "img_group" if together else "image"
            rows[label_hash] = _row(label_hash, data_hash, together or image.title, kind)
        _add(rows[label_hash], content, image, video)
    return rows


def _frames(items: Table) -> dict[str, int]:
    counts: dict[str, int] = {}
    for data_hash in items["data_hash"].tolist():
        counts[data_hash] = counts.get(data_hash, 0) + 1
    return counts


def _row(label_hash: str, data_hash: str, title: str, kind: str) -> Row:
    return {
        "label_hash": label_hash,
        "data_hash": data_hash,
        "data_title": title,
        "data_type": kind,
        "dataset_hash": "",
        "dataset_title": "",
        "label_status": "LABELLED",
        "data_units": {},
        "object_answers": {},
        "classification_answers": {},
    }


def _add(row: Row, content: Content, image: Image, video: bool) -> None:
    mime = guess_type(image.title)[0] or ("video/mp4" if video else "image/jpeg")
    unit = row["data_units"].setdefault(
        image.data_hash,
        {
            "data_hash": image.data_hash,
            "data_title": image.title,
            "data_type": mime,
            "data_sequence": len(row["data_units"]),
            "width": image.width,
            "height": image.height,
            "labels": {} if video else {"objects": [], "classifications": []},
        },
    )
    labels: Row = unit["labels"]
    if video:
        empty: Row = {"objects": [], "classifications": []}
        labels = labels.setdefault(str(image.frame), empty)
    for one in image.annotations:
        if one.kind is Kind.CLASSIFICATION:
            labels["classifications"].append(_classification(row, content, image, one))
        else:
            labels["objects"].append(_object(row, content, image, one))


def _hash(image: Image, one: One) -> str:
    return str(uuid5(NAMESPACE, f"{image.data_hash}\0{image.frame}\0{one.row}"))[:8]


def _classification(row: Row, content: Content, image: Image, one: One) -> Row:
    known, made = content.classes[one.class_id], _hash(image, one)
    option = next(
        (o, a) for _, a, o in content.ontology.answers() if o.feature_hash == known.option_hash
    )
    answer = {
        "name": option[0].label,
        "value": option[0].value,
        "featureHash": known.option_hash,
    }
    row["classification_answers"][made] = {
        "classificationHash": made,
        "classifications": [
            {
                "name": option[1].name,
                "value": option[1].name.lower().replace(" ", "_"),
                "featureHash": known.attribute_hash,
                "answers": [answer],
            }
        ],
    }
    return {
        "name": option[1].name,
        "classificationHash": made,
        "featureHash": known.feature_hash,
    }


def _object(row: Row, content: Content, image: Image, one: One) -> Row:
    known, made = content.classes[one.class_id], _hash(image, one)
    row["object_answers"][made] = {"objectHash": made, "classifications": []}
    shape, geometry = _geometry(image, one)
    return {
        "name": known.name,
        "value": known.name.lower().replace(" ", "_"),
        "color": known.color,
        "shape": shape.value,
        "objectHash": made,
        "featureHash": known.feature_hash,
        "confidence": 1 if one.confidence is None else one.confidence,
        "manualAnnotation": False,
        **geometry,
    }


def _geometry(image: Image, one: One) -> tuple[Shape, Row]:
    width, height = image.width, image.height
    if one.kind is Kind.POLYGON and one.parts:
        return Shape.POLYGON, {"polygon": _points(one.parts[0], width, height)}
    if one.kind is Kind.POLYLINE and one.parts:
        return Shape.POLYLINE, {"polyline": _points(one.parts[0], width, height)}
    x, y, w, h = one.box
    box = {"x": x / width, "y": y / height, "w": w / width, "h": h / height}
    if one.kind is Kind.ROTATED_BOX:
        turned = {"rotatableBoundingBox": {**box, "theta": one.theta}}
        return Shape.ROTATABLE_BOUNDING_BOX, turned
    return Shape.BOUNDING_BOX, {"boundingBox": box}


def _points(points: Any, width: int, height: int) -> Row:
    return {str(k): {"x": x / width, "y": y / height} for k, (x, y) in enumerate(points.tolist())}
