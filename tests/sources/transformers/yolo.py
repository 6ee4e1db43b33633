"""YOLO label files: boxes, or polygons where a line has more than four numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from encord_active.lib.labels.label_transformer import (
    BoundingBox,
    BoundingBoxLabel,
    DataLabel,
    LabelTransformer,
    PolygonLabel,
)

NAMES = ["cat", "dog"]


class YoloTransformer(LabelTransformer):
    def from_custom_labels(
        self, label_files: list[Path], data_files: list[Path]
    ) -> list[DataLabel]:
        images = {path.stem: path for path in data_files}
        return [
            DataLabel(images[file.stem], self.label(line))
            for file in label_files
            for line in file.read_text().splitlines()
            if line.strip()
        ]

    def label(self, line: str) -> BoundingBoxLabel | PolygonLabel:
        first, *numbers = line.split()
        name, values = NAMES[int(first)], np.array(numbers, np.float64)
        if len(values) > 4:
            return PolygonLabel(class_=name, polygon=values.reshape(-1, 2).clip(0, 1))
        cx, cy, w, h = values.tolist()
        x, y = max(cx - w / 2, 0.0), max(cy - h / 2, 0.0)
        box = BoundingBox(x=x, y=y, w=min(w, 1 - x), h=min(h, 1 - y))
        return BoundingBoxLabel(class_=name, bounding_box=box)
