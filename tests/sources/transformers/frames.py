"""A transformer for videos: one box for each line "video frame x y w h class" of a text file."""

from __future__ import annotations

from pathlib import Path

from encord_active.lib.labels.label_transformer import (
    BoundingBox,
    BoundingBoxLabel,
    DataLabel,
    LabelTransformer,
)


class Frames(LabelTransformer):
    def from_custom_labels(
        self, label_files: list[Path], data_files: list[Path]
    ) -> list[DataLabel]:
        files = {path.name: path for path in data_files}
        labels = []
        for line in (line for file in label_files for line in file.read_text().splitlines()):
            name, frame, x, y, w, h, class_ = line.split()
            box = BoundingBox(x=float(x), y=float(y), w=float(w), h=float(h))
            labels.append(DataLabel(files[name], BoundingBoxLabel(class_, box), int(frame)))
        return labels
