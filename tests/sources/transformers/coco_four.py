"""Boxes, rotated boxes, polygons, points and image classes of one COCO file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from encord_active.lib.labels.label_transformer import (
    BoundingBox,
    BoundingBoxLabel,
    ClassificationLabel,
    DataLabel,
    KeypointLabel,
    LabelTransformer,
    Point,
    PolygonLabel,
)


class Boxes(LabelTransformer):
    theta = 0.0

    def from_custom_labels(
        self, label_files: list[Path], data_files: list[Path]
    ) -> list[DataLabel]:
        document = json.loads(label_files[0].read_text())
        images = {image["id"]: image for image in document["images"]}
        names = {c["id"]: c["name"] for c in document["categories"]}
        paths = {path.name: path for path in data_files}
        return [
            DataLabel(paths[image["file_name"]], made)
            for annotation in document["annotations"]
            if not annotation["iscrowd"]
            for image in [images[annotation["image_id"]]]
            for made in self.labels(annotation, names[annotation["category_id"]], image)
        ]

    def labels(self, annotation: dict[str, Any], name: str, image: dict[str, Any]) -> list[Any]:
        x, y, w, h = annotation["bbox"]
        width, height = image["width"], image["height"]
        box = BoundingBox(
            x=x / width,
            y=y / height,
            w=min(w / width, 1 - x / width),
            h=min(h / height, 1 - y / height),
            theta=self.theta,
        )
        return [BoundingBoxLabel(name, box)]


class RotatedBoxes(Boxes):
    theta = 30.0


class Polygons(Boxes):
    def labels(self, annotation: dict[str, Any], name: str, image: dict[str, Any]) -> list[Any]:
        size = [[image["width"], image["height"]]]
        parts = [np.array(part).reshape(-1, 2) / size for part in annotation["segmentation"]]
        return [PolygonLabel(name, part.clip(0, 1)) for part in parts]


class Keypoints(Boxes):
    def labels(self, annotation: dict[str, Any], name: str, image: dict[str, Any]) -> list[Any]:
        x, y, w, h = annotation["bbox"]
        point = Point((x + w / 2) / image["width"], (y + h / 2) / image["height"])
        return [KeypointLabel(name, point)]


class Classes(Boxes):
    def labels(self, annotation: dict[str, Any], name: str, image: dict[str, Any]) -> list[Any]:
        return [ClassificationLabel(name)]
