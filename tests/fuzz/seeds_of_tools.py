"""Good inputs of annotation tools that write JSON."""

from __future__ import annotations

import io
import zlib
from base64 import b64encode
from typing import Any

from PIL import Image

import boxscore as bs
from tests.fuzz.seeds import BOXES, CLASSES, SIZES, one_file, text, truth
from tests.fuzz.trees import Case, Tree

Objects = list[tuple[int, float, float, float, float]]


def _createml(name: str, boxes: Objects) -> dict[str, Any]:
    drawn = [
        {"label": CLASSES[k - 1], "confidence": 0.5,
         "coordinates": {"x": x + w / 2, "y": y + h / 2, "width": w, "height": h}}
        for k, x, y, w, h in boxes
    ]  # fmt: skip
    return {"image": name, "annotations": drawn}


def _task(name: str, boxes: Objects) -> dict[str, Any]:
    width, height = SIZES[name]
    regions = [
        {"original_width": width, "original_height": height, "type": "rectanglelabels",
         "score": 0.5, "value": {
             "x": x / width * 100, "y": y / height * 100, "rotation": 0 if k == 1 else 30,
             "width": w / width * 100, "height": h / height * 100,
             "rectanglelabels": [CLASSES[k - 1]]}}
        for k, x, y, w, h in boxes
    ]  # fmt: skip
    outline = {"points": [[0, 0], [50, 0], [50, 50]], "polygonlabels": ["cat"]}
    drawn = [*regions, {"value": outline, "score": 0.5}] if regions else regions
    return {
        "data": {"image": f"/data/upload/1/0123abcd-{name}"},
        "annotations": [{"result": drawn}],
        "predictions": [{"result": drawn, "score": 0.5}],
    }


def _frame(name: str, boxes: Objects) -> dict[str, Any]:
    labels = [
        {"id": k, "category": CLASSES[k - 1], "score": 0.5,
         "box2d": {"x1": x, "y1": y, "x2": x + w, "y2": y + h}, "attributes": {"occluded": True}}
        for k, x, y, w, h in boxes
    ]  # fmt: skip
    line = {
        "category": "cat",
        "score": 0.5,
        "poly2d": [{"vertices": [[0, 0], [5, 9]], "closed": False}],
    }
    return {"name": name, "labels": [*labels, line]}


def _item(name: str, boxes: Objects) -> dict[str, Any]:
    drawn: list[dict[str, Any]] = [
        {"type": "bbox", "label_id": k - 1, "group": k, "bbox": [x, y, w, h],
         "attributes": {"score": 0.5}}
        for k, x, y, w, h in boxes
    ]  # fmt: skip
    outline = {"type": "polygon", "label_id": 0, "group": 1, "points": [1, 2, 9, 2, 9, 9],
               "attributes": {"score": 0.5}}  # fmt: skip
    size = SIZES[name][::-1]
    return {"id": name, "annotations": [*drawn, outline], "image": {"path": name, "size": size}}


def tools(_: bs.Project) -> list[Case]:
    """CreateML, Label Studio, Scalabel, Datumaro, the VGG Image Annotator, Supervisely."""
    labels = {"label": {"labels": [{"name": name} for name in CLASSES]}}
    both = {
        "createml": [_createml(*one) for one in BOXES.items()],
        "labelstudio": [_task(*one) for one in BOXES.items()],
        "scalabel": [_frame(*one) for one in BOXES.items()],
        "datumaro": {"categories": labels, "items": [_item(*one) for one in BOXES.items()]},
    }
    drawn = {"label": "car", "polygon": [[1, 1], [30, 1], [30, 20]]}
    city = {"imgHeight": 48, "imgWidth": 64, "objects": [drawn, drawn | {"label": "cargroup"}]}
    alone = {"cityscapes": city, "via": _via(), "supervisely": _supervisely()}
    scored = [one | {"score": 0.5} for one in truth()["annotations"]]
    kept = {"coco-scored": truth() | {"annotations": scored}}
    found = both | kept | {"megadetector": _megadetector()}
    return [
        one_file("a.png.json", text(document), role=role, form=form)
        for role, documents in (("truth", both | alone), ("predictions", found), ("doctor", found))
        for form, document in documents.items()
    ]


def line_documents(_: bs.Project) -> list[Case]:
    """JSON lines of Hugging Face, SageMaker, Vertex, Azure and CrowdHuman."""
    cloud = {"image_size": [{"width": 9, "height": 9}]}
    meta = {"class-map": {str(k): name for k, name in enumerate(CLASSES, 1)}}
    records: dict[str, list[dict[str, Any]]] = {}
    for name, boxes in BOXES.items():
        sides = [dict(zip(("left", "top", "width", "height"), b, strict=True)) for _, *b in boxes]
        rows = [{"class_id": k} | place for (k, *_), place in zip(boxes, sides, strict=True)]
        named = [CLASSES[k - 1] for k, *_ in boxes]
        box = {"displayName": "cat", "xMin": 0.1, "yMin": 0.2, "xMax": 0.5, "yMax": 0.9}
        part = {"label": "cat", "topX": 0.1, "topY": 0.2, "bottomX": 0.5, "bottomY": 0.9}
        outline = {"label": "dog", "polygon": [[0.1, 0.1, 0.9, 0.1, 0.9, 0.9]]}
        objects = {"bbox": [b for _, *b in boxes], "category": named, "score": [0.5] * len(boxes)}
        made: dict[str, dict[str, Any]] = {
            "hf-objects": {"file_name": name, "objects": objects},
            "sagemaker": {"source-ref": f"s3://b/{name}", "boxes": cloud | {"annotations": rows},
                          "boxes-metadata": meta, "c": 1, "c-metadata": {"class-name": "wet"}},
            "vertex": {"imageGcsUri": f"gs://b/{name}", "boundingBoxAnnotations": [box],
                       "classificationAnnotation": {"displayName": "wet"}},
            "azureml": {"image_url": f"x://{name}", "label": [part, outline]},
            "odgt": {"ID": name, "gtboxes": [{"tag": "cat", "fbox": b} for _, *b in boxes],
                     "dtboxes": [{"tag": "cat", "box": b, "score": 0.5} for _, *b in boxes]},
        }  # fmt: skip
        for form, record in made.items():
            records.setdefault(form, []).append(record)
    lines = {
        k: "".join(f"{text(one).decode()}\n" for one in v).encode() for k, v in records.items()
    }
    found = ("hf-objects", "odgt")
    truths = [one_file("a.jsonl", lines[k], role="truth", form=k) for k in lines]
    return [*truths, *(one_file("a.jsonl", lines[k], role="predictions", form=k) for k in found)]


def dota(_: bs.Project) -> list[Case]:
    """DOTA's labels and results, of upright boxes."""
    corners = {
        name: [(k, f"{x} {y} {x + w} {y} {x + w} {y + h} {x} {y + h}") for k, x, y, w, h in boxes]
        for name, boxes in BOXES.items()
    }
    head = "imagesource:GoogleEarth\ngsd:0.1\n"
    labels: Tree = {
        f"labelTxt/{name[0]}.txt": (
            head + "".join(f"{at} class-{k} 0\n" for k, at in drawn)
        ).encode()
        for name, drawn in corners.items()
    }
    found: Tree = {
        f"Task1_{kind}.txt": "".join(
            f"{name[0]} 0.5 {at}\n" for name, drawn in corners.items() for k, at in drawn if k == n
        ).encode()
        for n, kind in enumerate(CLASSES, 1)
    }
    return [
        Case(tree=labels, role="truth", form="dota"),
        Case(tree=found, role="predictions", form="dota"),
        Case(tree=found, role="doctor", form="dota"),
    ]


def _megadetector() -> dict[str, Any]:
    images = [
        {"file": name, "detections": [
            {"category": str(k), "conf": 0.5, "bbox": [
                x / SIZES[name][0], y / SIZES[name][1], w / SIZES[name][0], h / SIZES[name][1]]}
            for k, x, y, w, h in boxes]}
        for name, boxes in BOXES.items()
    ]  # fmt: skip
    named = {str(k): name for k, name in enumerate(CLASSES, 1)}
    return {"images": [*images, {"file": "z.png", "failure": "x"}], "detection_categories": named}


def _via() -> dict[str, Any]:
    shapes: list[dict[str, Any]] = [
        {"name": "rect", "x": 1, "y": 2, "width": 9, "height": 4},
        {"name": "polygon", "all_points_x": [0, 9, 9], "all_points_y": [0, 0, 9]},
        {"name": "ellipse", "cx": 9, "cy": 8, "rx": 4, "ry": 2, "theta": 0.5},
        {"name": "point", "cx": 9, "cy": 8},
    ]
    drawn = [{"shape_attributes": shape, "region_attributes": {"class": "cat"}} for shape in shapes]
    return {"a.png9": {"filename": "a.png", "size": 9, "regions": drawn}}


def _supervisely() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("L", (3, 2), 255).save(out, "PNG")
    data = b64encode(zlib.compress(out.getvalue())).decode()
    kinds = ("rectangle", "polygon", "line", "point")
    points = {"exterior": [[1, 2], [30, 8], [9, 20]], "interior": []}
    drawn = [{"classTitle": "cat", "geometryType": kind, "points": points} for kind in kinds]
    bitmap = {"classTitle": "cat", "geometryType": "bitmap",
              "bitmap": {"data": data, "origin": [3, 4]}}  # fmt: skip
    return {"size": {"width": 64, "height": 48}, "objects": [*drawn, bitmap]}
