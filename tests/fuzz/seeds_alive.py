"""Good inputs that are no annotation files: videos, and calls of a prediction loop."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import boxscore as bs
from boxscore.kernels import _core
from tests.fuzz.seeds import BOXES, SIZES, Record, bitmap, one_file, text
from tests.fuzz.trees import Case
from tests.sources.videos import write_video


def videos(_: bs.Project) -> list[Case]:
    """Small videos of several containers."""
    cases = []
    with tempfile.TemporaryDirectory() as name:
        for suffix, codec in (("mp4", "libx264"), ("avi", "mjpeg"), ("webm", "libvpx")):
            path = write_video(Path(name) / f"v.{suffix}", 6, codec=codec, size=(64, 48))
            cases.append(one_file(path.name, path.read_bytes(), role="video", form="auto"))
    return cases


def calls(project: bs.Project) -> list[Case]:
    """`add` with columns, arrays, masks, keypoints, COCO records, dictionaries, answers."""
    hashes = project.items["data_hash"].tolist()
    found: list[list[Record]] = [[], [], [], []]
    for name, boxes in BOXES.items():
        width, height = SIZES[name]
        corners = [[x, y, x + w, y + h] for _, x, y, w, h in boxes]
        labels, scores = [c for c, *_ in boxes], [0.5] * len(boxes)
        counts = _core.mask_from_bitmap(bitmap((width, height))).decode()
        runs = {"size": [height, width], "counts": counts}
        columns: Record = {"image": name, "labels": labels, "scores": scores}
        found[0].append(columns | {"boxes": corners})
        found[1].append(
            columns | {"boxes": _array(corners, "float32"), "labels": _array(labels, "int64"),
                       "scores": _array(scores, "float16"), "box_format": "xyxy"}
        )  # fmt: skip
        found[2].append(columns | {"masks": [runs] * len(boxes), "tracks": labels})
        found[2].append(columns | {"keypoints": [[[1, 2, 2], [3, 4, 1]]] * len(boxes)})
        found[2].append(columns | {"masks": [[[1, 1, 9, 1, 9, 9]]] * len(boxes)})
        found[2].append(
            columns | {"masks": _array([bitmap((width, height)).tolist()] * len(boxes), "bool")}
        )
        found[3].append(
            {"image": name, "found": {"boxes": corners, "labels": labels, "scores": scores}}
        )
    records = [{"bbox": [1, 1, 5, 5], "score": 0.5, "category_id": 1}]
    found[3] += [{"image": h, "found": records} for h in hashes]
    found[3].append({"image": "a.png", "frame": 0, "found": records[0]})
    return [one_file("calls.json", text(one), role="live", form="auto") for one in found]


def _array(values: Any, dtype: str) -> Record:
    return {"array": np.asarray(values).tolist(), "dtype": dtype}
