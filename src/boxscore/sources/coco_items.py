"""Image records of a COCO file -> rows of the items table."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import ITEMS, Table
from boxscore.sources.coco_fields import Field
from boxscore.sources.coco_pixels import Picture
from boxscore.sources.coco_records import ListSpec, Records
from boxscore.sources.coco_sequences import sequences_of
from boxscore.sources.data_ids import data_hash_of_file, data_hash_without_file
from boxscore.sources.image_names import unsafe
from boxscore.sources.project_tables import ImageFile
from boxscore.sources.sieve import Sieve

LICENCES = ListSpec(
    place="/licenses",
    fields=(
        Field("id", "id", lenient=True),
        Field("name", "text", lenient=True),
        Field("url", "text", lenient=True),
    ),
)
FOLDER = "images/"


def items_of(
    sieve: Sieve,
    order: list[int],
    size: NDArray[np.int64],
    pictures: dict[int, Picture],
    licences: dict[str, str],
) -> tuple[Table, list[ImageFile]]:
    """Items for the records in `order`, and each file of theirs once.

    Args:
        size: (N, 2) width and height of every record, pixels.
        pictures: Record -> its file, where one was looked for.
        licences: Licence id -> text.
    """
    records = sieve.records
    hashes: list[str] = []
    places: list[str] = []
    titles: list[str] = []
    files: dict[str, ImageFile] = {}
    seen: Counter[str] = Counter()
    for item, i in enumerate(order):
        title, picture = records.texts["file_name"][i], pictures.get(i)
        file = _file_of(item, picture)
        relative = title if file is None else file.relative
        if file is None:
            width, height = size[i].tolist()
            hashes.append(data_hash_without_file(title, width, height, seen[relative]))
        else:
            hashes.append(data_hash_of_file(file.sha256, relative, seen[relative]))
            files.setdefault(relative, file)
        places.append("" if file is None else FOLDER + relative)
        # A path of another machine names no place here.
        titles.append(relative if file is not None and unsafe(title) else title)
        seen[relative] += 1
    names = {"data_hash": hashes, "title": titles, "file": places}
    return _table(sieve, order, size, licences, names), list(files.values())


def _file_of(item: int, picture: Picture | None) -> ImageFile | None:
    if picture is None or picture.facts is None or picture.found.path is None:
        return None
    return ImageFile(
        item=item,
        path=picture.found.path,
        relative=picture.found.relative,
        sha256=picture.facts.sha256,
        size=picture.facts.size,
    )


def _table(
    sieve: Sieve,
    order: list[int],
    size: NDArray[np.int64],
    licences: dict[str, str],
    names: dict[str, list[str]],
) -> Table:
    records = sieve.records
    sequence, position = sequences_of(sieve, order)
    columns: dict[str, NDArray[Any]] = {
        **{column: texts_of(values) for column, values in names.items()},
        "frame": np.zeros(len(order), np.int32),
        "width": size[order, 0].astype(np.int32),
        "height": size[order, 1].astype(np.int32),
        "source_id": texts_of([str(records.id_at("id", i)) for i in order]),
        "split": texts_of([records.texts["split"][i] for i in order]),
        "licence": texts_of([_licence(records, i, licences) for i in order]),
        "sequence": sequence,
        "position": position,
    }
    return Table(ITEMS, columns)


def texts_of(values: list[str]) -> NDArray[np.object_]:
    """A text column."""
    out = np.empty(len(values), object)
    out[:] = values
    return out


def licence_texts(records: Records | None) -> dict[str, str]:
    """Licence id, as text -> its name and address."""
    if records is None:
        return {}
    known = np.flatnonzero(records.present["id"]).tolist()
    return {
        str(records.id_at("id", i)): _together(records.texts["name"][i], records.texts["url"][i])
        for i in known
    }


def _licence(records: Records, i: int, licences: dict[str, str]) -> str:
    given = records.present["license"][i]
    licence = licences.get(str(records.id_at("license", i)), "") if given else ""
    origin = records.texts["flickr_url"][i] or records.texts["coco_url"][i]
    return _together(licence, origin)


def _together(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
