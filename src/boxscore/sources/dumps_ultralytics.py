"""Ultralytics results as `to_json` writes them: {name, class, confidence, box: {x1, ...}}.

The four corners of a rotated box are read as the polygon that they are, as in YOLO's label files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.sources.dump_files import Dump, Found, points_of
from boxscore.sources.raw import Array

EDGES = ("x1", "y1", "x2", "y2")
ANSWER = {"name", "class", "confidence"}
"""What a class of a whole image has, of models for classification."""
CORNERS = ("1", "2", "3", "4")


def _fits(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, dict) and (v.keys() == ANSWER or _is_object(v)) for v in value
    )


def _is_object(value: dict[str, Any]) -> bool:
    return {"confidence", "box"} <= value.keys() and _has_edges(value["box"])


def _has_edges(box: Any) -> bool:
    return isinstance(box, dict) and all(k in box for k in EDGES)


def _found(value: list[dict[str, Any]]) -> Iterator[Found]:
    for v in value:
        if "box" not in v:
            yield Found(label=v["name"], score=v["confidence"], answer=True)
            continue
        box, rotated = v["box"], "x4" in v["box"]
        yield Found(
            label=v["name"] if "name" in v else v.get("class"),
            score=v["confidence"],
            box=None if rotated else [box[k] for k in EDGES],
            polygon=_corners(box) if rotated else _points(v.get("segments"), 3),
            keypoints=None if rotated else _points(v.get("keypoints"), 1),
            track=str(v["track_id"]) if isinstance(v.get("track_id"), int) else "",
        )


def _points(given: Any, fewest: int) -> Array | None:
    return points_of(given.get("x"), given.get("y"), fewest) if isinstance(given, dict) else None


def _corners(box: dict[str, Any]) -> Array | None:
    x, y = ([box.get(axis + k) for k in CORNERS] for axis in "xy")
    return points_of(x, y)


DUMP = Dump(format="ultralytics", title="Ultralytics results", fits=_fits, found=_found)
recognise = DUMP.recognise
read = DUMP.read
