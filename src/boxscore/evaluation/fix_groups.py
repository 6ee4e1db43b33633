"""Which errors belong together: of a kind, a class, a pair of classes, a size, some images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.fixes import Fixer, Group, Rows
from boxscore.evaluation.reasons import BestOverlaps, ErrorKind
from boxscore.evaluation.tide import KINDS


def kind_group(fixer: Fixer, kind: ErrorKind) -> Group:
    """All errors of one kind."""
    name, missed = kind.name.lower(), kind is ErrorKind.MISSED
    rows = fixer.wrong[fixer.errors.kind[fixer.wrong] == kind]
    truth = fixer.missed if missed else np.zeros(0, np.int64)
    return Group("kind", (name,), rows, truth, {"outcome": "fn" if missed else "fp", "kind": name})


def groups_of(fixer: Fixer, best: BestOverlaps) -> Iterator[Group]:
    """Kinds, classes, kinds within classes, and pairs of classes that were confused."""
    view, errors = fixer.view, fixer.errors
    own, kind = view.predictions.class_id[fixer.wrong], errors.kind[fixer.wrong]
    lost = dict(_apart(view.truth.class_id[fixer.missed], fixer.missed))
    none = np.zeros(0, np.int64)
    for one in KINDS:
        whole = kind_group(fixer, one)
        yield whole
        name, link = whole.key[0], whole.link
        of_kind = kind == one
        found = dict(_apart(own[of_kind], fixer.wrong[of_kind]))
        for c in sorted(lost if one is ErrorKind.MISSED else found):
            its = lost[c] if one is ErrorKind.MISSED else none
            yield Group(
                "kind of a class", (name, c), found.get(c, none), its, link | {"class_id": c}
            )
    # A class is right when what it took is gone and what others took of it is given back.
    mended = np.where(errors.fixes, errors.fixed_class, -1)[fixer.wrong]
    back = (mended >= 0) & (mended != own)
    both = np.append(own, mended[back]), np.append(fixer.wrong, fixer.wrong[back])
    found = dict(_apart(*both))
    for c in sorted({*np.unique(own).tolist(), *lost}):
        rows, its = found.get(c, none), lost.get(c, none)
        yield Group("class", (c,), rows, its, {"class_id": c})
    of_class = kind == ErrorKind.CLASS
    confused = fixer.wrong[of_class]
    labelled = view.truth.class_id[best.other[confused]].astype(np.int64)
    for pair, rows in _apart(labelled * view.classes + own[of_class], confused):
        a, b = divmod(pair, view.classes)
        yield Group("confusion", (a, b), rows, none, {"labelled": a, "predicted": b})


def _apart(keys: NDArray[np.integer], rows: Rows) -> Iterator[tuple[int, Rows]]:
    """The rows of each key; both ascend."""
    bits = int(rows.max(initial=0)).bit_length()
    both = np.sort(keys.astype(np.int64) << bits | rows)  # sorted together, not by an order
    keys, rows = both >> bits, both & ((1 << bits) - 1)
    first = np.ones(keys.size, np.bool_)
    first[1:] = keys[1:] != keys[:-1]
    starts = np.flatnonzero(first)
    parts = np.split(rows, starts[1:]) if starts.size else []
    return zip(keys[starts].tolist(), parts, strict=True)


def group_on(
    fixer: Fixer, what: str, name: str, items: NDArray[np.bool_], link: dict[str, Any]
) -> Group:
    """All errors on some images.

    Args:
        items: (items,) bool.
    """
    view = fixer.view
    rows = fixer.wrong[items[view.predictions.item[fixer.wrong]]]
    return Group(what, (name,), rows, fixer.missed[items[view.truth.item[fixer.missed]]], link)


def groups_by_size(fixer: Fixer, ranges: Sequence[tuple[str, float, float]]) -> Iterator[Group]:
    """All errors of predictions and objects of an area.

    Args:
        ranges: Name, least and greatest area in square pixels.
    """
    view = fixer.view
    found, labelled = view.predictions.area[fixer.wrong], view.truth.area[fixer.missed]
    for name, low, high in ranges:
        rows = fixer.wrong[(found >= low) & (found < high)]
        truth = fixer.missed[(labelled >= low) & (labelled < high)]
        yield Group("size", (name,), rows, truth, {})
