"""KITTI object labels: 15 columns a line, 16 with the confidence; what is not known is -1."""

from __future__ import annotations

from pathlib import Path

from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content, One

IN_SPACE = {
    "height_3d": -1, "width_3d": -1, "length_3d": -1, "x_3d": -1000, "y_3d": -1000, "z_3d": -1000,
    "rotation_y": -10,
}  # fmt: skip
"""Traits after the box, and what stands for an unknown one."""


def write(content: Content, folder: Path) -> None:
    """`label_2/NAME.txt` and pictures in `image_2`, or `NAME.txt` of a run."""
    for image in content.images():
        path = folder / ("" if content.predicted else "label_2") / f"{image.stem}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            _line(content.classes[one.class_id].name, one)
            for one in image.annotations
            if one.kind is not Kind.CLASSIFICATION
        ]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if image.picture is not None and not content.predicted:
            copy = folder / "image_2" / image.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            content.copy(image, copy)


def _line(name: str, one: One) -> str:
    x, y, w, h = one.box
    words = [
        "_".join(name.split()) or "_",
        _number(one.traits.get("truncation", -1)),
        _number(one.traits.get("occlusion", -1)),
        _number(one.traits.get("alpha", -10)),
        *(repr(v) for v in (x, y, x + w, y + h)),
        *(_number(one.traits.get(name, unknown)) for name, unknown in IN_SPACE.items()),
    ]
    if one.confidence is not None:
        words.append(repr(one.confidence))
    return " ".join(words)


def _number(value: float) -> str:
    """Whole numbers without a point, as the devkit reads occlusion."""
    return str(int(value)) if value == int(value) else repr(value)
