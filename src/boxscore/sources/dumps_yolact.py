"""YOLACT's viewer: images of dets of {score, bbox, category, mask}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.sources.dump_files import Dump, Found
from boxscore.sources.raw import Convention

KEYS = {"score", "bbox", "category"}


def _fits(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) and v.keys() >= KEYS for v in value)


def _found(value: list[dict[str, Any]]) -> Iterator[Found]:
    for v in value:
        yield Found(label=v["category"], score=v["score"], box=v["bbox"], mask=v.get("mask"))


DUMP = Dump(
    format="yolact",
    title="YOLACT detections",
    fits=_fits,
    found=_found,
    convention=Convention(corners="xywh", scale="pixels"),
)
recognise = DUMP.recognise
read = DUMP.read
