"""Pascal VOC: `Annotations/NAME.xml`, boxes as corners; a run as one results file a class."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from pathlib import Path
from xml.sax.saxutils import escape

from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content, Image, One


def write(content: Content, folder: Path) -> None:
    """XML files and `JPEGImages`, or `results/det_test_CLASS.txt` of a run."""
    if content.predicted:
        _results(content, folder)
        return
    sets: dict[str, list[str]] = defaultdict(list)
    for image in content.images():
        path = folder / "Annotations" / f"{image.stem}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_xml(content, image), encoding="utf-8")
        if image.split:
            sets[image.split].append(image.stem.as_posix())
        if image.picture is not None:
            copy = folder / "JPEGImages" / image.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            content.copy(image, copy)
    for split, names in sets.items():
        listed = folder / "ImageSets" / "Main" / f"{split}.txt"
        listed.parent.mkdir(parents=True, exist_ok=True)
        listed.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def _xml(content: Content, image: Image) -> str:
    objects = "".join(
        _object(content.classes[one.class_id].name, one)
        for one in image.annotations
        if one.kind is not Kind.CLASSIFICATION
    )
    return (
        f"<annotation>\n  <filename>{escape(image.name.as_posix())}</filename>\n"
        f"  <size><width>{image.width}</width><height>{image.height}</height>"
        f"<depth>3</depth></size>\n{objects}</annotation>\n"
    )


def _object(name: str, one: One) -> str:
    flags = {
        "truncated": int(one.traits.get("truncation", 0) > 0),
        "occluded": int(one.traits.get("occlusion", 0) > 0),
        "difficult": int(one.ignored),
    }
    words = "".join(f"<{tag}>{value}</{tag}>" for tag, value in flags.items())
    return f"  <object><name>{escape(name)}</name>{words}{_box(one)}</object>\n"


def _box(one: One) -> str:
    """Corners; of a turned box its centre, size and angle, as roLabelImg writes them."""
    x, y, w, h = one.box
    if one.kind is Kind.ROTATED_BOX:
        values: tuple[float, ...] = (x + w / 2, y + h / 2, w, h, math.radians(one.theta))
        kind = "robndbox"
        tags: tuple[str, ...] = ("cx", "cy", "w", "h", "angle")
    else:
        values, kind = (x, y, x + w, y + h), "bndbox"
        tags = ("xmin", "ymin", "xmax", "ymax")
    inner = "".join(f"<{tag}>{value!r}</{tag}>" for tag, value in zip(tags, values, strict=True))
    return f"<{kind}>{inner}</{kind}>"


def _results(content: Content, folder: Path) -> None:
    lines: dict[int, list[str]] = {row.class_id: [] for row in content.object_classes}
    for image in content.images():
        for one in image.annotations:
            if one.kind is not Kind.CLASSIFICATION:
                x, y, w, h = one.box
                numbers = (one.confidence, x, y, x + w, y + h)
                lines[one.class_id].append(f"{image.stem} {' '.join(map(repr, numbers))}\n")
    for class_id, rows in lines.items():
        if rows:
            name = re.sub(r"[^\w-]+", "_", content.classes[class_id].name)
            path = folder / f"comp4_det_test_{name}.txt"
            path.write_text("".join(rows), encoding="utf-8")
