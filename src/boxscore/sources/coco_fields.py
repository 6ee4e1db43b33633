"""The careful lane: one COCO record at a time, repaired into a regular one or found unusable."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from boxscore.errors import shown

LARGEST_INT = 2**63 - 1
LONGEST_BAD_COUNTS = 40


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a record that we read.

    Attributes:
        kind: The scanner's name of its type.
        lenient: An unusable value is dropped and the record stays.
    """

    key: str
    kind: str
    required: bool = False
    lenient: bool = False


@dataclass(slots=True)
class Unusable(Exception):
    """A value for which there is no repair."""

    code: str
    problem: str
    where: str = ""
    fatal: bool = False


@dataclass(slots=True)
class Repaired:
    """A record whose declared fields are all regular, and what was done to it."""

    values: dict[str, Any] = field(default_factory=dict)
    repairs: list[tuple[str, str, str, object]] = field(default_factory=list)


def repair_record(record: object, fields: tuple[Field, ...]) -> Repaired:
    """Bring the declared fields of one record into their regular types.

    Returns:
        The record without other keys; `repairs` lists (code, key, problem, original).

    Raises:
        Unusable: A needed field is missing or cannot be understood; `where` names it.
    """
    if not isinstance(record, Mapping):
        raise Unusable("E-COCO-RECORD", f"a record is an object, not {shown(record)}")
    out = Repaired()
    for f in fields:
        value = record.get(f.key)
        if value is None:
            if f.required:
                raise Unusable("E-COCO-MISSING", _missing(f.key, f.key in record), f"/{f.key}")
            continue
        _repair_field(f, value, out)
    return out


def _missing(key: str, is_null: bool) -> str:
    return f"{key} is null" if is_null else f"{key} is missing"


def _repair_field(f: Field, value: object, out: Repaired) -> None:
    try:
        good, problem = CONVERT[f.kind](value)
    except Unusable as bad:
        if not f.lenient:
            bad.where = f"/{f.key}{bad.where}"
            raise
        out.repairs.append(("W-COCO-DROPPED", f.key, f"{f.key} {bad.problem}: dropped", value))
        return
    if problem:
        out.repairs.append((problem, f.key, f"{f.key} {shown(value)} read as {good}", value))
    if good is not None:
        out.values[f.key] = good


Converted = tuple[Any, str]
"""The regular value, and the code of the repair or ""."""


def _integer(value: object) -> Converted:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unusable("E-COCO-NUMBER", f"{shown(value)} is not a whole number")
    if isinstance(value, int):
        if not -LARGEST_INT - 1 <= value <= LARGEST_INT:
            raise Unusable("E-COCO-NUMBER", f"{shown(value)} needs more than 64 bits")
        return value, ""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Unusable("E-COCO-NOT-FINITE", f"{value} is not finite")
        if value.is_integer() and abs(value) < 2**53:
            return int(value), "W-COCO-INT-AS-FLOAT"
        raise Unusable("E-COCO-NUMBER", f"{value} is not a whole number")
    if whole_number(value):
        return _integer(int(value))[0], "W-COCO-NUMBER-AS-TEXT"
    raise Unusable("E-COCO-NUMBER", f"{shown(value)} is not a whole number")


def whole_number(text: str) -> bool:
    """Whether a text is how a 64-bit whole number is written, and nothing else."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        return False
    return str(int(text)) == text and -(1 << 63) <= int(text) < 1 << 63


def _id(value: object) -> Converted:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise Unusable("E-COCO-ID", f"id {value} is not a number", fatal=True)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _integer(value)
    raise Unusable("E-COCO-ID", f"{shown(value)} is not an id")


def _number(value: object) -> Converted:
    if isinstance(value, str):
        try:
            return _number(float(value))[0], "W-COCO-NUMBER-AS-TEXT"
        except ValueError:
            pass
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable("E-COCO-NUMBER", f"{shown(value)} is not a number")
    return finite(value), ""


def finite(value: object) -> float:
    """A finite number as float64.

    Raises:
        Unusable: It is none; numbers in quotes and booleans are none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable("E-COCO-NUMBER", f"{shown(value)} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Unusable("E-COCO-NOT-FINITE", f"{shown(value)} is not finite")
    return number


def _box(value: object) -> Converted:
    if value == []:
        return None, ""
    if not isinstance(value, list):
        raise Unusable("E-COCO-BBOX", f"{shown(value)} is not [x, y, width, height]")
    if len(value) != 4:
        raise Unusable("E-COCO-BBOX", f"{len(value)} numbers, [x, y, width, height] are 4")
    return [_finite_at(f"[{k}]", number) for k, number in enumerate(value)], ""


def _finite_at(where: str, value: object) -> float:
    try:
        return finite(value)
    except Unusable as bad:
        bad.where = where
        raise


def _text(value: object) -> Converted:
    if not isinstance(value, str):
        raise Unusable("E-COCO-TEXT", f"{shown(value)} is not text")
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise Unusable("E-COCO-TEXT", f"{shown(value)} holds half a surrogate pair")
    return value, ""


def _flag(value: object) -> Converted:
    if isinstance(value, bool) or (isinstance(value, int) and value in (0, 1)):
        return int(value), ""
    if isinstance(value, float | str) and str(value) in ("0", "1", "0.0", "1.0"):
        return int(float(value)), "W-COCO-FLAG"
    raise Unusable("E-COCO-FLAG", f"{shown(value)} is neither 0 nor 1")


def _span(value: object) -> Converted:
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        raise Unusable("E-COCO-NOT-FINITE", f"{shown(value)} is not plain JSON") from None
    return value, ""


def _segmentation(value: object) -> Converted:
    rings = value if isinstance(value, list) else [value]
    if rings and all(isinstance(ring, dict) and "exterior" in ring for ring in rings):
        return _of_rings(rings)
    if isinstance(value, dict):
        return _run_lengths(value), ""
    if not isinstance(value, list):
        raise Unusable("E-COCO-SEGMENTATION", f"{shown(value)} is no list and no object")
    if value in ([], [[]]):
        return value, ""
    if not all(isinstance(part, list) for part in value):
        raise Unusable("E-COCO-POLYGON-DEPTH", "is not a list of lists of numbers")
    for k, part in enumerate(value):
        _polygon(k, part)
    return value, ""


def _of_rings(rings: list[Any]) -> Converted:
    """kwcoco's {exterior, interiors} as COCO's parts, which have no holes."""
    outer = [ring["exterior"] for ring in rings]
    pairs = [isinstance(part, list) and all(map(_is_pair, part)) for part in outer]
    if not all(pairs):
        raise Unusable("E-COCO-POLYGON-DEPTH", "has an exterior that is no list of x and y")
    parts = [[number for pair in part for number in pair] for part in outer]
    holes = any(ring.get("interiors") for ring in rings)
    return _segmentation(parts)[0], "W-COCO-HOLES" if holes else ""


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2


def _polygon(k: int, part: list[object]) -> None:
    for n, number in enumerate(part):
        if isinstance(number, list | dict):
            raise Unusable("E-COCO-POLYGON-DEPTH", "is nested too deeply", f"[{k}][{n}]")
        _finite_at(f"[{k}][{n}]", number)
    if len(part) % 2:
        problem = f"{len(part)} numbers, x and y need an even count"
        raise Unusable("E-COCO-POLYGON-ODD", problem, f"[{k}]")
    if len(part) < 6:
        problem = f"{len(part) // 2} points, a polygon needs 3"
        raise Unusable("E-COCO-POLYGON-SHORT", problem, f"[{k}]")


def _run_lengths(value: dict[str, object]) -> dict[str, object]:
    size, counts = value.get("size"), value.get("counts")
    if not (isinstance(size, list) and len(size) == 2 and all(type(s) is int for s in size)):
        raise Unusable("E-COCO-RLE-SIZE", f"{shown(size)} is not [height, width]", "/size")
    if isinstance(counts, str):
        if not counts.isascii():
            raise bad_counts(counts)
    elif isinstance(counts, list):
        _check_runs(counts)
    else:
        raise Unusable("E-COCO-RLE-COUNTS", f"{shown(counts)} is no run lengths", "/counts")
    return {"size": size, "counts": counts}


def _check_runs(counts: list[object]) -> None:
    """Whole numbers only; whether they make a mask is for the kernels to say."""
    for k, run in enumerate(counts):
        if type(run) is not int or abs(run) > LARGEST_INT:
            problem = f"{shown(run)} is not a whole number of pixels"
            raise Unusable("E-COCO-RLE-COUNTS", problem, f"/counts[{k}]")


def bad_counts(text: str) -> Unusable:
    """What to say of a compressed string that is none."""
    problem = f"{shown(text[:LONGEST_BAD_COUNTS])} is not a run-length code"
    if text.startswith(("b'", 'b"')) or "\\\\" in text:
        problem += ": text looks like str(bytes), use .decode()"
    return Unusable("E-COCO-RLE-COUNTS", problem, "/counts")


CONVERT: dict[str, Callable[[object], Converted]] = {
    "int": _integer,
    "id": _id,
    "number": _number,
    "box": _box,
    "text": _text,
    "flag": _flag,
    "span": _span,
    "segmentation": _segmentation,
}
