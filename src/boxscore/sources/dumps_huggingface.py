"""Hugging Face object-detection pipelines: a list of {score, label, box: {xmin, ...}}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.sources.dump_files import Dump, Found

EDGES = ("xmin", "ymin", "xmax", "ymax")


def _fits(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, dict) and {"score", "label"} <= v.keys() and _has_edges(v.get("box"))
        for v in value
    )


def _has_edges(box: Any) -> bool:
    return isinstance(box, dict) and all(k in box for k in EDGES)


def _found(value: list[dict[str, Any]]) -> Iterator[Found]:
    for v in value:
        box = [v["box"][k] for k in EDGES]
        yield Found(label=v["label"], score=v["score"], box=box)


DUMP = Dump(format="huggingface", title="Hugging Face pipeline output", fits=_fits, found=_found)
recognise = DUMP.recognise
read = DUMP.read
