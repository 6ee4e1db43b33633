"""Darknet's `-out result.json`: {filename, objects: [{name, relative_coordinates, confidence}]}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.sources.dump_files import Dump, Found
from boxscore.sources.raw import Convention

PLACE = "relative_coordinates"
SIDES = ("center_x", "center_y", "width", "height")


def _fits(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, dict) and {"name", "confidence"} <= v.keys() and _has_sides(v.get(PLACE))
        for v in value
    )


def _has_sides(place: Any) -> bool:
    return isinstance(place, dict) and all(side in place for side in SIDES)


def _found(value: list[dict[str, Any]]) -> Iterator[Found]:
    for v in value:
        box = [v[PLACE][side] for side in SIDES]
        yield Found(label=v["name"], score=v["confidence"], box=box)


DUMP = Dump(
    format="darknet",
    title="Darknet's results",
    fits=_fits,
    found=_found,
    convention=Convention(corners="cxcywh", scale="relative"),
)
recognise = DUMP.recognise
read = DUMP.read
