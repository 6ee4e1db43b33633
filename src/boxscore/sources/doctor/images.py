"""Names of images in a source -> items of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.tables import Table
from boxscore.sources.doctor.readings import CLEAR, EXCEPTIONS, NO_WAY, Finding, Reading
from boxscore.sources.frame_names import frames_of, split_frame, videos_of
from boxscore.sources.picture_places import ENDINGS
from boxscore.sources.raw import RawImage, RawSet

Key = Callable[[str], str]
MOST_EXAMPLES = 5


def _same(name: str) -> str:
    return name


def _slashes(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _file(name: str) -> str:
    return PurePosixPath(_slashes(name)).name


def _stem(name: str) -> str:
    return PurePosixPath(_slashes(name)).stem


def _common_stem(name: str) -> str:
    return ENDINGS.sub("", _stem(name))


def _folded_file(name: str) -> str:
    return _file(name).casefold()


def _folded_stem(name: str) -> str:
    return _stem(name).casefold()


def _parent_and_stem(name: str) -> str:
    path = PurePosixPath(_slashes(name))
    return f"{path.parent.name}/{path.stem}" if path.parent.name else ""


def _number(name: str) -> str:
    stem = _stem(name)
    digits = stem.rpartition("_")[2] if not stem.isdigit() else stem
    return (digits.lstrip("0") or "0") if digits.isascii() and digits.isdigit() else ""


READINGS: tuple[tuple[str, str, Key, Key], ...] = (
    ("source id", "source_id", _same, _same),
    ("data hash", "data_hash", _same, _same),
    ("path", "title", _slashes, _slashes),
    ("file name", "title", _file, _file),
    ("folder and stem", "title", _parent_and_stem, _parent_and_stem),
    ("file stem", "title", _stem, _stem),
    ("file stem", "title", _stem, _file),
    ("file stem", "title", _common_stem, _common_stem),
    ("file name, whatever its case", "title", _folded_file, _folded_file),
    ("file stem, whatever its case", "title", _folded_stem, _folded_stem),
    ("file stem, whatever its case", "title", _folded_stem, _folded_file),
    ("source id, whatever its case", "source_id", str.casefold, str.casefold),
    ("number in the file stem", "title", _number, _number),
)
"""How, the column of items it looks at, and what of either side's name is compared; a source's name
may be a stem that has a dot itself, as Roboflow's `a_jpg.rf.0123`."""

BY_POSITION = "sequence and position"
IN_THE_ONLY = "position in the only sequence"
SHIFTED = {"less one": 1, "plus one": -1, "less two": 2, "plus two": -2}
"""What a number in a source lacks to the project's."""
LISTED = {"place in the list, from 0": 0, "place in the list, from 1": 1}
GUESSED = (
    *(f"{how} {by}" for how in (BY_POSITION, IN_THE_ONLY, "source id") for by in SHIFTED),
    *LISTED,
)
"""Readings that only labels can bear out."""
WAYS = (BY_POSITION, IN_THE_ONLY, *dict.fromkeys(how for how, *_ in READINGS), *GUESSED)
ITEM_NAMES = ("title", "source_id", "data_hash")
"""Columns of items by which a mapping file may name an image."""


def read_images(
    raw: RawSet, items: Table, *, by: str | None = None, exceptions: dict[str, str] | None = None
) -> Finding:
    """Decide which item each image of a source is.

    The first reading that finds at least 95 % of the images, and none of them twice, is taken; a
    reading under which two names fall on one item, or one name on two items, is no reading.

    Args:
        by: One of `WAYS`, as a mapping file settles it.
        exceptions: Name -> title, source id or data hash, as a mapping file has it.
    """
    weights = _weights(raw)
    ways = [reading for reading in READINGS if by in (None, reading[0])]
    readings = [*_by_position(raw, items, weights, by), *_readings(raw, items, weights, ways)]
    readings += guesses(raw, items, by)
    readings.sort(key=lambda reading: -min(reading.found, CLEAR))
    best = readings[0] if readings and readings[0].found else _nothing(len(raw.images))
    if exceptions:
        best = _with_exceptions(best, raw, items, exceptions, weights)
    lost = np.flatnonzero(best.place < 0)[:MOST_EXAMPLES].tolist()
    missing = [shown(raw.images[k].key) for k in lost]
    total = len(raw.images)
    known = int((best.place >= 0).sum())
    return Finding(
        question="images",
        chosen=best,
        others=tuple(r for r in readings[1:] if r.found > 0),
        sure=by is not None or total == 0 or (best.found >= CLEAR and best.how not in GUESSED),
        why=f"{known} of {total} images found" + (f" by {best.how}" if known else ""),
        fix="name the way with images: by: ... in a mapping file, or check that this is the "
        "right project",
        unmatched=tuple(missing),
    )


def _weights(raw: RawSet) -> NDArray[np.float64]:
    """(images,) records on each image; every image counts at least a little."""
    counts = np.bincount(raw.columns["image"], minlength=len(raw.images)).astype(np.float64)
    return counts if counts.sum() else np.ones(len(raw.images))


def _readings(
    raw: RawSet,
    items: Table,
    weights: NDArray[np.float64],
    ways: list[tuple[str, str, Key, Key]],
) -> Iterator[Reading]:
    frames, videos = items["frame"].tolist(), videos_of(items)
    filmed = [data_hash in videos for data_hash in items["data_hash"].tolist()]
    told = frames_of(items)
    for how, column, of_item, of_image in ways:
        known = _unique(items[column].tolist(), frames, of_item)
        if column == "title":
            named = _unique([t for t, _, _ in told], [f for _, f, _ in told], of_item)
            known = {short: told[k][2] for short, k in named.items()} | known
        place = [_row(image, known, filmed, of_image) for image in raw.images]
        rows = np.array(place, np.int32)
        if _one_to_one(rows):
            yield Reading(how=how, place=rows, found=_share(rows, weights))


def _row(
    image: RawImage, known: dict[tuple[str, int], int], filmed: list[bool], of_image: Key
) -> int:
    """Row of an image; frames may be told by a name of the form TITLE__FRAME.

    A name alone says which video, not which of its frames.
    """
    told = split_frame(image.key) if image.frame < 0 else None
    if told is not None:
        row = known.get((of_image(told[0]), told[1]))
        if row is not None:
            return row
    row = known.get((of_image(image.key), max(image.frame, 0)), -1)
    alone = image.frame < 0 and of_image is not _same
    return -1 if row >= 0 and alone and filmed[row] else row


def _by_position(
    raw: RawSet, items: Table, weights: NDArray[np.float64], by: str | None
) -> Iterator[Reading]:
    """By sequence and place in it, where both sides have sequences."""
    named = {image.sequence for image in raw.images} - {""}
    sequences = items["sequence"].tolist()
    if not named or not any(sequences):
        return
    rows = list(zip(sequences, items["position"].tolist(), strict=True))
    known = {row: k for k, row in enumerate(rows) if row[0]}
    ways: dict[str, dict[str, str]] = {BY_POSITION: {name: name for name in named}}
    only = set(sequences) - {""}
    if len(only) == len(named) == 1:
        ways[IN_THE_ONLY] = dict.fromkeys(named, next(iter(only)))
    for how, meant in ways.items():
        for words, lack in {"": 0, **SHIFTED}.items():
            at = [(meant.get(i.sequence, ""), i.position + lack) for i in raw.images]
            place = np.array([known.get(name, -1) for name in at], np.int32)
            said = f"{how} {words}".strip()
            if by in (None, said) and _one_to_one(place):
                yield Reading(how=said, place=place, found=_share(place, weights))


def guesses(raw: RawSet, items: Table, by: str | None = None) -> Iterator[Reading]:
    """Numbers that are ids of the project less or plus one, or places in its list of images."""
    keys = [image.key for image in raw.images]
    if not all(map(_is_number, keys)) or any(image.frame >= 0 for image in raw.images):
        return
    numbers, weights = [int(key) for key in keys], _weights(raw)
    ids = {int(v): k for k, v in enumerate(items["source_id"].tolist()) if _is_number(v)}
    ways = {f"source id {words}": (ids, lack) for words, lack in SHIFTED.items()}
    places = {k: k for k in range(items.rows)}
    ways |= {how: (places, -first) for how, first in LISTED.items()}
    for how, (known, lack) in ways.items():
        place = np.array([known.get(n + lack, -1) for n in numbers], np.int32)
        if by in (None, how) and _one_to_one(place):
            yield Reading(how=how, place=place, found=_share(place, weights))


def _is_number(name: str) -> bool:
    return name.isascii() and name.removeprefix("-").isdigit() and len(name) < 18


def _unique(names: list[str], frames: list[int], key: Key) -> dict[tuple[str, int], int]:
    """(name, frame) -> row, without those that two rows share."""
    known: dict[tuple[str, int], int] = {}
    twice: set[tuple[str, int]] = set()
    for row, (name, frame) in enumerate(zip(names, frames, strict=True)):
        short = key(name), frame
        if not short[0]:
            continue
        if short in known:
            twice.add(short)
        known[short] = row
    return {short: row for short, row in known.items() if short not in twice}


def _one_to_one(place: NDArray[np.int32]) -> bool:
    hit = place[place >= 0]
    return np.unique(hit).size == hit.size


def _share(place: NDArray[np.int32], weights: NDArray[np.float64]) -> float:
    return float(weights[place >= 0].sum() / weights.sum()) if weights.size else 1.0


def _nothing(count: int) -> Reading:
    return Reading(how=NO_WAY, place=np.full(count, -1, np.int32), found=0.0)


def _with_exceptions(
    best: Reading,
    raw: RawSet,
    items: Table,
    exceptions: dict[str, str],
    weights: NDArray[np.float64],
) -> Reading:
    rows: dict[str, int] = {}
    for column in ITEM_NAMES:
        for row, name in enumerate(items[column].tolist()):
            rows.setdefault(name, row)
    place = best.place.copy()
    for k, image in enumerate(raw.images):
        if image.key in exceptions:
            place[k] = rows.get(exceptions[image.key], -1)
    return Reading(how=best.how + EXCEPTIONS, place=place, found=_share(place, weights))
