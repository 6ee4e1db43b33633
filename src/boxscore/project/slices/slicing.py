"""Subsets of a project's images, named by a small expression.

`split=val,class=person` are the images of the split that hold a person. Keys are split, class,
title (a pattern as of a shell), sequence, licence, tag, slice (saved by name), text (words that
must all stand in the title, the sequence, a tag or a note of the image or its objects), item (rows,
as in `item=3..9+12`) and, with a range with both ends in it, width, height, frame and `metric.ID`,
as in `metric.brightness=0.2..0.4`; by embeddings `cluster=3`, `similar=IMAGE:20`, `leaked=yes`. A
leading `!` means "not", commas mean "and"; of names `a|b` means one or the other. Where objects are
judged or listed, parts that name objects may stand too; see `object_slicing`. A list instead of an
expression names the images themselves, by title, source id or data hash.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from fnmatch import translate

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses, shown
from boxscore.project.evaluating import Truth

Mask = NDArray[np.bool_]
Where = str | Sequence[str] | None
KEYS = ("split", "class", "title", "sequence", "licence")
NUMBERS = ("width", "height", "frame")
NAMED = ("tag", "slice", "text")
ROWS, BY_LIKENESS = "item", ("cluster", "similar", "leaked")
METRIC = "metric."
NEXT_PART = re.compile(r",(?=\s*!?[\w.]+\s*=)")
"""A comma within a name is followed by no KEY=."""


def sliced(truth: Truth, where: Where) -> Mask | None:
    """(items,) bool of the images that are meant; None for everything.

    Raises:
        RequestError: A key or a value is unknown, or no image is meant.
    """
    if where is None or (isinstance(where, str) and not where.strip()):
        return None
    if not isinstance(where, str):
        return _listed(truth, set(where))
    mask = np.ones(truth.items.rows, np.bool_)
    for part in dict.fromkeys(NEXT_PART.split(where)):
        mask &= part_mask(truth, part)
    if not mask.any():
        raise RequestError(
            f"slice {where!r} holds no image",
            fix="widen it; commas mean that every part must hold",
            code="E-SLICE-EMPTY",
        )
    return mask


def part_mask(truth: Truth, part: str) -> Mask:
    """(items,) bool of the images for which one part of an expression holds; may be none.

    Raises:
        RequestError: Its key or value is unknown.
    """
    if part.strip().startswith("!"):
        return ~part_mask(truth, part.strip()[1:])
    key, equals, value = (word.strip() for word in part.partition("="))
    if equals and key.startswith(METRIC):
        name = key.removeprefix(METRIC)
        return within(truth.measured(name), name, value)
    if equals and key in NUMBERS:
        return within(truth.items[key].astype(np.float64), key, value)
    if equals and key in NAMED:
        return truth.tagged(key, value)
    if equals and key in BY_LIKENESS:
        return truth.alike(key, value)
    if equals and key == ROWS:
        return _at_rows(truth, value)
    if not equals or key not in KEYS:
        raise _no_part(part, key)
    if key == "class":
        return _with_class(truth, value)
    return _titled(truth, value) if key == "title" else _named(truth, key, value)


def _named(truth: Truth, key: str, value: str) -> Mask:
    values = truth.items[key]
    mask = np.zeros(values.size, np.bool_)
    for name in alternatives(key, value, set(values.tolist())):
        mask |= values == name
    return mask


def _titled(truth: Truth, pattern: str) -> Mask:
    fits, titles = re.compile(translate(pattern)).match, truth.items["title"].tolist()
    found = np.fromiter((fits(title) is not None for title in titles), np.bool_, len(titles))
    if not found.any():
        raise _unknown("title", pattern, titles)
    return found


def alternatives(key: str, value: str, known: Collection[str]) -> list[str]:
    """The names that a value means: itself, or several with | between them.

    Raises:
        RequestError: Nothing is named so.
    """
    names = [value] if value in known else [name.strip() for name in value.split("|")]
    for name in names:
        if name not in known:
            raise _unknown(key, name, sorted(one for one in known if one))
    return names


def _no_part(part: str, key: str) -> RequestError:
    if key.startswith("object."):
        return RequestError(
            f"{part.strip()!r} names objects, and images are to be chosen here",
            fix="use it where objects are judged: scores, errors, confusion, comparison, gate",
            code="E-SLICE-OBJECT",
        )
    known = near_misses(key, (*KEYS, *NUMBERS, *NAMED, ROWS, *BY_LIKENESS, "metric.brightness"))
    return RequestError(
        f"slice {part!r} is none", fix=f"write KEY=VALUE; {known}", code="E-SLICE-KEY"
    )


def _at_rows(truth: Truth, value: str) -> Mask:
    """Images by their row: numbers and ranges with both ends in them, joined by +."""
    mask = np.zeros(truth.items.rows, np.bool_)
    for part in value.split("+"):
        low, dots, high = (word.strip() for word in part.partition(".."))
        ends = (low, high) if dots else (low, low)
        if not all(end.isascii() and end.isdigit() and len(end) < 10 for end in ends):
            raise RequestError(
                f"{shown(part)!r} is no row of an image",
                fix="write numbers and ranges, as 3..9+12",
                code="E-SLICE-RANGE",
            )
        first, last = int(ends[0]), int(ends[1])
        if not first <= last < truth.items.rows:
            raise RequestError(
                f"there are no images {shown(part)}",
                fix=f"rows go from 0 to {truth.items.rows - 1}",
                code="E-SLICE-RANGE",
            )
        mask[first : last + 1] = True
    return mask


def within(values: NDArray[np.float64], name: str, value: str) -> Mask:
    """Values that lie in a range, as in "0.2..0.4"; an undefined one lies in none.

    Raises:
        RequestError: It is no range.
    """
    low, dots, high = value.partition("..")
    try:
        least = float(low or "-inf")
        most = float(high or "inf") if dots else least
    except ValueError:
        least, most = 1.0, 0.0
    if not value or not least <= most:
        raise RequestError(
            f"{value!r} is no range of metric {name}",
            fix="write LOW..HIGH, LOW.. or ..HIGH, or one number",
            code="E-SLICE-RANGE",
        )
    inside: Mask = (values >= least) & (values <= most)
    return inside


def _with_class(truth: Truth, name: str) -> Mask:
    """Images with a ground truth of a class, an answer or a crowd region included."""
    rows = truth.ontology.classes
    wanted = alternatives("class", name, {row.name for row in rows})
    classes = [row.class_id for row in rows if row.name in wanted]
    table = truth.ground_truth.table
    mask = np.zeros(truth.items.rows, np.bool_)
    mask[table["item"][np.isin(table["class_id"], classes)]] = True
    return mask


def _listed(truth: Truth, wanted: set[str]) -> Mask:
    mask = np.zeros(truth.items.rows, np.bool_)
    met: set[str] = set()
    for column in ("title", "source_id", "data_hash"):
        values = truth.items[column].astype(str)
        mask |= np.isin(values, list(wanted))
        met |= wanted & set(values.tolist())
    if missing := sorted(wanted - met):
        raise RequestError(
            f"{missing[0]!r} is no image of the project",
            fix=near_misses(missing[0], truth.items["title"].tolist()),
            code="E-SLICE-VALUE",
        )
    if not wanted:
        raise RequestError("the list of images is empty", fix="name some", code="E-SLICE-EMPTY")
    return mask


def _unknown(key: str, value: str, known: list[str]) -> RequestError:
    fix = near_misses(value, known) if known else f"no image has a {key}"
    return RequestError(f"no image has {key} {value!r}", fix=fix, code="E-SLICE-VALUE")
