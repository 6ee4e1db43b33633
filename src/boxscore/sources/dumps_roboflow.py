"""Roboflow's inference: predictions of {x, y, width, height, confidence, class} about a centre.

Outlines are `points`, of keypoints models `keypoints`. Source: Roboflow's documentation,
"Inference: Response Object Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.sources.dump_files import Dump, Found, points_of
from boxscore.sources.raw import Array, Convention

SIDES = ("x", "y", "width", "height")
KEYS = {*SIDES, "confidence", "class"}


def _fits(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) and v.keys() >= KEYS for v in value)


def _found(value: list[dict[str, Any]]) -> Iterator[Found]:
    for v in value:
        points = _points(v.get("keypoints"), 1)
        yield Found(
            label=v["class"],
            score=v["confidence"],
            box=[v[side] for side in SIDES],
            polygon=_points(v.get("points"), 3) if points is None else None,
            keypoints=points,
        )


def _points(given: Any, fewest: int) -> Array | None:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        return None
    return points_of([one.get("x") for one in given], [one.get("y") for one in given], fewest)


DUMP = Dump(
    format="roboflow",
    title="Roboflow's predictions",
    fits=_fits,
    found=_found,
    convention=Convention(corners="cxcywh", scale="pixels"),
)
recognise = DUMP.recognise
read = DUMP.read
