"""One XML file of VOC -> an image and its objects."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.below import stem_of
from boxscore.sources.raw import NO_BOX, RawBuilder
from boxscore.sources.text_lines import number_in
from boxscore.sources.voc_layout import VocLayout
from boxscore.sources.xml_text import Element

CORNERS = ("xmin", "ymin", "xmax", "ymax")
TURNED = ("cx", "cy", "w", "h", "angle")
POSES = {"frontal": 0.0, "right": 90.0, "rear": 180.0, "left": 270.0}
"""Degrees to which an object is turned, clockwise seen from above."""
FLAGS = (("truncated", "truncation"), ("occluded", "occlusion"))
NO_POSE = ("", "unspecified", "unknown")
YES = ("1", "true", "yes")
CONFIDENCES = ("confidence", "score")
LABELME_SIDES = {"width": "ncols", "height": "nrows"}


def image_of(
    builder: RawBuilder, layout: VocLayout, file: Path, named: str, size: tuple[int, int]
) -> int:
    """The image of an XML file.

    Args:
        named: As <filename> has it; may be empty.
        size: As stated; 0 where it is not.
    """
    if named:
        last = named.replace("\\", "/").rpartition("/")[2]
        layout.renamed += stem_of(last) != stem_of(file.name)
    picture, title = layout.picture(file, named)
    return builder.image(
        layout.key(file),
        width=size[0],
        height=size[1],
        path=picture,
        title=title,
        split=layout.split(file),
    )


class VocFile:
    """Reads one file.

    Args:
        predicted: Whether objects need a confidence.
    """

    def __init__(
        self, builder: RawBuilder, layout: VocLayout, file: Path, *, predicted: bool
    ) -> None:
        self.builder, self.layout, self.file, self.predicted = builder, layout, file, predicted
        self.name = shown(layout.name(file))

    def read(self, root: Element) -> None:
        """Add the image, and every object that has a name and a place."""
        self.builder.file(self.name)
        size = self._size(root)
        image = image_of(self.builder, self.layout, self.file, root.text_of("filename") or "", size)
        for element in root.children:
            if element.tag == "object":
                self._object(element, image)

    def _size(self, root: Element) -> tuple[int, int]:
        """Width and height as stated; 0 where they are not, or are no size."""
        sides = []
        for name in ("width", "height"):
            text = root.text_of("size", name) or root.text_of("imagesize", LABELME_SIDES[name])
            value = number_in(text) if text else 0.0
            sound = value is not None and value >= 0 and value == int(value) and value < 1 << 31
            if not sound:
                place = f"{self.name}:{root.line}"
                problem = f"{name} {shown(text or '')} is no size: taken from the picture"
                self.builder.report.repair("W-VOC-SIZE", place, problem, text)
            sides.append(int(value or 0) if sound else 0)
        return (sides[0], sides[1]) if all(sides) else (0, 0)

    def _object(self, element: Element, image: int) -> None:
        name = element.text_of("name")
        if not name:
            self._reject(element, "E-VOC-NAME", "object without a name")
            return
        if _flag(element, "deleted"):
            self.layout.deleted += 1
            return
        geometry = self._geometry(element)
        if geometry is None:
            return
        confidence = self._confidence(element)
        if confidence is None:
            return
        self.layout.parts += sum(child.tag == "part" for child in element.children)
        self.builder.add(
            image,
            self.builder.class_ref(name=name),
            confidence=confidence,
            marks=int(Mark.IGNORED) if _flag(element, "difficult") else 0,
            traits=self._traits(element),
            line=element.line,
            **geometry,
        )

    def _geometry(self, element: Element) -> dict[str, Any] | None:
        """Kind and place of an object; None, and rejected, where it has none."""
        polygon = element.child("polygon")
        if polygon is not None:
            points = _vertices(polygon)
            if points is not None and element.text_of("type") == "bounding_box":
                return {"kind": Kind.BOX, "box": (*points.min(axis=0), *points.max(axis=0))}
            if points is not None:
                return {"kind": Kind.POLYGON, "box": NO_BOX, "parts": (points,)}
        turned, box = element.child("robndbox"), element.child("bndbox")
        if box is None and (drawn := element.child("segm")) is not None:
            box = drawn.child("box")
            self.layout.drawn += box is not None
        if turned is not None and box is None:
            values = self._numbers(turned, TURNED)
            if values is None:
                return None
            cx, cy, w, h, angle = values
            corners = cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2
            return {"kind": Kind.ROTATED_BOX, "box": corners, "theta": math.degrees(angle) % 360}
        if box is None:
            self._reject(element, "E-VOC-BOX", "object without a bndbox")
            return None
        values = self._numbers(box, CORNERS)
        return None if values is None else {"kind": Kind.BOX, "box": values}

    def _numbers(self, element: Element, names: tuple[str, ...]) -> list[float] | None:
        texts = {child.tag: child.text for child in element.children}
        numbers: list[float] = []
        for name in names:
            value = number_in(texts.get(name, ""))
            if value is None:
                text = texts.get(name)
                what = f"no {name}" if text is None else f"{name} {shown(text)}: no number"
                self._reject(element, "E-VOC-NUMBER", f"{element.tag} has {what}")
                return None
            numbers.append(value)
        return numbers

    def _confidence(self, element: Element) -> float | None:
        """nan of a ground truth; None, and rejected, where a prediction has none."""
        if not self.predicted:
            return math.nan
        texts = (element.text_of(name) for name in CONFIDENCES)
        value = next((number_in(text) for text in texts if text), None)
        if value is None:
            fix = "add <confidence> to every object"
            self._reject(element, "E-VOC-CONFIDENCE", "object without a confidence", fix)
        return value

    def _traits(self, element: Element) -> dict[str, float] | None:
        traits = {trait: 1.0 for name, trait in FLAGS if _flag(element, name)}
        pose = (element.text_of("pose") or "").lower()
        if pose in POSES:
            traits["pose"] = POSES[pose]
        elif pose not in NO_POSE:
            self.layout.poses += 1
        return traits or None

    def _reject(self, element: Element, code: str, problem: str, fix: str = "") -> None:
        self.builder.report.reject(code, f"{self.name}:{element.line}", problem, fix)


def _flag(element: Element, name: str) -> bool:
    return (element.text_of(name) or "").lower() in YES


def _vertices(polygon: Element) -> NDArray[np.float64] | None:
    """(K, 2) of <x1>, <y1>, <x2>, ..., or of <pt> as LabelMe writes; None below three points."""
    texts = {child.tag: child.text for child in polygon.children}
    corners = [child for child in polygon.children if child.tag == "pt"]
    for k, corner in enumerate(corners, 1):
        texts |= {f"{side}{k}": corner.text_of(side) or "" for side in "xy"}
    points: list[tuple[float, float]] = []
    while f"x{len(points) + 1}" in texts:
        k = len(points) + 1
        x, y = number_in(texts[f"x{k}"]), number_in(texts.get(f"y{k}", ""))
        if x is None or y is None:
            return None
        points.append((x, y))
    return np.array(points) if len(points) >= 3 else None
