"""Ground truth and runs as data sets of the package supervision, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.project.exports.exporting import everything
from boxscore.project.imports.from_rows import Document, Row, project_of_rows
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content, Image, One
from boxscore.sinks.yolo import rotated_corners

CORNERS = "xyxyxyxy"
"""Where supervision keeps the corners of turned boxes."""


def to_supervision(state: Loaded, what: str) -> Any:
    """A `supervision.DetectionDataset`: classes, paths of pictures, `Detections` of each.

    Boxes are corners in pixels. Masks are given where every object of an image has one, tracks
    where all are whole numbers; `data` holds iscrowd and area, and the corners of turned boxes.
    Answers about whole images and keypoints have no place there.

    Raises:
        RequestError: supervision is not installed, or images are frames of videos.
    """
    try:
        import supervision as sv
    except ImportError:
        raise RequestError(
            "supervision is not installed", fix="pip install supervision", code="E-EXTRA"
        ) from None
    content = everything(state, what)
    if content.filmed:
        raise RequestError(
            "frames of videos are no files, which supervision needs",
            fix="export yolo, which writes them, and give that to DetectionDataset.from_yolo",
            code="E-EXPORT-FORMAT",
        )
    found = {
        str(image.picture or image.title): _detections(sv, content, image)
        for image in content.images()
    }
    names = [row.name for row in content.object_classes]
    return sv.DetectionDataset(classes=names, images=list(found), annotations=found)


def _detections(sv: Any, content: Content, image: Image) -> Any:
    objects = [one for one in image.annotations if one.kind is not Kind.CLASSIFICATION]
    box = np.array([one.box for one in objects], np.float64).reshape(-1, 4)
    box[:, 2:] += box[:, :2]
    masks = [
        _core.mask_decode(one.mask, image.height, image.width).astype(np.bool_)
        for one in objects
        if one.mask is not None
    ]
    data: dict[str, Any] = {
        "iscrowd": np.array([int(one.crowd) for one in objects], np.int64),
        "area": np.array([one.area for one in objects], np.float64),
    }
    if any(one.theta for one in objects):
        data[CORNERS] = np.stack([rotated_corners(one.box, one.theta) for one in objects])
    return sv.Detections(
        xyxy=box,
        mask=np.stack(masks) if masks and len(masks) == len(objects) else None,
        class_id=np.array([one.class_id for one in objects], np.int64),
        confidence=np.array([one.confidence for one in objects]) if content.predicted else None,
        tracker_id=_tracks(objects),
        data=data if objects else {},
    )


def _tracks(objects: Sequence[One]) -> NDArray[np.int64] | None:
    texts = [one.track for one in objects]
    whole = bool(texts) and all(t.isascii() and t.isdecimal() and len(t) < 18 for t in texts)
    return np.array(list(map(int, texts)), np.int64) if whole else None


def from_supervision(dataset: Any, *, target: Path, name: str) -> Document:
    """A project of a `supervision.DetectionDataset`'s images and annotations.

    Raises:
        RequestError: It is none, or has no image.
    """
    if not all(hasattr(dataset, part) for part in ("classes", "image_paths", "annotations")):
        problem = f"a {type(dataset).__name__} is no DetectionDataset"
        raise RequestError(problem, fix="give supervision.DetectionDataset", code="E-ADD-KIND")
    paths = [str(path) for path in dataset.image_paths]
    return project_of_rows(_rows(dataset), paths, target=target, name=name)


def _rows(dataset: Any) -> Iterator[Row]:
    classes = list(dataset.classes)
    for path in dataset.image_paths:
        found = dataset.annotations[path]
        if not len(found):
            yield {"image": str(path)}
        for k in range(len(found)):
            yield {"image": str(path), "class": classes[int(found.class_id[k])], **_place(found, k)}


def _place(found: Any, k: int) -> Row:
    x1, y1, x2, y2 = (float(v) for v in found.xyxy[k])
    row: dict[str, Any] = {"x": x1, "y": y1, "width": x2 - x1, "height": y2 - y1}
    if CORNERS in found.data:
        row |= turned_box(np.asarray(found.data[CORNERS][k], np.float64).reshape(4, 2))
    if found.mask is not None:
        bitmap = np.ascontiguousarray(found.mask[k], np.uint8)
        row["rle"] = _core.mask_from_bitmap(bitmap).decode("ascii")
    if found.tracker_id is not None:
        row["track"] = str(int(found.tracker_id[k]))
    if "iscrowd" in found.data and int(found.data["iscrowd"][k]):
        row["crowd"] = True
    if "area" in found.data:
        row["area"] = float(found.data["area"][k])
    return row


def turned_box(corners: NDArray[np.float64]) -> dict[str, float]:
    """The box of (4, 2) corners, clockwise from its top left one, and how far it is turned."""
    x, y = corners.mean(axis=0)
    along, down = corners[1] - corners[0], corners[2] - corners[1]
    width, height = float(np.hypot(*along)), float(np.hypot(*down))
    theta = float(np.degrees(np.arctan2(along[1], along[0]))) % 360
    place = {"x": x - width / 2, "y": y - height / 2, "width": width, "height": height}
    return {**{key: float(value) for key, value in place.items()}, "theta": theta}
