"""Label Studio's JSON and JSON_MIN: places in percent of the picture, turned about their corner.

Of several annotations of a task the first that was not cancelled is read. Predictions are the first
of `predictions`, with the score of each region. Source: Label Studio's "Task format".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np

from boxscore.schema.kinds import Kind
from boxscore.sources.drawn_documents import (
    BadShapeError,
    Picture,
    Shape,
    Tool,
    entries,
    numbers_at,
    points_of,
    side,
    text_at,
)
from boxscore.sources.drawn_shapes import ellipse_outline
from boxscore.sources.formats import Role
from boxscore.sources.json_document import real
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport

KINDS = ("rectanglelabels", "polygonlabels", "keypointlabels", "ellipselabels", "choices")
UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)", re.ASCII)
"""What Label Studio puts before the name of a file that was uploaded."""
SIDES = ("original_width", "original_height")


def _fits(document: Any) -> bool:
    """Tasks with data and annotations or predictions, or flat ones with regions of our kinds."""
    some = document[:100] if isinstance(document, list) else []
    return bool(some) and all(isinstance(one, dict) for one in some) and (
        (all(isinstance(one.get("data"), dict) for one in some)
        and any(_drawings(one, "truth") or _drawings(one, "predictions") for one in some))
        or any(_flat(one) for one in some)
    )  # fmt: skip


def _drawings(task: dict[str, Any], role: Role) -> list[dict[str, Any]]:
    """Annotations of a task that count, or its predictions."""
    if role == "predictions":
        return entries(task, "predictions")
    found = entries(task, "annotations") or entries(task, "completions")
    return [one for one in found if one.get("was_cancelled") is not True]


def _flat(task: dict[str, Any]) -> list[dict[str, Any]]:
    """The regions of a task in JSON_MIN."""
    return [
        region
        for name in task
        if isinstance(task[name], list)
        for region in entries(task, name)
        if any(kind in region for kind in KINDS)
    ]


def _pictures(document: Any, _file: Path, role: Role, report: ImportReport) -> Iterator[Picture]:
    several = 0
    for task in document:
        flat = _flat(task)
        drawings = _drawings(task, role) if isinstance(task.get("data"), dict) else []
        several += len(drawings) > 1
        results = entries(drawings[0], "result") if drawings else flat
        whole = real(drawings[0].get("score")) if drawings else None
        width, height = next((s for one in results if all(s := _size(one))), (0, 0))
        name = _name(task if flat else task.get("data"))
        if not name:
            report.reject("E-LABELSTUDIO-IMAGE", f"task {task.get('id')}", "names no picture")
            continue
        kept = [one for one in results if one.get("type") != "relation"]
        shapes = [partial(_shape, one, (width, height), whole) for one in kept]
        yield Picture(name=name, width=width, height=height, shapes=[*shapes])
    if several:
        problem = "tasks with several annotations: the first is read"
        report.note("N-LABELSTUDIO-SEVERAL", problem, several)


def _name(data: Any) -> str:
    """The picture's name, without the address and the prefix of an upload."""
    name = text_at(data, "image", "img", "image_url", "url", "ocr")
    if not name and isinstance(data, dict):
        texts = [v for k, v in data.items() if isinstance(v, str) and k not in ("id", "annotator")]
        name = next((text for text in texts if "/" in text), "")
    local = name.partition("/local-files/?d=")[2]
    if local:
        return unquote(local)
    last = unquote(name.partition("?")[0].rpartition("/")[2])
    return UPLOADED.sub("", last, count=1) if "/upload/" in name else last


def _size(region: dict[str, Any]) -> tuple[int, int]:
    width, height = (side(region.get(name)) for name in SIDES)
    return width, height


def _shape(given: dict[str, Any], size: tuple[int, int], whole: float | None) -> Shape:
    value = given["value"] if isinstance(given.get("value"), dict) else given
    kind = next((kind for kind in KINDS if kind in value), "")
    labels = value.get(kind)
    if not kind or not isinstance(labels, list) or not labels or not isinstance(labels[0], str):
        raise BadShapeError("is of no kind that is read, or has no class")
    score = real(given.get("score"))
    confidence = score if score is not None else whole
    shared: dict[str, Any] = {
        "label": labels[0],
        "confidence": np.nan if confidence is None else confidence,
    }
    if kind == "choices":
        question = text_at(given, "from_name") or "class"
        return Shape(kind=Kind.CLASSIFICATION, question=question, **shared)
    own = _size(given)
    scale = np.array(own if all(own) else size) / 100
    if not scale.all():
        raise BadShapeError("original_width and original_height are missing")
    return _placed(kind, value, scale, shared)


def _placed(kind: str, value: dict[str, Any], scale: Any, shared: dict[str, Any]) -> Shape:
    """A shape in pixels."""
    turn = real(value.get("rotation")) or 0.0
    if kind == "polygonlabels":
        points = points_of(value.get("points"), 3) * scale
        return Shape(kind=Kind.POLYGON, parts=(points,), **shared)
    x, y = np.array(numbers_at(value, "x", "y")) * scale
    if kind == "keypointlabels":
        return Shape(kind=Kind.KEYPOINTS, parts=(np.array([[x, y]]),), **shared)
    if kind == "ellipselabels":
        rx, ry = np.array(numbers_at(value, "radiusX", "radiusY")) * scale
        if min(rx, ry) <= 0:
            raise BadShapeError("ellipse of radius 0")
        outline = ellipse_outline(x, y, rx, ry, turn)
        return Shape(kind=Kind.POLYGON, parts=(outline,), **shared)
    w, h = np.array(numbers_at(value, "width", "height")) * scale
    if not turn % 360:
        return Shape(kind=Kind.BOX, box=(x, y, w, h), **shared)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    left, top = x + (w * cos - h * sin - w) / 2, y + (w * sin + h * cos - h) / 2
    facts = {"theta": turn % 360}
    return Shape(kind=Kind.ROTATED_BOX, box=(left, top, w, h), facts=facts, **shared)


TOOL = Tool(
    name="labelstudio",
    words=(b'labels"',),
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="pixels"),
    why="tasks of Label Studio",
    fix="export JSON or JSON-MIN from Label Studio",
    roles=("truth", "predictions"),
)
recognise, read = TOOL.recognise, TOOL.read
