"""COCO: an annotation file of ground truth, or a results list of predictions.

Ids are those of the source where it numbered images and classes, else 1, 2, 3, ... in order; the
two files of one project go together.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.ontology import ClassRow, ObjectDef
from boxscore.sinks.content import Content, Image, One

Record = dict[str, Any]


def write(content: Content, folder: Path) -> None:
    """`annotations.json`, or `results.json` of a run; `images.json` beside it names its images."""
    whole = documents(content)
    if content.predicted:
        _dump(folder / "results.json", whole["annotations"])
        _dump(folder / "images.json", whole | {"annotations": []})
        return
    _dump(folder / "annotations.json", {"info": {"description": content.name}} | whole)


def documents(content: Content) -> dict[str, list[Record]]:
    """`images`, `categories` and, in the order of the rows, `annotations`."""
    image_ids = ids_of(content.items["source_id"].tolist())
    class_ids = ids_of([row.source_id for row in content.object_classes])
    images, records = [], []
    for image in content.images():
        image_id = image_ids[image.index]
        images.append(_image(image, image_id))
        records += [
            _record(one, image, image_id, class_ids[one.class_id])
            for one in image.annotations
            if one.kind is not Kind.CLASSIFICATION
        ]
    classes = zip(content.object_classes, class_ids, strict=True)
    categories = [
        _category(row, number) | _keypoints_of(content.ontology.objects[row.class_id])
        for row, number in classes
    ]
    if not content.predicted and len({record["id"] for record in records}) < len(records):
        records = [record | {"id": k} for k, record in enumerate(records, 1)]
    return {"images": images, "categories": categories, "annotations": records}


def ids_of(given: list[Any]) -> list[int]:
    """The source's numbers where all are different whole numbers, else 1, 2, 3, ..."""
    words = [str(value) for value in given]
    if all(w.isascii() and w.isdigit() and str(int(w)) == w for w in words):
        numbers = [int(w) for w in words]
        if len(set(numbers)) == len(numbers):
            return numbers
    return list(range(1, len(given) + 1))


def _image(image: Image, image_id: int) -> Record:
    record = {
        "id": image_id,
        "file_name": image.name.as_posix() if image.picture else image.title,
        "width": image.width,
        "height": image.height,
    }
    if image.sequence:
        record |= {"video_id": image.sequence, "frame_id": image.position}
    return record


def _category(row: ClassRow, number: int) -> Record:
    return {"id": number, "name": row.name} | ({"supercategory": row.parent} if row.parent else {})


def _keypoints_of(known: ObjectDef) -> Record:
    """Names, joints counted from 1, and deviations of a class's keypoints, where it has them."""
    names, edges = known.skeleton.names, known.skeleton.edges
    found: Record = {"keypoints": list(names)} if names else {}
    if edges:
        found["skeleton"] = [[a + 1, b + 1] for a, b in edges]
    return found | ({"sigmas": list(known.sigmas)} if known.sigmas else {})


def _record(one: One, image: Image, image_id: int, class_id: int) -> Record:
    record: Record = {"image_id": image_id, "category_id": class_id, "bbox": list(one.box)}
    if one.parts and one.kind is Kind.POLYGON:
        record["segmentation"] = [part.ravel().tolist() for part in one.parts]
    elif one.mask is not None:
        record["segmentation"] = {
            "size": [image.height, image.width],
            "counts": one.mask.decode("ascii"),
        }
    if one.keypoints is not None:
        flat = [[x, y, int(v)] for x, y, v in one.keypoints.tolist()]
        record["keypoints"] = [value for point in flat for value in point]
        record["num_keypoints"] = sum(point[2] > 0 for point in flat)
    if one.kind is Kind.ROTATED_BOX or one.theta:
        record["rotation"] = one.theta
    if one.track:
        record["track_id"] = one.track
    if one.confidence is not None:
        return record | {"score": one.confidence}
    record |= {"id": one.source_id, "area": one.area, "iscrowd": int(one.crowd)}
    if one.ignored:
        record["ignore"] = 1
    if Mark.GROUP_OF in one.marks:
        record["isgroupof"] = 1
    named = {"truncation": "truncated", "occlusion": "occluded"}
    return record | {named[k]: v for k, v in one.traits.items() if k in named}


def _dump(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
