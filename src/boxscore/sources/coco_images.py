"""COCO's `images` -> the items of a project, in order of their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError, shown
from boxscore.schema.tables import Table
from boxscore.sources.coco_fields import Field
from boxscore.sources.coco_items import items_of
from boxscore.sources.coco_pixels import Picture, find_pictures
from boxscore.sources.coco_records import ListSpec, Records
from boxscore.sources.coco_sequences import FILMED
from boxscore.sources.coco_verdicts import VERIFIED
from boxscore.sources.image_files import SIDEWAYS
from boxscore.sources.project_tables import ImageFile
from boxscore.sources.report import ImportReport
from boxscore.sources.sieve import Sieve

IMAGES = ListSpec(
    place="/images",
    fields=(
        Field("id", "id", required=True),
        Field("file_name", "text", required=True),
        Field("width", "int"),
        Field("height", "int"),
        Field("license", "id", lenient=True),
        Field("coco_url", "text", lenient=True),
        Field("flickr_url", "text", lenient=True),
        Field("split", "text", lenient=True),
        *FILMED,
        *VERIFIED,
    ),
    names=(("id", "image id"),),
)

LARGEST_SIDE = 1_000_000


def read_images(
    records: Records,
    licences: dict[str, str],
    report: ImportReport,
    images: Path | None,
    *,
    pixels: bool,
) -> tuple[Table, list[ImageFile]]:
    """Items of the usable image records, sorted by id, and their files.

    Args:
        images: Folder with the files, or None for the places beside the annotation file.
        pixels: False looks at no file.

    Raises:
        SourceError: Two different images have one id, or no file is where it should be.
    """
    sieve = Sieve(records, report)
    _drop_doubles(sieve)
    names = records.texts["file_name"]
    alive = np.flatnonzero(sieve.alive)
    wanted = [names[i] for i in alive]
    pictures = find_pictures(wanted, report.path, images, report) if pixels else []
    by_record = dict(zip(alive.tolist(), pictures, strict=True)) if pictures else {}
    _report_pictures(sieve, by_record)
    size = _sizes(sieve, by_record)
    order = [i for i in _by_id(records) if sieve.alive[i]]
    _count_shared_names([names[i] for i in order], report)
    return items_of(sieve, order, size, by_record, licences)


def _drop_doubles(sieve: Sieve) -> None:
    """Keep the first of several records of one image."""
    records, names = sieve.records, sieve.records.texts["file_name"]
    first: dict[int | str, int] = {}
    doubles = np.zeros(records.count, np.bool_)
    for i in np.argsort(records.row, kind="stable").tolist():
        image = records.id_at("id", i)
        kept = first.setdefault(image, i)
        if kept == i:
            continue
        if names[kept] != names[i]:
            raise _two_images(records, image, kept, i, sieve.report)
        doubles[i] = True
    if doubles.any():
        sieve.repair(
            doubles, "W-COCO-IMAGE-TWICE", "/id", lambda _: "the same image again: taken once"
        )
        sieve.alive &= ~doubles


def _two_images(
    records: Records, image: int | str, a: int, b: int, report: ImportReport
) -> SourceError:
    names = records.texts["file_name"]
    both = f"{shown(names[a])} and {shown(names[b])}"
    place = f"/images/{records.row[b]}/id"
    if {int(records.row[a]), int(records.row[b])} & records.retyped:
        problem = f"id {image} is ambiguous: as text and as number it names {both}"
        code = "E-COCO-ID-AMBIGUOUS"
    else:
        problem, code = f"id {image} names {both}", "E-COCO-IMAGE-DUPLICATE"
    return SourceError(report.path, place, problem, fix="give every image its own id", code=code)


def _report_pictures(sieve: Sieve, pictures: dict[int, Picture]) -> None:
    refused = {i: p.refused for i, p in pictures.items() if p.refused[0]}
    repaired = {i: p.found.repair for i, p in pictures.items() if p.found.repair[0]}
    for found, act in ((refused, sieve.drop), (repaired, sieve.repair)):
        for code in dict.fromkeys(code for code, _ in found.values()):
            words = {i: text for i, (c, text) in found.items() if c == code}
            flags = np.zeros(sieve.records.count, np.bool_)
            flags[list(words)] = True
            act(flags, code, "/file_name", words.__getitem__)


def _sizes(sieve: Sieve, pictures: dict[int, Picture]) -> NDArray[np.int64]:
    """(N, 2) width and height, as declared or else as the file says."""
    records = sieve.records
    size = np.stack([records.column["width"], records.column["height"]], axis=1)
    for key, side in (("width", size[:, 0]), ("height", size[:, 1])):
        bad = records.present[key] & ((side <= 0) | (side > LARGEST_SIDE))
        sieve.drop(bad, "E-COCO-IMAGE-SIZE", f"/{key}", _no_size(side))
    missing = ~(records.present["width"] & records.present["height"])
    read = np.zeros_like(missing)
    for i, picture in pictures.items():
        if picture.facts is not None:
            if missing[i]:
                size[i], read[i] = picture.shown_size(), True
            else:
                _compare_size(sieve, i, picture, (int(size[i, 0]), int(size[i, 1])))
    sieve.repair(read, "W-COCO-IMAGE-SIZE", "", lambda i: f"size {_by(size[i])} read from the file")
    sieve.drop(
        missing & ~read,
        "E-COCO-IMAGE-SIZE",
        "",
        lambda _: "width or height is missing, and there is no file to read it from",
    )
    return size


def _no_size(side: NDArray[np.int64]) -> Callable[[int], str]:
    return lambda i: f"{side[i]} is no size of an image, in pixels"


def _by(size: Any) -> str:
    return f"{size[0]} x {size[1]}"


def _compare_size(sieve: Sieve, i: int, picture: Picture, declared: tuple[int, int]) -> None:
    facts = picture.facts
    if facts is None or not sieve.alive[i]:
        return
    stored = (facts.width, facts.height)
    sideways = facts.orientation in SIDEWAYS
    if declared == stored and not sideways:
        return
    if sideways and declared in (stored, stored[::-1]):
        code, words = "W-IMAGE-EXIF", f"EXIF orientation {facts.orientation} turns the picture"
    else:
        code = "W-IMAGE-SIZE"
        words = f"declared {_by(declared)}, the file is {_by(stored)}: declared size used for boxes"
    place = f"/images/{sieve.records.row[i]}"
    sieve.report.repair(code, place, words + sieve.records.who(i))


def _by_id(records: Records) -> list[int]:
    """Record numbers sorted by id: numbers by value, texts by code point."""
    ids = [records.id_at("id", i) for i in range(records.count)]
    return sorted(range(records.count), key=ids.__getitem__)


def _count_shared_names(names: list[str], report: ImportReport) -> None:
    shared = {name: n for name, n in Counter(names).items() if n > 1}
    if shared:
        example = shown(next(iter(shared)))
        problem = f"images share a file name, as {example}: all kept"
        report.note("W-COCO-FILE-SHARED", problem, sum(shared.values()), wrong=True)
