"""A COCO list as columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.kernels import _core
from boxscore.sources.coco_fields import Field
from boxscore.sources.segmentation import Segmentations

Span = bytes | mmap
COLUMNS = ("int", "id", "number", "box", "flag")
"""Kinds of fields that are columns of numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSpec:
    """One list of records: where it stands and what we read of it.

    Attributes:
        place: Its JSON pointer, "" for a list that is the whole document.
        names: Key -> words for messages, as ("image_id", "image id").
    """

    place: str
    fields: tuple[Field, ...]
    names: tuple[tuple[str, str], ...] = ()

    def scanned(self) -> list[tuple[str, str, bool]]:
        """The fields as the scanner wants them."""
        return [(f.key, f.kind, f.required) for f in self.fields]


@dataclass(slots=True, kw_only=True)
class Records:
    """The usable records of a list, N of them; those that needed repair stand last.

    Attributes:
        spec: What was read.
        total: How many records the list has, usable or not.
        row: (N,) number of each record in its list, from 0.
        column: Key -> (N,) or (N, 4) values; of a text id: index into `texts`.
        present: Key -> (N,) whether the record has it; of a "span" see `objects`.
        texts: Key -> the texts of a text column, or the distinct texts of a text id.
        objects: Key -> record -> parsed JSON of a "span" field; only of records that have it.
        retyped: Rows whose ids were given as text among numbers, or the reverse.
    """

    spec: ListSpec
    total: int
    row: NDArray[np.int64]
    column: dict[str, NDArray[Any]]
    present: dict[str, NDArray[np.bool_]]
    texts: dict[str, list[str]]
    objects: dict[str, dict[int, Any]]
    segmentation: Segmentations | None
    retyped: set[int] = field(default_factory=set)

    @property
    def count(self) -> int:
        """How many records are usable."""
        return int(self.row.size)

    def id_at(self, key: str, i: int) -> int | str:
        """The id that record i gives under a key."""
        value = int(self.column[key][i])
        return self.texts[key][value] if key in self.texts else value

    def who(self, i: int) -> str:
        """The record's ids, as messages end: " (annotation id 42, image id 7)"."""
        known = [(k, w) for k, w in self.spec.names if k in self.column and self.present[k][i]]
        return in_brackets([(w, self.id_at(k, i)) for k, w in known])


def in_brackets(ids: Sequence[tuple[str, object]]) -> str:
    """(words, id) pairs as messages end, "" when there are none."""
    return f" ({', '.join(f'{word} {shown(value)}' for word, value in ids)})" if ids else ""


def lane_of(
    scanned: _core.Records, row: NDArray[np.int64], spec: ListSpec, span: Span, total: int
) -> Records:
    """The regular records of one scan.

    Args:
        row: (N,) their numbers in the list.
        span: The text that was scanned; read only where a field is a "span".
        total: Records in the list, regular or not.
    """
    keys = {f.key: f.kind for f in spec.fields}
    as_text = {k for k, kind in keys.items() if kind == "id" and scanned.is_text(k)}
    as_text |= {k for k, kind in keys.items() if kind == "text"}
    masks = any(kind == "segmentation" for kind in keys.values())
    present = {
        k: np.asarray(scanned.present(k), np.bool_) for k, kind in keys.items() if kind != "span"
    }
    return Records(
        spec=spec,
        total=total,
        row=row,
        column={k: scanned.column(k) for k, kind in keys.items() if kind in COLUMNS},
        present=present,
        texts={k: scanned.texts(k) for k in as_text},
        objects={
            k: _objects(scanned.column(k), span) for k, kind in keys.items() if kind == "span"
        },
        segmentation=Segmentations.of_scan(scanned.segmentation()) if masks else None,
    )


def _objects(found: NDArray[np.int64], span: Span) -> dict[int, Any]:
    """Record -> parsed JSON, from (M, 3) records and the bytes begin:end where it stands."""
    if not found.size:
        return {}
    texts = [span[a:b] for _, a, b in found.tolist()]
    try:
        values = json.loads(b"[" + b",".join(texts) + b"]")
    except ValueError:  # the scanner does not look at numbers inside: they are looked at here
        values = [_object(text, int(at)) for text, at in zip(texts, found[:, 1], strict=True)]
    return dict(zip(found[:, 0].tolist(), values, strict=True))


class BadObject(ValueError):
    """JSON inside a record that is none, at a byte of the text."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(problem)
        self.offset = offset


def _object(text: bytes, at: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as bad:
        raise BadObject(f"is no JSON: {bad.msg}", at + bad.pos) from None
    except ValueError as bad:  # a number of more than 4300 digits
        raise BadObject(f"cannot be read: {shown(str(bad))}", at) from None


def joined(fast: Records, slow: Records, retyped: set[int]) -> Records:
    """Two lanes of one list, the repaired records last."""
    column: dict[str, NDArray[Any]] = {}
    texts: dict[str, list[str]] = {}
    for key, values in slow.column.items():
        if key in slow.texts or key in fast.texts:
            # Codes of the second lane count from the end of the first one's texts.
            texts[key] = fast.texts.get(key, []) + slow.texts.get(key, [])
            values = values + len(fast.texts.get(key, []))
        column[key] = np.concatenate([fast.column[key], values])
    for key in fast.texts.keys() - texts.keys():
        texts[key] = fast.texts[key] + slow.texts[key]
    masks = None
    if fast.segmentation is not None and slow.segmentation is not None:
        masks = Segmentations.joined(fast.segmentation, slow.segmentation)
    return Records(
        spec=fast.spec,
        total=fast.total,
        row=np.concatenate([fast.row, slow.row]),
        column=column,
        present={k: np.concatenate([v, slow.present[k]]) for k, v in fast.present.items()},
        texts=texts,
        objects={
            k: v | {fast.count + i: value for i, value in slow.objects[k].items()}
            for k, v in fast.objects.items()
        },
        segmentation=masks,
        retyped=retyped,
    )
