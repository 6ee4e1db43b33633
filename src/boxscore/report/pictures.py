"""Crops of the objects a report shows, small enough to stand in the file itself."""

from __future__ import annotations

import base64
from typing import Any

from boxscore.errors import BoxscoreError
from boxscore.project import Project
from boxscore.project.pictures.decoding import cut_out, pixels_of
from boxscore.sources.video import VideoReader

Document = dict[str, Any]
SIZE, MARGIN = 168, 0.4
"""Pixels of the longer side; share of the box shown around it."""


def crops_of(project: Project, objects: list[Document]) -> dict[str, tuple[str, str]]:
    """Object id -> (JPEG as a data URL, its boxes as SVG); those without pixels are left out.

    Each picture is decoded once.
    """
    by_item: dict[tuple[str, int], list[Document]] = {}
    for one in objects:
        item = one["item"]
        by_item.setdefault((item["data_hash"], item["frame"]), []).append(one)
    found: dict[str, tuple[str, str]] = {}
    with VideoReader() as videos:
        for (data_hash, frame), some in by_item.items():
            try:
                path = project.image_path(data_hash, frame)
                picture = None if path is None else pixels_of(path, frame, videos)
            except BoxscoreError:
                continue
            if picture is None:
                continue
            declared = project.item_size(data_hash, frame)
            for one in some:
                crop = _around(one, declared)
                jpeg = cut_out(picture, declared, crop, SIZE)
                url = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
                found[one["id"]] = url, _boxes(one, crop)
    return found


def _around(one: Document, declared: tuple[int, int]) -> tuple[float, float, float, float]:
    """A square part of the image around an object and its partner, as far as the image goes."""
    boxes = [one["box"]] + ([one["partner"]["box"]] if one["partner"] else [])
    left, top = (min(box[k] for box in boxes) for k in (0, 1))
    right, bottom = (max(box[k] + box[k + 2] for box in boxes) for k in (0, 1))
    side = max(right - left, bottom - top, 16) * (1 + 2 * MARGIN)
    width, height = min(side, declared[0]), min(side, declared[1])
    x = min(max((left + right - width) / 2, 0), declared[0] - width)
    y = min(max((top + bottom - height) / 2, 0), declared[1] - height)
    return x, y, max(width, 1), max(height, 1)


def _boxes(one: Document, crop: tuple[float, float, float, float]) -> str:
    """The object solid or dashed, as in the app: labels solid, predictions dashed."""
    x, y, width, height = crop
    partner = one["partner"]
    shapes = [(partner["box"], "truth" if one["outcome"] != "fn" else "found")] if partner else []
    shapes.append((one["box"], one["outcome"]))
    rects = "".join(
        f'<rect class="{style}" x="{b[0] - x:.1f}" y="{b[1] - y:.1f}" width="{b[2]:.1f}" '
        f'height="{b[3]:.1f}"/>'
        for b, style in shapes
    )
    return f'<svg viewBox="0 0 {width:.1f} {height:.1f}" preserveAspectRatio="none">{rects}</svg>'
