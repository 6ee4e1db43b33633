"""Objects of each image as people write them by hand: a class, a confidence, a box of four numbers.

Whether the numbers are corners or a size, in pixels or shares, is for the doctor to tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.sources.dump_files import NAMES, Dump, Found
from boxscore.sources.dumps_yolact import KEYS as OF_YOLACT
from boxscore.sources.raw import Convention

LABELS = (
    "class_name", "category_name", "label_name", "name", "label", "class", "category", "cls",
    "class_id", "category_id", "label_id",
)  # fmt: skip
"""Names before numbers."""
SCORES = ("score", "confidence", "conf", "prob", "probability")
BOXES = ("bbox", "box")


def _fits(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) and _is_object(v) for v in value)


def _is_object(value: dict[str, Any]) -> bool:
    """Rows that name their image are tables."""
    parts = all(any(k in value for k in keys) for keys in (LABELS, SCORES))
    named = value.keys() & {*NAMES} or value.keys() >= OF_YOLACT
    return parts and not named and isinstance(_first(value, BOXES), list)


def _first(value: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((value[name] for name in names if name in value), None)


def _found(value: list[dict[str, Any]]) -> Iterator[Found]:
    for v in value:
        box, score = _first(v, BOXES), _first(v, SCORES)
        yield Found(label=_first(v, LABELS), score=score, box=box)


DUMP = Dump(
    format="objects",
    title="objects with a class, a confidence and a box",
    fits=_fits,
    found=_found,
    convention=Convention(corners=None, scale=None),
)
recognise = DUMP.recognise
read = DUMP.read
