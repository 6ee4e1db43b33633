"""What only some data sets say of an annotation: flags, tracks, traits and rotation.

COCO itself has none of these keys; VOC, KITTI, LVIS, Open Images and CVAT exports carry them at
the top of a record or among its `attributes`. All are optional. A value of a wrong type is
reported and dropped; its record stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.kinds import Mark
from boxscore.sources.coco_fields import Field
from boxscore.sources.sieve import Sieve

ROTATIONS = ("rotation", "theta")
TRACKS = ("track_id", "instance_id")
FLAGS = (
    (Mark.IGNORED, ("ignore", "difficult")),
    (Mark.GROUP_OF, ("isgroupof", "IsGroupOf", "is_group_of")),
)
TRAITS = (("truncation", ("truncated", "truncation")), ("occlusion", ("occluded", "occlusion")))
NO_TRACK = "-1"
"""What MOT and KITTI write for an object without a track."""
LONGEST_TRACK = 200

PREDICTED = tuple(Field(k, "span", lenient=True) for k in ("attributes", *ROTATIONS, *TRACKS))
"""The extra fields of a result."""
ANNOTATED = PREDICTED + tuple(
    Field(key, "span", lenient=True) for _, keys in (*FLAGS, *TRAITS) for key in keys
)
"""The extra fields of an annotation."""

Given = dict[int, tuple[str, Any]]
"""Record -> the place of a value within it, and the value."""


def _given(sieve: Sieve, keys: tuple[str, ...]) -> Given:
    """The value under the first of `keys` that a record has, at its top before `attributes`."""
    found: Given = {}
    objects = sieve.records.objects
    for key in reversed(keys):
        for i, attributes in objects["attributes"].items():
            if isinstance(attributes, dict) and attributes.get(key) is not None:
                found[i] = f"/attributes/{key}", attributes[key]
    for key in reversed(keys):
        found |= {i: (f"/{key}", value) for i, value in objects.get(key, {}).items()}
    return found


def _read(
    sieve: Sieve, given: Given, convert: Callable[[Any], Any], code: str, what: str
) -> dict[int, Any]:
    """Record -> converted value; what `convert` returns None for is reported."""
    good: dict[int, Any] = {}
    wrong: dict[str, dict[int, str]] = {}
    for i, (place, value) in given.items():
        converted = convert(value)
        if converted is None:
            problem = f"{place.rpartition('/')[2]} {shown(value)} is no {what}: dropped"
            wrong.setdefault(place, {})[i] = problem
        else:
            good[i] = converted
    for place, words in wrong.items():
        flags = np.zeros(sieve.records.count, np.bool_)
        flags[list(words)] = True
        sieve.repair(flags, code, place, words.__getitem__)
    return good


def _number(value: Any) -> float | None:
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _angle(value: Any) -> float | None:
    return None if isinstance(value, bool) else _number(value)


def _flag(value: Any) -> bool | None:
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else None


def _track(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    whole = len(text) <= LONGEST_TRACK and not any("\ud800" <= c <= "\udfff" for c in text)
    return ("" if text == NO_TRACK else text) if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What those records say that say more than COCO.

    Attributes:
        tracks: Record -> its track's id as text; "" where it says that it has none.
        traits: Name of a trait -> record -> number; a trait that no record has is left out.
    """

    tracks: dict[int, str]
    traits: dict[str, dict[int, float]]


def read_extras(sieve: Sieve) -> Extras:
    """Tracks and traits; a result has no traits."""
    return Extras(
        tracks=_read(sieve, _given(sieve, TRACKS), _track, "W-COCO-TRACK", "track id"),
        traits=_read_traits(sieve),
    )


def read_rotations(sieve: Sieve) -> NDArray[np.float64]:
    """(N,) degrees clockwise, 0 where none is given."""
    theta = np.zeros(sieve.records.count)
    given = _given(sieve, ROTATIONS)
    for i, degrees in _read(sieve, given, _angle, "W-COCO-ROTATION", "angle").items():
        theta[i] = degrees
    return theta


def mark_flags(sieve: Sieve) -> None:
    """Mark the annotations that never count, and the boxes around groups."""
    for mark, keys in FLAGS:
        flags = np.zeros(sieve.records.count, np.bool_)
        for key in keys:
            said = _read(sieve, _given(sieve, (key,)), _flag, "W-COCO-FLAG-DROPPED", "0 or 1")
            flags[[i for i, flag in said.items() if flag]] = True
        sieve.mark(flags, mark)


def _read_traits(sieve: Sieve) -> dict[str, dict[int, float]]:
    read = {
        name: _read(sieve, _given(sieve, keys), _number, "W-COCO-TRAIT", "number")
        for name, keys in TRAITS
    }
    return {name: values for name, values in read.items() if values}
