"""KITTI object labels: 15 columns a line, 16 with the confidence; what 2-D boxes lack is -1."""

from __future__ import annotations

import math
from pathlib import Path

from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content, One

UNKNOWN_3D = "-1 -1 -1 -1000 -1000 -1000 -10"
"""Height, width, length, place and rotation in space."""


def write(content: Content, folder: Path) -> None:
    """`label_2/NAME.txt`, or `NAME.txt` of a run."""
    for image in content.images():
        path = folder / ("" if content.predicted else "label_2") / f"{image.stem}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            _line(content.classes[one.class_id].name, one)
            for one in image.annotations
            if one.kind is not Kind.CLASSIFICATION
        ]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _line(name: str, one: One) -> str:
    x, y, w, h = one.box
    truncation, occlusion = (one.traits.get(k, math.nan) for k in ("truncation", "occlusion"))
    known = not math.isnan(truncation)
    words = [
        "_".join(name.split()) or "_",
        repr(truncation) if known else "-1" if one.confidence is not None else "0",
        str(int(occlusion)) if not math.isnan(occlusion) else "-1" if one.confidence else "0",
        "-10",
        *(repr(v) for v in (x, y, x + w, y + h)),
        UNKNOWN_3D,
    ]
    if one.confidence is not None:
        words.append(repr(one.confidence))
    return " ".join(words)
