"""Cityscapes' polygons: `CITY_000000_000019_gtFine_polygons.json` for each picture.

Groups of objects, and labels that its benchmarks do not count, are crowd regions. Polygons overlap
where one object stands before another; the masks beside them, where there are some, do not.
Source: Cordts et al. 2016, "The Cityscapes Dataset", annotation.py and labels.py of its scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from boxscore.schema.kinds import Kind
from boxscore.sources.drawn_documents import (
    Picture,
    Shape,
    Tool,
    entries,
    label_of,
    points_of,
    side,
)
from boxscore.sources.formats import NO, Guess, Role
from boxscore.sources.mask_sets import CITYSCAPES, CITYSCAPES_THINGS
from boxscore.sources.raw import Convention
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import first_files
from boxscore.sources.yolo_lists import SPLITS

ENDING = re.compile(r"_gt(?:Fine|Coarse)_polygons$", re.I)
PICTURE = "_leftImg8bit.png"
MASKS = ("instanceids.png", "labelids.png")
COUNTED = frozenset(CITYSCAPES.values())
GROUPS = {f"{CITYSCAPES[number]}group": CITYSCAPES[number] for number in CITYSCAPES_THINGS}


def _fits(document: Any) -> bool:
    sized = isinstance(document, dict) and {"imgHeight", "imgWidth", "objects"} <= document.keys()
    return sized and all("polygon" in one for one in entries(document, "objects")[:20])


def _pictures(document: Any, file: Path, _role: Role, _report: ImportReport) -> Iterator[Picture]:
    folders = (file.parent.name.lower(), file.parent.parent.name.lower())
    yield Picture(
        name=ENDING.sub("", file.stem) + PICTURE,
        width=side(document.get("imgWidth")),
        height=side(document.get("imgHeight")),
        shapes=[partial(_shape, one) for one in entries(document, "objects")],
        facts={"split": next((s for s in SPLITS for f in folders if f.startswith(s)), "")},
    )


def _shape(given: dict[str, Any]) -> Shape:
    label = label_of(given, "label")
    name = GROUPS.get(label, label)
    return Shape(
        label=name,
        kind=Kind.POLYGON,
        parts=(points_of(given.get("polygon"), 3),),
        facts={"crowd": label in GROUPS or name not in COUNTED},
    )


TOOL = Tool(
    name="cityscapes",
    words=(b'"imgHeight"', b'"imgWidth"', b'"polygon"'),
    fits=_fits,
    pictures=_pictures,
    convention=Convention(corners="xywh", scale="pixels"),
    why="polygons of Cityscapes",
    fix='a file is {"imgHeight", "imgWidth", "objects": [{"label", "polygon"}]}',
)
read = TOOL.read


def recognise(path: Path, role: Role) -> Guess:
    """By what its documents have; masks beside them say more, and are read by their own format."""
    guess = TOOL.recognise(path, role)
    if guess.share and path.is_dir() and first_files(path, MASKS, 1):
        return Guess(share=0.5, why=guess.why)
    return guess if guess.share else NO
