"""Images and objects that look alike: neighbours of one, groups of all, slices by either."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses, shown
from boxscore.project.embeddings.stored import IMAGES, OBJECTS, Embedded, needed, size_of
from boxscore.project.loading import Loaded
from boxscore.project.views import item_document
from boxscore.quality.layout import groups
from boxscore.quality.neighbours import nearest
from boxscore.schema.tables import Table, boxes_of

Document = dict[str, Any]
MOST_NEIGHBOURS = 1_000
MOST_GROUPS = 1_000


def named_item(items: Table, name: str) -> int:
    """Row of the only image of a title, source id or data hash.

    Raises:
        RequestError: There is none, or several.
    """
    for column in ("title", "source_id", "data_hash"):
        hits = np.flatnonzero(items[column] == name)
        if hits.size > 1:
            raise RequestError(
                f"{hits.size} images have {column.replace('_', ' ')} {shown(name)!r}",
                fix="name one by its source id",
                code="E-ITEM-SEVERAL",
            )
        if hits.size:
            return int(hits[0])
    raise RequestError(
        f"{shown(name)!r} is no image of the project",
        fix=near_misses(name, items["title"].tolist()),
        code="E-ITEM-UNKNOWN",
    )


def neighbours(
    state: Loaded, item: str | None, annotation: int | None, run: str | None, k: int
) -> Document:
    """The images most like one, or the labelled objects most like one."""
    if not 1 <= k <= MOST_NEIGHBOURS:
        raise RequestError(f"{k} neighbours", fix=f"ask for 1 to {MOST_NEIGHBOURS}", code="E-QUERY")
    if annotation is not None:
        return _like_object(state, annotation, run, k)
    if item is None:
        raise RequestError("like what?", fix="name an image or an annotation", code="E-QUERY")
    items = state.truth().items
    row = named_item(items, item)
    found, cosines = _like(needed(state, IMAGES), row, k)
    return {
        "of": IMAGES,
        "query": image_place(state, row),
        "neighbours": [
            image_place(state, other) | {"cosine": cosine}
            for other, cosine in zip(found, cosines, strict=True)
        ],
    }


def _like(embedded: Embedded, row: int, k: int) -> tuple[list[int], list[float]]:
    vector = embedded.vectors[row : row + 1]
    if not np.isfinite(vector).all():
        raise _undefined()
    near = nearest(embedded.vectors, k + 1, vector, exact=True)
    kept = (near.row[0] >= 0) & (near.row[0] != row)
    return near.row[0][kept][:k].tolist(), near.cosine[0][kept][:k].tolist()


def _undefined() -> RequestError:
    return RequestError(
        "it has no embedding",
        fix="run `boxscore embed`; what cannot be decoded or has no place has none",
        code="E-EMBED-UNDEFINED",
    )


def _like_object(state: Loaded, annotation: int, run: str | None, k: int) -> Document:
    """Labelled objects like a label, or like a run's prediction."""
    labels = needed(state, OBJECTS)
    mine = labels if run is None else needed(state, OBJECTS, run)
    if not 0 <= annotation < len(mine.vectors):
        raise RequestError(
            f"there is no annotation {annotation}",
            fix=f"choose 0 to {len(mine.vectors) - 1}",
            code="E-QUERY",
        )
    if run is None:
        found, cosines = _like(labels, annotation, k)
    else:
        vector = mine.vectors[annotation : annotation + 1]
        if not np.isfinite(vector).all():
            raise _undefined()
        near = nearest(labels.vectors, k, vector, exact=True)
        kept = near.row[0] >= 0
        found, cosines = near.row[0][kept].tolist(), near.cosine[0][kept].tolist()
    return {
        "of": OBJECTS,
        "query": object_place(state, annotation, run),
        "neighbours": [
            object_place(state, other, None) | {"cosine": cosine}
            for other, cosine in zip(found, cosines, strict=True)
        ],
    }


MOST_PLACES = 200


def places(state: Loaded, of: str, rows: Sequence[int]) -> list[Document]:
    """Where some images or labelled objects are to be seen.

    Raises:
        RequestError: There is no such row, or they are too many.
    """
    size = size_of(state, of, None)
    if len(rows) > MOST_PLACES or any(not 0 <= row < size for row in rows):
        raise RequestError(
            f"{len(rows)} rows of {size} {of}",
            fix=f"ask for at most {MOST_PLACES}, from 0 to {size - 1}",
            code="E-QUERY",
        )
    if of == IMAGES:
        return [image_place(state, row) for row in rows]
    return [object_place(state, row, None) for row in rows]


def image_place(state: Loaded, row: int) -> Document:
    """An image, with its row."""
    return {"row": row} | item_document(state.truth(), row)


def object_place(state: Loaded, row: int, run: str | None) -> Document:
    """An annotation: its image, class and box."""
    truth = state.truth()
    table = (truth.ground_truth if run is None else state.predictions(run)).table
    class_id = int(table["class_id"][row])
    box = boxes_of(table.take(np.array([row])))[0]
    return image_place(state, int(table["item"][row])) | {
        "row": row,
        "class_id": class_id,
        "class_name": truth.ontology.classes[class_id].name,
        "box": box.tolist() if np.isfinite(box).all() else None,
    }


# --- groups and slices ---------------------------------------------------------------------------


def usual_count(points: int) -> int:
    """Groups where nobody says how many: the root of half the points, 2 to 20."""
    return max(2, min(20, round(math.sqrt(points / 2))))


def grouped(state: Loaded, of: str, run: str | None, count: int | None) -> NDArray[np.int64]:
    """(N,) the group of each, from 1, the largest first; 0 where there is no embedding."""
    embedded = needed(state, of, run)
    rows = embedded.rows
    wanted = usual_count(rows.size) if count is None else count
    if not 1 <= wanted <= MOST_GROUPS:
        raise RequestError(f"{wanted} groups", fix=f"choose 1 to {MOST_GROUPS}", code="E-QUERY")
    owner = None if run is None else state.record(run).run_id
    key: Hashable = ("groups", state.embedded, of, owner, wanted)

    def make() -> NDArray[np.int64]:
        number = np.zeros(len(embedded.vectors), np.int64)
        number[rows] = groups(embedded.vectors[rows], wanted) + 1
        return number

    found: NDArray[np.int64] = state.remembered(key, make)
    return found


def alike(state: Loaded, key: str, value: str) -> NDArray[np.bool_]:
    """(items,) images of `cluster=3`, `cluster=3/12`, `similar=ITEM:20` or `leaked=yes`."""
    if key == "cluster":
        return _in_group(state, value)
    if key == "similar":
        return _near_one(state, value)
    return _leaked(state, value)


def _leaked(state: Loaded, value: str) -> NDArray[np.bool_]:
    from boxscore.project.embeddings.duplicates import LEAST_COSINE, leaked_images

    word, colon, number = value.partition(":")
    try:
        cosine = float(number) if colon else LEAST_COSINE
    except ValueError:
        word, cosine = "", 0.0
    if word not in ("yes", "no"):
        raise RequestError(
            f"leaked={shown(value)} is no slice",
            fix="write yes or no, or with the least cosine, as yes:0.9",
            code="E-SLICE-VALUE",
        )
    mask = leaked_images(state, cosine)
    return mask if word == "yes" else ~mask


def _in_group(state: Loaded, value: str) -> NDArray[np.bool_]:
    number, slash, count = value.partition("/")
    try:
        wanted, total = int(number), int(count) if slash else None
    except ValueError:
        wanted, total = 0, None
    if wanted < 1:
        raise RequestError(
            f"{shown(value)!r} is no cluster",
            fix="write a number from 1, as 3, or 3/12: the third of 12",
            code="E-SLICE-VALUE",
        )
    member = grouped(state, IMAGES, None, total)
    if wanted > member.max(initial=0):
        raise RequestError(
            f"there is no cluster {wanted}",
            fix=f"choose 1 to {member.max(initial=0)}",
            code="E-SLICE-VALUE",
        )
    inside: NDArray[np.bool_] = member == wanted
    return inside


def _near_one(state: Loaded, value: str) -> NDArray[np.bool_]:
    name, colon, count = value.rpartition(":")
    if not colon or not count.isascii() or not count.isdigit():
        name, count = value, "20"
    items = state.truth().items
    row = named_item(items, name)
    found, _ = _like(needed(state, IMAGES), row, min(int(count), MOST_NEIGHBOURS))
    mask = np.zeros(items.rows, np.bool_)
    mask[[row, *found]] = True
    return mask
