"""Class masks: a PNG for each image whose pixels are numbers of classes, 0 for no object."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.sinks.content import Content, Image

BACKGROUND, VOID = 0, 255
"""Values that stand for no object, and for pixels that count for nothing."""


def write(content: Content, folder: Path) -> None:
    """`masks/SPLIT/NAME.png`, `classes.json`, and of a ground truth the pictures in `images/`."""
    import PIL.Image

    values = values_of(len(content.object_classes))
    wide = max(values, default=0) > VOID
    for image in content.images():
        split = "" if content.predicted else image.split
        path = folder / "masks" / split / f"{image.stem}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = painted(image, values).astype(np.uint16 if wide else np.uint8)
        PIL.Image.fromarray(pixels).save(path)
        if image.picture is not None and not content.predicted:
            copy = folder / "images" / split / image.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            content.copy(image, copy)
    names = {values[row.class_id]: row.name for row in content.object_classes}
    text = json.dumps({"classes": names}, ensure_ascii=False, indent=1)
    (folder / "classes.json").write_text(text, encoding="utf-8")


def values_of(classes: int) -> list[int]:
    """The pixel value of each class: 1, 2, 3, ..., never that of void."""
    return [k + 1 + (k + 1 >= VOID) for k in range(classes)]


def painted(image: Image, values: list[int]) -> NDArray[np.int32]:
    """(height, width) values; smaller objects lie over larger ones, crowds below all."""
    pixels = np.full((image.height, image.width), BACKGROUND, np.int32)
    for one in sorted(image.annotations, key=lambda one: (not one.crowd, -one.area)):
        if one.mask is None:
            continue
        inside = _core.mask_decode(one.mask, image.height, image.width).astype(np.bool_)
        pixels[inside] = VOID if one.ignored else values[one.class_id]
    return pixels
