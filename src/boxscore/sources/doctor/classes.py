"""Classes as a source names them -> classes of the project's ontology."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import LONGEST_VALUE, shown
from boxscore.schema.ontology import ClassRow
from boxscore.sources.coco_ids import coco_ids
from boxscore.sources.doctor.readings import CLEAR, CLOSE, EXCEPTIONS, NO_WAY, Finding, Reading
from boxscore.sources.doctor.synonyms import SYNONYMS
from boxscore.sources.raw import RawClass, RawSet

NEAR = 0.85
"""Likeness from which a misspelt name is taken for another."""
ENOUGH = 20
"""Well-placed records from which their classes are evidence."""
CONTRADICTED = 0.2
"""Agreement below which a reading of numbers is doubted."""
FITTED = 0.75
"""What agreement weighs of the reading that is made to agree; it always does a little better."""
FEWEST = 20
"""Labels whose best record another reading names rightly, from which it contradicts another."""
ODDS = 3
"""It must be right where the ids are wrong this many times as often as the reverse."""
REPEATED = 4
"""Labels from which a class of a reading that is made from the evidence is no chance."""
GAIN = 0.2
"""A reading made from the evidence itself must also be right on this much more of the labels."""
ASSIGNED = "overlap with the ground truth"
COCO = "COCO's own ids"
BY_ID = "source id"
FROM_0 = "place in the list, from 0"
STANDING = {"yolo": FROM_0}
"""Format -> what its class numbers are, unless labels contradict it; else the project's ids."""
BY_NAME = (
    "feature hash",
    "name",
    "name, whatever its case and spacing",
    "name or synonym",
)
CLASS_WAYS = (
    *BY_NAME,
    BY_ID,
    "source id less one",
    "source id plus one",
    FROM_0,
    "place in the list, from 1",
    "place in the list, from 2",
    COCO,
    ASSIGNED,
)
"""Words of the readings, as a mapping file takes them."""


def read_classes(
    raw: RawSet,
    classes: Sequence[ClassRow],
    met: NDArray[np.int64] | None,
    *,
    by: str | None = None,
    exceptions: dict[str, str | None] | None = None,
) -> Finding:
    """Decide which class of the ontology each class of a source is.

    Names are compared first. Numbers without names are read as the ontology's source ids, as
    places in its list from 0 or from 1, and shifted by one; which of these holds is told from the
    records that lie well on a ground truth.

    Args:
        met: (source classes, ontology classes) on how many ground truths of the one the most
            confident record with IoU of 0.5 or more is of the other; None without evidence.
        by: The words of a reading, as a mapping file settles it.
        exceptions: Name or number -> name of a class, None to leave it out.
    """
    weights = np.maximum(
        np.bincount(raw.columns["class_ref"], minlength=len(raw.classes)).astype(np.float64), 1e-9
    )
    rest = weights
    if exceptions:  # what is decided by hand says nothing about the others
        by_hand = np.array(
            [any(key in exceptions for key in _keys(c)) for c in raw.classes], np.bool_
        )
        rest = np.where(by_hand, 1e-9, weights)
        met = None if met is None else np.where(by_hand[:, None], 0, met)
    readings = [
        _weighed(how, place, rest, met) for how, place in _readings(raw.classes, classes, met)
    ]
    readings = [reading for reading in readings if by in (None, reading.how)]
    readings.sort(key=_rank, reverse=True)
    best = readings[0] if readings else _weighed(NO_WAY, [-1] * len(raw.classes), weights, None)
    standing = STANDING.get(raw.format, BY_ID)
    best = _as_it_stands(best, readings, met, standing) if by is None else best
    if exceptions:
        best = _with_exceptions(best, raw.classes, classes, exceptions, weights)
    plain = best.how.removesuffix(EXCEPTIONS)
    others = tuple(r for r in readings if r.found > 0 and r.how != plain)
    sure, why = _verdict(best, others, len(raw.classes), met, standing)
    unmatched = tuple(_unmatched(best, raw.classes, classes))
    return Finding(
        question="classes",
        chosen=best,
        others=others,
        sure=sure or by is not None or (bool(exceptions) and best.found >= CLEAR),
        why=why,
        fix="settle it in a mapping file: classes: by: "
        f"{best.how.removesuffix(EXCEPTIONS)!r}, or name them under map:",
        unmatched=unmatched,
        doubt=_doubt(best, readings, met) if by is None and not exceptions else "",
    )


def _doubt(best: Reading, readings: Sequence[Reading], met: NDArray[np.int64] | None) -> str:
    """Where names are known, but labels say that they stand for other classes."""
    made = next((r for r in readings if r.how == ASSIGNED), None)
    if made is None or met is None or best.how not in BY_NAME:
        return ""
    if best.agreement >= CONTRADICTED or not contradicts(made, best, met):
        return ""
    return (
        f"classes go by their names, but only {best.agreement:.0%} of the records that lie on a "
        f"label have its class; {made.agreement:.0%} would with other names: are the names of "
        "either side in the right order?"
    )


def _rank(reading: Reading) -> tuple[float, float]:
    """Names found, then agreement; the order of `_readings` breaks what is equal."""
    agreement = 0.0 if np.isnan(reading.agreement) else round(_fair(reading), 2)
    return (min(reading.found, CLEAR), agreement)


def _fair(reading: Reading) -> float:
    return reading.agreement * (FITTED if reading.how == ASSIGNED else 1)


def _readings(
    named: list[RawClass], classes: Sequence[ClassRow], met: NDArray[np.int64] | None
) -> Iterator[tuple[str, list[int]]]:
    if named and all(c.name is not None for c in named):
        yield from _by_name(named, classes)
    numbers = [_number_of(c) for c in named]
    if named and all(n is not None for n in numbers):
        yield from _by_number([n or 0 for n in numbers], classes)
    if met is not None and met.sum() >= ENOUGH:
        yield ASSIGNED, _assigned(met)


def _by_name(named: list[RawClass], classes: Sequence[ClassRow]) -> Iterator[tuple[str, list[int]]]:
    names = [str(c.name) for c in named]
    yield "feature hash", _looked_up(names, {c.feature_hash: c.class_id for c in classes})
    yield "name", _looked_up(names, {c.name: c.class_id for c in classes})
    folded = {folded_name(c.name): c.class_id for c in classes}
    yield "name, whatever its case and spacing", _looked_up(map(folded_name, names), folded)
    yield "name or synonym", [_likely(name, folded) for name in names]


def _looked_up(names: Iterator[str] | Sequence[str] | map[str], known: dict[str, int]) -> list[int]:
    return [known.get(name, -1) for name in names]


def folded_name(name: str) -> str:
    """A name without case, spacing and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())


def _likely(name: str, folded: dict[str, int]) -> int:
    """Singular or plural, a synonym, or a misspelling of exactly one class."""
    short = folded_name(name)
    for other in _forms(short):
        if other in folded:
            return folded[other]
    near = (
        get_close_matches(short, list(folded), n=2, cutoff=NEAR)
        if 3 < len(short) <= LONGEST_VALUE
        else []
    )
    return folded[near[0]] if len(near) == 1 else -1


def _forms(short: str) -> Iterator[str]:
    yield short
    for plain in (short, *SYNONYMS.get(short, ())):
        yield plain
        yield plain + "s"
        if plain.endswith("s"):
            yield plain[:-1]
        if plain.endswith("es"):
            yield plain[:-2]
        if plain.endswith("ies"):
            yield plain[:-3] + "y"


def _number_of(named: RawClass) -> int | None:
    """The number of a class, also where a table writes it as a text."""
    if named.number is not None or named.name is None:
        return named.number
    digits = named.name.removeprefix("-")
    return int(named.name) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _by_number(numbers: list[int], classes: Sequence[ClassRow]) -> Iterator[tuple[str, list[int]]]:
    given = {c.source_id: c.class_id for c in classes if c.source_id is not None}
    if given:
        yield BY_ID, [given.get(n, -1) for n in numbers]
        yield "source id less one", [given.get(n + 1, -1) for n in numbers]
        yield "source id plus one", [given.get(n - 1, -1) for n in numbers]
    own = zip(coco_ids([c.name for c in classes]), classes, strict=True)
    coco = {number: c.class_id for number, c in own if number is not None}
    if coco and any(given.get(number) != place for number, place in coco.items()):
        yield COCO, [coco.get(n, -1) for n in numbers]
    count = len(classes)
    yield FROM_0, [n if 0 <= n < count else -1 for n in numbers]
    yield "place in the list, from 1", [n - 1 if 0 < n <= count else -1 for n in numbers]
    yield "place in the list, from 2", [n - 2 if 1 < n <= count + 1 else -1 for n in numbers]


def _assigned(met: NDArray[np.int64]) -> list[int]:
    """The class that each source class lies on most often, if it is its majority and no other's."""
    place = met.argmax(axis=1)
    top, total = met.max(axis=1), met.sum(axis=1)
    good = (top > 0) & (top * 2 > total)
    for c in np.unique(place[good]).tolist():
        rivals = np.flatnonzero(good & (place == c))
        good[rivals[top[rivals] < top[rivals].max()]] = False
    return [int(c) for c in np.where(good, place, -1)]


def _weighed(
    how: str, place: list[int], weights: NDArray[np.float64], met: NDArray[np.int64] | None
) -> Reading:
    at = np.array(place, np.int32).reshape(-1)
    found = float(weights[at >= 0].sum() / weights.sum()) if weights.size else 1.0
    agreement = float("nan")
    if met is not None and met.sum() >= ENOUGH:
        rows = np.flatnonzero(at >= 0)
        agreement = float(met[rows, at[rows]].sum() / met.sum())
    return Reading(how=how, place=at, found=found, agreement=agreement)


def _keys(named: RawClass) -> list[str]:
    """By what a mapping file may call a class; its number counts more."""
    keys = (named.name, None if named.number is None else str(named.number))
    return [key for key in keys if key is not None]


def _with_exceptions(
    best: Reading,
    named: list[RawClass],
    classes: Sequence[ClassRow],
    exceptions: dict[str, str | None],
    weights: NDArray[np.float64],
) -> Reading:
    known = {c.name: c.class_id for c in classes} | {c.feature_hash: c.class_id for c in classes}
    place = best.place.copy()
    for k, c in enumerate(named):
        for key in _keys(c):
            if key in exceptions:
                wanted = exceptions[key]
                place[k] = -2 if wanted is None else known.get(wanted, -1)
    found = float(weights[place != -1].sum() / weights.sum()) if weights.size else 1.0
    return Reading(how=best.how + EXCEPTIONS, place=place, found=found, agreement=best.agreement)


def _as_it_stands(
    best: Reading, readings: Sequence[Reading], met: NDArray[np.int64] | None, standing: str
) -> Reading:
    """What numbers are by their format, where that finds all and nothing contradicts it.

    Where the labels contradict every reading by rule, the one that is made from them.
    """
    own = next((r for r in readings if r.how == standing and r.found >= CLEAR), None)
    if own is not None and (met is None or not contradicts(best, own, met)):
        best = own
    made = next((r for r in readings if r.how == ASSIGNED), None)
    if made is not None and met is not None and best.how not in BY_NAME:
        return made if contradicts(made, best, met) else best
    return best


def _verdict(
    best: Reading,
    others: tuple[Reading, ...],
    count: int,
    met: NDArray[np.int64] | None,
    standing: str,
) -> tuple[bool, str]:
    total = int((best.place != -1).sum())
    why = f"{total} of {count} classes found by {best.how}"
    if not np.isnan(best.agreement):
        why += f"; {best.agreement:.0%} of the records that lie on a label have its class"
    if count == 0:
        return True, "no classes to read"
    if best.found < CLEAR:
        return False, why
    if best.how in BY_NAME:
        return True, why
    if np.isnan(best.agreement):
        rivals = [r for r in others if r.found >= CLEAR and _differ(r, best)]
        return best.how == standing or not rivals, why
    if best.how == standing:
        return met is None or not any(contradicts(r, best, met) for r in others), why
    rival = max((_fair(r) for r in others if _differ(r, best)), default=0.0)
    return best.agreement >= CONTRADICTED and rival < CLOSE * _fair(best), why


def rightly(place: NDArray[np.int32], met: NDArray[np.int64]) -> int:
    """How many of the records that lie on a label have its class."""
    rows = np.flatnonzero(place >= 0)
    return int(met[rows, place[rows]].sum())


def contradicts(other: Reading, own: Reading, met: NDArray[np.int64]) -> bool:
    """Whether labels are named rightly by another reading far more often than by the ids."""
    fitted = other.how == ASSIGNED
    place = other.place
    if fitted:
        row = np.arange(place.size)
        place = np.where(met[row, np.maximum(place, 0)] >= REPEATED, place, np.int32(-1))
    elif other.found < CLEAR:
        return False
    apart = place != own.place
    gained = rightly(np.where(apart, place, np.int32(-1)), met)
    lost = rightly(np.where(apart & (place >= 0), own.place, np.int32(-1)), met)
    if gained < FEWEST or gained <= ODDS * lost:
        return False
    return not fitted or gained - lost >= GAIN * int(met.sum())


def _differ(a: Reading, b: Reading) -> bool:
    """Whether two readings contradict each other: on over a tenth of what both of them place."""
    both = (a.place >= 0) & (b.place >= 0)
    return not both.any() or float((a.place[both] != b.place[both]).mean()) > 1 - CLOSE


def _unmatched(best: Reading, named: list[RawClass], classes: Sequence[ClassRow]) -> Iterator[str]:
    names = [c.name for c in classes if len(c.name) <= LONGEST_VALUE]
    for k in np.flatnonzero(best.place == -1)[:5].tolist():
        near = get_close_matches((named[k].name or "")[:LONGEST_VALUE], names, n=1)
        yield shown(named[k].words()) + (f" (did you mean {near[0]!r}?)" if near else "")
