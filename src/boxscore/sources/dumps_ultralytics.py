"""Ultralytics results as `to_json` writes them: {name, class, confidence, box: {x1, ...}}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.sources.dump_files import Dump, Found, polygon_of

EDGES = ("x1", "y1", "x2", "y2")


def _fits(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, dict) and {"confidence", "box"} <= v.keys() and _has_edges(v["box"])
        for v in value
    )


def _has_edges(box: Any) -> bool:
    return isinstance(box, dict) and all(k in box for k in EDGES) and "x4" not in box


def _found(value: list[dict[str, Any]]) -> Iterator[Found]:
    for v in value:
        parts = v.get("segments")
        polygon = polygon_of(parts.get("x"), parts.get("y")) if isinstance(parts, dict) else None
        yield Found(
            label=v["name"] if "name" in v else v.get("class"),
            score=v["confidence"],
            box=[v["box"][k] for k in EDGES],
            polygon=polygon,
            track=str(v["track_id"]) if isinstance(v.get("track_id"), int) else "",
        )


DUMP = Dump(format="ultralytics", title="Ultralytics results", fits=_fits, found=_found)
recognise = DUMP.recognise
read = DUMP.read
