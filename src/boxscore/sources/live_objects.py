"""What a prediction loop holds for one image -> plain columns, by the looks of the object.

Nothing is imported to recognise it: results of Ultralytics, supervision and torchvision are known
by their attributes and keys, tensors by `detach`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from boxscore.errors import RequestError, shown

FRAMEWORKS = "xyxy"
"""How boxes are written by detectors and their frameworks."""
KEYS = {
    "boxes": "boxes", "box": "boxes", "bbox": "boxes", "labels": "labels", "label": "labels",
    "class": "labels", "classes": "labels", "class_id": "labels", "category_id": "labels",
    "category": "labels", "scores": "scores", "score": "scores", "confidence": "scores",
    "masks": "masks", "mask": "masks", "segmentation": "masks", "keypoints": "keypoints",
    "theta": "theta", "track": "tracks", "tracks": "tracks", "track_id": "tracks",
}  # fmt: skip
SIZED = {"bbox": "xywh", "box": "xywh"}
"""Keys under which COCO and this package write left, top, width, height."""
BESIDES = ("image", "image_id", "file_name", "id", "area", "iscrowd")
"""Keys of such mappings that say nothing about an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """N objects, or answers, on one image; None where there is no such column.

    Attributes:
        labels: (N,) numbers or texts.
        scores: (N,) confidences.
        boxes: (N, 4), written as `corners` says, in pixels.
        masks: N bitmaps (height, width), run-length codes, or polygons: lists of (K, 2) parts.
        keypoints: (N, K, 2 or 3).
        theta: (N,) degrees.
        tracks: (N,) ids.
        names: Number -> name, where the model's own numbers have names.
    """

    labels: Any = ()
    scores: Any = None
    boxes: Any = None
    masks: Any = None
    keypoints: Any = None
    theta: Any = None
    tracks: Any = None
    corners: str = FRAMEWORKS
    names: Mapping[int, str] = field(default_factory=dict)

    def checked(self) -> Found:
        """The same, refused where columns differ in length.

        Raises:
            RequestError: They do, labels are missing, or something is no column.
        """
        count = _length("labels", self.labels)
        for one in fields(self):
            column = getattr(self, one.name)
            if one.name in ("corners", "names") or column is None:
                continue
            if (length := _length(one.name, column)) != count:
                problem = f"{one.name}: {length} for {count} labels"
                raise RequestError(problem, fix="give one of each per object", code="E-ADD-LENGTH")
        return self


def _length(name: str, column: Any) -> int:
    try:
        if not isinstance(column, str | bytes | Mapping):
            return len(column)
    except TypeError:
        pass
    problem = f"{name} is {shown(column)}, no list and no array"
    raise RequestError(problem, fix="give one of each per object", code="E-ADD-SHAPE")


def plain(values: Any) -> Any:
    """A tensor, wherever it lies, as an array; sequences of them too."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        return values.float().numpy() if "bfloat16" in str(values.dtype) else values.numpy()
    if isinstance(values, list | tuple):
        return [plain(value) for value in values]
    return values


def found_in(given: Any) -> Found:
    """The columns of one image's result.

    Raises:
        RequestError: Nothing here knows what it is.
    """
    if isinstance(given, Mapping):
        return _of_mapping(given)
    if hasattr(given, "names") and hasattr(given, "boxes") and hasattr(given, "orig_shape"):
        return _of_ultralytics(given)
    if hasattr(given, "xyxy") and hasattr(given, "class_id") and hasattr(given, "confidence"):
        return _of_supervision(given)
    if isinstance(given, list | tuple) and all(isinstance(one, Mapping) for one in given):
        return _of_list(given)
    problem = f"a {type(given).__name__} is no result that is known"
    fix = "give boxes=, labels= and scores=, or a mapping with these keys"
    raise RequestError(problem, fix=fix, code="E-ADD-KIND")


def _of_mapping(given: Mapping[Any, Any]) -> Found:
    """torchvision's and Transformers' dictionaries of arrays; one COCO result."""
    columns: dict[str, Any] = {}
    corners = FRAMEWORKS
    for key, value in given.items():
        if key in BESIDES:
            continue
        if key not in KEYS:
            problem = f"key {shown(str(key))} says nothing of an object"
            raise RequestError(problem, fix=f"use {', '.join(KEYS)}", code="E-ADD-KEY")
        columns[KEYS[key]] = plain(value)
        corners = SIZED.get(key, corners)
    labels = columns.get("labels", ())
    if isinstance(labels, str) or getattr(labels, "ndim", int(hasattr(labels, "__len__"))) == 0:
        columns = {name: [value] for name, value in columns.items()}
    return Found(**columns, corners=corners)


def _of_list(given: Sequence[Mapping[Any, Any]]) -> Found:
    """A mapping for each object, all with the same keys."""
    every = [_of_mapping(one).checked() for one in given]
    joined: dict[str, Any] = {}
    for one in fields(Found):
        columns = [getattr(found, one.name) for found in every]
        if one.name in ("corners", "names") or all(column is None for column in columns):
            continue
        if any(column is None for column in columns):
            problem = f"some objects have {one.name}, others have none"
            raise RequestError(problem, fix="add them in two calls", code="E-ADD-LENGTH")
        joined[one.name] = [value for column in columns for value in column]
    corners = {found.corners for found in every} or {FRAMEWORKS}
    if len(corners) > 1:
        problem = "some boxes are written as corners, others with sizes"
        raise RequestError(problem, fix="write all alike", code="E-ADD-LENGTH")
    return Found(**joined, corners=corners.pop())


def _of_ultralytics(given: Any) -> Found:
    names = dict(given.names) if isinstance(given.names, Mapping) else dict(enumerate(given.names))
    probabilities = getattr(given, "probs", None)
    if probabilities is not None:
        scores = np.asarray(plain(probabilities.data), np.float64).ravel()
        return Found(labels=np.arange(scores.size), scores=scores, names=names)
    turned = getattr(given, "obb", None)
    boxes = turned if turned is not None else given.boxes
    if boxes is None:
        return Found(names=names)
    columns: dict[str, Any] = {"labels": plain(boxes.cls), "scores": plain(boxes.conf)}
    if getattr(boxes, "id", None) is not None:
        columns["tracks"] = plain(boxes.id)
    if turned is not None:
        wide = np.asarray(plain(turned.xywhr), np.float64).reshape(-1, 5)
        columns |= {"boxes": wide[:, :4], "theta": np.degrees(wide[:, 4]), "corners": "cxcywh"}
    else:
        columns["boxes"] = plain(boxes.xyxy)
    masks, points = getattr(given, "masks", None), getattr(given, "keypoints", None)
    if masks is not None:
        # Bitmaps are of the network's input; the outlines are of the image.
        columns["masks"] = [[outline] for outline in plain(list(masks.xy))]
    elif points is not None and turned is None:
        columns["keypoints"] = plain(points.data)
    return Found(**columns, names=names)


def _of_supervision(given: Any) -> Found:
    named = (getattr(given, "data", None) or {}).get("class_name")
    labels = given.class_id if named is None else named
    if labels is None:
        problem = "the detections have no class_id"
        raise RequestError(problem, fix="set it", code="E-ADD-KIND")
    return Found(
        labels=list(labels),
        scores=given.confidence,
        boxes=given.xyxy,
        masks=getattr(given, "mask", None),
        tracks=getattr(given, "tracker_id", None),
    )
