"""Image ids of a results file -> items: by the source's ids, else by file names or their stems."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import Table
from boxscore.sources.coco_records import Records
from boxscore.sources.frame_names import frames_of, split_frame
from boxscore.sources.id_lookup import NameLookup

CLEAR = 0.95
"""Share of a file's distinct image ids that another reading must find to be believed."""

BY_ID = "by source id"


def match_images(records: Records, items: Table) -> tuple[NDArray[np.int32], str]:
    """Items of the records, and how they were found.

    The source's ids are taken unless they find fewer than 95 % and another reading finds more:
    file names, file names without suffix, the numbers that such stems write (000139 = 139), and,
    in a project with videos or image groups, titles and frames (clip.mp4__12).

    Returns:
        (N,) rows of `items`, -1 where unknown; "by source id", "by file name", "by file stem",
        "by number in the file stem" or "by title and frame".
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
    if (items["sequence"] != "").any() and "image_id" in records.texts:
        found = _find_frames(records, items)
        if _share(records, found) >= CLEAR:
            return found, "by title and frame"
    return best, how


def _find_frames(records: Records, items: Table) -> NDArray[np.int32]:
    """Items of ids of the form TITLE__FRAME; the title with its folders, without, or its stem."""
    told = frames_of(items)
    texts = records.texts["image_id"]
    best = np.full(len(texts), -1, np.int32)
    for short in (str, _file, _stem):
        known = {(short(title), frame): row for title, frame, row in told}
        if len(known) < len(told):
            continue
        split = [split_frame(text) for text in texts]
        rows = [-1 if s is None else known.get((short(s[0]), s[1]), -1) for s in split]
        found = np.array(rows, np.int32)
        best = np.where(best < 0, found, best)
    return best[records.column["image_id"]] if texts else np.empty(0, np.int32)


def _file(title: str) -> str:
    return PurePosixPath(title.replace("\\", "/")).name


def _stem(title: str) -> str:
    return PurePosixPath(title.replace("\\", "/")).stem


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
