"""Good inputs of the JSON formats that we only read."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import numpy as np

import boxscore as bs
from boxscore.kernels import _core
from boxscore.sources.encord_mapping import COVERING
from tests.fuzz.seeds import (
    BOXES,
    CLASSES,
    PICTURES,
    SIZES,
    Record,
    bitmap,
    indices,
    lvis,
    one_file,
    picture,
    results,
    text,
)
from tests.fuzz.trees import Case, Tree


def panoptic(_: bs.Project) -> list[Case]:
    """COCO panoptic: JSON and PNG."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:24, :, 0], pixels[24:, :, 1] = 7, 1
    document = {
        "images": [{"id": 0, "file_name": "a.png", "width": 64, "height": 48}],
        "categories": [
            {"id": 1, "name": "cat", "isthing": 1}, {"id": 2, "name": "grass", "isthing": 0},
        ],
        "annotations": [{
            "image_id": 0, "file_name": "a.png",
            "segments_info": [
                {"id": 7, "category_id": 1, "iscrowd": 0, "area": 9, "bbox": [0, 0, 64, 24]},
                {"id": 256, "category_id": 2, "iscrowd": 0, "area": 9, "bbox": [0, 24, 64, 24]},
            ],
        }],
    }  # fmt: skip
    tree: Tree = {"p.json": text(document), "p/a.png": indices(pixels)}
    form = "coco-panoptic"
    return [
        Case(tree={**tree, **PICTURES}, entry="p.json", images="images", form=form),
        Case(tree=tree, form=form),
        Case(tree=tree, entry="p.json", role="predictions", form=form),
        Case(tree=tree, entry="p.json", role="doctor", form=form),
    ]


def dumps(_: bs.Project) -> list[Case]:
    """Hugging Face, MMDetection, TorchVision, Ultralytics, YOLACT."""
    names = dict(enumerate(SIZES))
    by_image: dict[str, list[Record]] = {name: [] for name in SIZES}
    for one in results():
        by_image[names[one["image_id"]]].append(one)
    cases = []
    for form, written in DUMPS.items():
        made = {name: written(found) for name, found in by_image.items()}
        folder: Tree = {f"{name[0]}.json": text(one) for name, one in made.items()}
        listed = [{"file_name": name, "predictions": one} for name, one in made.items()]
        for document in (made, listed):
            cases.append(one_file("d.json", text(document), role="predictions", form=form))
        cases.append(Case(tree=folder, role="predictions", form=form))
        cases.append(one_file("d.json", text(made), role="doctor", form=form))
    mask = _core.mask_from_bitmap(bitmap((64, 48))).decode()
    yolact = [
        {"image_id": 0, "dets": [
            {"score": 0.5, "bbox": [1, 2, 20, 20], "category": "cat",
             "mask": {"size": [48, 64], "counts": mask}}]},
    ]  # fmt: skip
    for document in (yolact, {"images": yolact}):
        cases.append(one_file("y.json", text(document), role="predictions", form="yolact"))
    return cases


def _corners(one: Record) -> list[float]:
    x, y, w, h = one["bbox"]
    return [x, y, x + w, y + h]


def _columns(name: str) -> Callable[[list[Record]], Record]:
    return lambda found: {
        name: [_corners(one) for one in found],
        "labels": [one["category_id"] for one in found],
        "scores": [one["score"] for one in found],
    }


def _pipeline(found: list[Record]) -> list[Record]:
    ends = ("xmin", "ymin", "xmax", "ymax")
    return [
        {"score": one["score"], "label": CLASSES[one["category_id"] - 1],
         "box": dict(zip(ends, _corners(one), strict=True))} for one in found
    ]  # fmt: skip


def _ultralytics(found: list[Record]) -> list[Record]:
    ends = ("x1", "y1", "x2", "y2")
    return [
        {"name": CLASSES[one["category_id"] - 1], "class": one["category_id"],
         "confidence": one["score"], "box": dict(zip(ends, _corners(one), strict=True)),
         "segments": {"x": [1.0, 9.0, 9.0], "y": [1.0, 1.0, 9.0]}, "track_id": 3}
        for one in found
    ]  # fmt: skip


def _roboflow(found: list[Record]) -> Record:
    points = [{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 9, "y": 9}]
    rows = []
    for one in found:
        x, y, width, height = one["bbox"]
        place = {"x": x + width / 2, "y": y + height / 2, "width": width, "height": height}
        named = {"class": CLASSES[one["category_id"] - 1], "confidence": one["score"]}
        rows.append(place | named | {"points": points})
    return {"predictions": rows, "image": {"width": 64, "height": 48}}


def _darknet(found: list[Record]) -> list[Record]:
    place = {"center_x": 0.5, "center_y": 0.5, "width": 0.2, "height": 0.3}
    return [
        {"name": CLASSES[one["category_id"] - 1], "confidence": one["score"],
         "relative_coordinates": place} for one in found
    ]  # fmt: skip


def _by_hand(found: list[Record]) -> list[Record]:
    return [
        {"label": CLASSES[one["category_id"] - 1], "conf": one["score"], "bbox": one["bbox"]}
        for one in found
    ]


DUMPS: dict[str, Callable[[list[Record]], Any]] = {
    "darknet": _darknet,
    "objects": _by_hand,
    "roboflow": _roboflow,
    "huggingface": _pipeline,
    "mmdet": _columns("bboxes"),
    "torchvision": _columns("boxes"),
    "ultralytics": _ultralytics,
}


def encord(_: bs.Project) -> list[Case]:
    """Label rows and an ontology."""
    point = {"x": 0.1, "y": 0.2}
    square = {"0": point, "1": {"x": 0.5, "y": 0.2}, "2": {"x": 0.5, "y": 0.5}}
    box = {"x": 0.1, "y": 0.1, "w": 0.3, "h": 0.3}
    part = _core.mask_from_bitmap(np.ones((2, 3), np.uint8)).decode()
    shapes: dict[str, Record] = {
        "bounding_box": {"boundingBox": box},
        "rotatable_bounding_box": {"rotatableBoundingBox": box | {"theta": 30.0}},
        "polygon": {"polygon": square},
        "polyline": {"polyline": square},
        "point": {"point": {"0": point}},
        "skeleton": {"skeleton": {"0": point | {"visibility": "visible"}}},
        "bitmask": {"bitmask": {"rleString": part, "top": 1, "left": 2, "width": 3, "height": 2}},
    }
    objects = [
        {"objectHash": f"o{k}", "featureHash": f"f{k}", "name": f"n{k}", "value": f"n{k}",
         "shape": shape, **drawn} for k, (shape, drawn) in enumerate(shapes.items())
    ]  # fmt: skip
    ontology = {
        "objects": [
            {"id": str(k), "name": f"n{k}", "shape": shape, "featureNodeHash": f"f{k}",
             "color": "#ff0000"} for k, shape in enumerate(shapes)
        ],
        "classifications": [{
            "id": "1", "featureNodeHash": "c1",
            "attributes": [{
                "id": "1.1", "name": "weather", "type": "radio", "featureNodeHash": "a1",
                "required": False, "options": [
                    {"id": "1.1.1", "label": "sun", "value": "sun", "featureNodeHash": "s1"},
                ]}],
        }],
    }  # fmt: skip
    labels = {"objects": objects, "classifications": [
        {"classificationHash": "k1", "featureHash": "c1", "name": "weather"}]}  # fmt: skip
    answers = {"k1": {"classificationHash": "k1", "classifications": [
        {"featureHash": "a1", "name": "weather", "answers": [{"featureHash": "s1", "name": "sun"}]}
    ]}}  # fmt: skip
    unit = {"data_hash": "u", "data_title": "a.png", "data_type": "image/png", "width": 64,
            "height": 48, "data_sequence": 0, "labels": labels}  # fmt: skip
    film = unit | {"data_hash": "v", "data_title": "v.mp4", "data_type": "video/mp4",
                   "data_fps": 2.0, "data_duration": 2.0,
                   "labels": {"0": labels, "3": labels}}  # fmt: skip
    rows = [
        {"label_hash": "r1", "data_hash": "u", "data_type": "image", "data_units": {"u": unit},
         "classification_answers": answers, "object_answers": {}},
        {"label_hash": "r2", "data_hash": "g", "data_type": "img_group", "data_title": "g",
         "data_units": {"u": unit, "w": unit | {"data_hash": "w", "data_sequence": 1}},
         "classification_answers": answers},
        {"label_hash": "r3", "data_hash": "v", "data_type": "video", "data_title": "v.mp4",
         "data_units": {"v": film}, "classification_answers": answers},
    ]  # fmt: skip
    one_each: Tree = {f"row_{k}.json": text(row) for k, row in enumerate(rows)}
    return [
        Case(tree={**one_each, "ontology.json": text(ontology)}, form="encord"),
        Case(tree={"rows.json": text(rows), "structure.json": text(ontology), **PICTURES},
             images="images", form="encord"),
        *(one_file("row.json", text(row), role="truth", form="encord") for row in rows),
    ]  # fmt: skip


def encord_folders(project: bs.Project) -> list[Case]:
    """Predictions with Encord Active's mapping files beside them."""
    hashes = [one.feature_hash for one in project.ontology.objects]
    names = text(dict(zip(hashes, CLASSES, strict=True)))
    numbers = text({one: k for k, one in enumerate(hashes, 1)})
    covering = {c.feature_hash: 2 for c in project.ontology.objects if c.shape in COVERING}
    images = {str(k): h for k, h in enumerate(project.items["data_hash"].tolist())}
    line = "cat 0 0 0 4 6 24 22 0 0 0 0 0 0 0 0.5\n"
    kitti: Tree = {"a.txt": line.encode(), "b__0.txt": line.encode(), "c.png.csv": line.encode()}
    masks: Tree = {name: indices(bitmap(size) * 2) for name, size in SIZES.items()}
    found: Tree = {"r.json": text(results()), "image_mapping.json": text(images)}
    file = "ontology_mapping.json"
    return [
        Case(tree={**kitti, file: names}, role="predictions", form="encord-kitti"),
        Case(
            tree={**masks, file: text(dict([*covering.items()][:1]))},
            role="predictions",
            form="encord-masks",
        ),
        Case(tree={**found, file: numbers}, entry="r.json", role="predictions", form="encord-coco"),
    ]


def fiftyone(_: bs.Project) -> list[Case]:
    """samples.json with fields of both sides, labels.json of one."""

    def detections(name: str, **more: Any) -> Record:
        width, height = SIZES[name]
        found = [
            {"_cls": "Detection", "label": CLASSES[k - 1],
             "bounding_box": [x / width, y / height, w / width, h / height], **more}
            for k, x, y, w, h in BOXES[name]
        ]  # fmt: skip
        return {"_cls": "Detections", "detections": found}

    samples = [
        {
            "filepath": f"data/{name}", "tags": ["val"],
            "metadata": {"width": width, "height": height},
            "truth": detections(name), "model": detections(name, confidence=0.5),
            "poses": {"_cls": "Keypoints", "keypoints": []},
        }
        for name, (width, height) in SIZES.items()
    ]  # fmt: skip
    whole = {"samples.json": text({"name": "d", "samples": samples})}
    numbered = [{"label": 1, "bounding_box": [0.1, 0.2, 0.5, 0.5]}]
    labels = {"classes": [*CLASSES], "labels": {"a": numbered, "b": None}}
    scored = {"classes": [*CLASSES], "labels": {"a": [numbered[0] | {"confidence": 0.5}]}}
    return [
        Case(
            tree={**whole, **{f"data/{k}": picture(v) for k, v in SIZES.items()}}, form="fiftyone"
        ),
        one_file("labels.json", text(labels), role="truth", form="fiftyone"),
        Case(tree={**whole}, role="predictions", form="fiftyone"),
        one_file("labels.json", text(scored), role="predictions", form="fiftyone"),
        Case(tree={**whole}, role="doctor", form="fiftyone"),
    ]


def lvis_files(_: bs.Project) -> list[Case]:
    """LVIS's annotations, named as such and recognised, and results."""
    return [
        one_file("gt.json", text(lvis()), role="truth", form="lvis"),
        one_file("gt.json", text(lvis()), role="truth", form="auto"),
        one_file("r.json", text(results()), role="predictions", form="lvis"),
    ]


def labelme(_: bs.Project) -> list[Case]:
    """labelme JSON of every shape."""
    shapes = [
        ("rectangle", [[9, 8], [1, 2]]), ("polygon", [[1, 1], [9, 1], [9, 9]]),
        ("circle", [[10, 5], [10, 9]]), ("line", [[1, 1], [5, 5]]), ("point", [[3, 3]]),
        ("linestrip", [[1, 1], [5, 5], [7, 1]]), ("points", [[3, 3], [4, 4]]),
    ]  # fmt: skip
    drawn: list[Record] = [
        {"label": "cat", "shape_type": name, "points": points, "group_id": k % 3 or None,
         "flags": {"occluded": True, "difficult": k == 1}}
        for k, (name, points) in enumerate(shapes)
    ]  # fmt: skip
    mask = b64encode(indices(np.ones((4, 5), np.uint8) * 255)).decode()
    drawn.append({"label": "Dog", "shape_type": "mask", "points": [[1, 1], [5, 4]], "mask": mask})
    head = {"version": "5.4.1", "flags": {"night": True}, "imageData": None}
    files: Tree = {
        f"{name[0]}.json": text(
            head | {"imagePath": name, "imageWidth": w, "imageHeight": h, "shapes": drawn}
        )
        for name, (w, h) in SIZES.items()
    }
    pictures: Tree = {name: picture(size) for name, size in SIZES.items()}
    return [
        Case(tree={**files, **pictures}, form="labelme"),
        Case(tree={**files, **PICTURES}, images="images", form="labelme"),
        one_file("a.json", files["a.json"], role="truth", form="labelme"),
    ]
