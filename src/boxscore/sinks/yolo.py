"""YOLO: a text file for each image, shares of its width and height, and data.yaml.

Boxes stay boxes, masks and polygons become polygons; several parts of one are joined into a single
outline, as Ultralytics does. The numbers are written in full, so that they come back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content, Image, One

Points = NDArray[np.float64]


def write(content: Content, folder: Path) -> None:
    """`labels/SPLIT/NAME.txt` with pictures under `images/`, or `labels/NAME.txt` of a run.

    A run of poses needs data.yaml as a ground truth does: without it, nothing tells a box with its
    keypoints from a polygon.
    """
    splits: dict[str, None] = {}
    keypoints = _most_keypoints(content)
    for image in content.images():
        split = "" if content.predicted else image.split or "train"
        splits.setdefault(split)
        path = folder / "labels" / split / f"{image.stem}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line for one in image.annotations for line in _line(one, image, keypoints)]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if image.picture is not None and not content.predicted:
            copy = folder / "images" / split / image.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            content.copy(image, copy)
    if keypoints or not content.predicted:
        (folder / "data.yaml").write_text(_yaml(content, list(splits), keypoints), encoding="utf-8")


def _most_keypoints(content: Content) -> int:
    """Keypoints of every line of a pose data set; 0 where no object is nothing but a pose.

    YOLO wants as many on each line: objects with fewer, or none, get points that are not there.
    """
    poses = (
        len(one.keypoints)
        for image in content.images()
        for one in image.annotations
        if one.keypoints is not None and one.kind is Kind.KEYPOINTS
    )
    return max(poses, default=0)


def _yaml(content: Content, splits: Sequence[str], keypoints: int) -> str:
    lines = ["path: ."]
    if not content.predicted:
        lines += [f"{split}: images/{split}" for split in splits]
    if keypoints:
        lines.append(f"kpt_shape: [{keypoints}, {2 if content.predicted else 3}]")
        lines += _keypoint_names(content, keypoints)
    lines.append("names:")
    for row in content.object_classes:
        lines.append(f"  {row.class_id}: {json.dumps(row.name, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _keypoint_names(content: Content, keypoints: int) -> list[str]:
    """Of the classes that name as many as every line has."""
    objects = content.ontology.objects
    named = [
        (k, o.skeleton.names) for k, o in enumerate(objects) if len(o.skeleton.names) == keypoints
    ]
    lists = [f"  {k}: {json.dumps(list(names), ensure_ascii=False)}" for k, names in named]
    return ["kpt_names:", *lists] if lists else []


def _line(one: One, image: Image, keypoints: int) -> Iterator[str]:
    """The line of one annotation; none of what YOLO cannot say."""
    size = np.array([image.width, image.height], np.float64)
    if one.kind is Kind.CLASSIFICATION or not size.all():
        return
    x, y, w, h = one.box
    box = [(x + w / 2) / size[0], (y + h / 2) / size[1], w / size[0], h / size[1]]
    numbers: list[float]
    outline = _outline(one, image)
    if keypoints:
        shares = np.zeros((keypoints, 3))
        if one.keypoints is not None:
            given = one.keypoints[:keypoints]
            shares[: len(given)] = np.column_stack([given[:, :2] / size, given[:, 2]])
        numbers = [
            *box,
            *(shares[:, :2] if one.confidence is not None else shares).ravel().tolist(),
        ]
    elif outline is not None:
        numbers = (outline / size).ravel().tolist()
    else:
        numbers = [float(v) for v in box]
    if one.confidence is not None:
        numbers.append(one.confidence)
    yield f"{one.class_id} {' '.join(map(repr, map(float, numbers)))}"


def _outline(one: One, image: Image) -> Points | None:
    """The polygon of a mask, a polygon or a rotated box."""
    if one.kind is Kind.ROTATED_BOX:
        return rotated_corners(one.box, one.theta)
    if one.kind not in (Kind.POLYGON, Kind.BITMASK):
        return None
    parts = one.parts
    if not parts and one.mask is not None:
        rings = _core.to_polygons(one.mask, image.height, image.width)
        parts = [np.array(ring, np.float64).reshape(-1, 2) for ring in rings]
    return joined(parts) if parts else None


def rotated_corners(box: Sequence[float], theta: float) -> Points:
    """(4, 2) corners of a box turned by theta degrees, clockwise as seen, about its centre."""
    x, y, w, h = box
    turn = np.deg2rad(theta)
    c, s = np.cos(turn), np.sin(turn)
    corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2
    turned: Points = corners @ np.array([[c, s], [-s, c]]) + [x + w / 2, y + h / 2]
    return turned


def joined(parts: Sequence[Points]) -> Points:
    """One outline through all parts: each next one is entered and left at its nearest corner."""
    whole = parts[0]
    for part in parts[1:]:
        gap = ((whole[:, None] - part[None]) ** 2).sum(axis=2)
        a, b = np.unravel_index(int(gap.argmin()), gap.shape)
        around = np.concatenate([part[b:], part[: b + 1]])
        whole = np.concatenate([whole[: a + 1], around, whole[a:]])
    return whole
