"""Image ids of a results file -> items: by the source's ids, else by file names or their stems."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import Table
from boxscore.sources.coco_records import Records
from boxscore.sources.id_lookup import NameLookup

CLEAR = 0.95
"""Share of a file's distinct image ids that another reading must find to be believed."""

BY_ID = "by source id"


def match_images(records: Records, items: Table) -> tuple[NDArray[np.int32], str]:
    """Items of the records, and how they were found.

    The source's ids are taken unless they find fewer than 95 % and another reading finds more:
    file names, file names without suffix, and the numbers that such stems write (000139 = 139).

    Returns:
        (N,) rows of `items`, -1 where unknown; "by source id", "by file name", "by file stem" or
        "by number in the file stem".
    """
    best, how = _find(records, NameLookup(items["source_id"].tolist())), BY_ID
    if not records.count or _share(records, best) >= CLEAR:
        return best, how
    for other, names in _readings(items["title"].tolist()):
        if len(set(names)) < len(names):
            continue
        found = _find(records, NameLookup(names))
        if _share(records, found) >= CLEAR:
            return found, other
    return best, how


def _readings(titles: list[str]) -> Iterable[tuple[str, list[str]]]:
    files = [PurePosixPath(title.replace("\\", "/")) for title in titles]
    yield "by file name", titles
    yield "by file name", [file.name for file in files]
    yield "by file stem", [file.stem for file in files]
    yield "by number in the file stem", [_number(file.stem) for file in files]


def _number(stem: str) -> str:
    digits = stem.isascii() and stem.isdigit()
    return (stem.lstrip("0") or "0") if digits else stem


def _find(records: Records, lookup: NameLookup) -> NDArray[np.int32]:
    values = records.column["image_id"]
    if "image_id" not in records.texts:
        return lookup.numbers(values)
    texts = records.texts["image_id"]
    return lookup.texts(texts)[values] if texts else np.empty(0, np.int32)


def _share(records: Records, found: NDArray[np.int32]) -> float:
    """Share of the distinct ids that were found."""
    if np.all(found >= 0):
        return 1.0
    unknown = np.unique(records.column["image_id"][found < 0]).size
    known = np.unique(found[found >= 0]).size
    return known / (known + unknown)
