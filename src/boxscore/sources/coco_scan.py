"""Reading COCO lists: regular records by the compiled scanner, odd ones one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.kernels import _core
from boxscore.sources.coco_fields import Field, Unusable, repair_record, whole_number
from boxscore.sources.coco_records import (
    BadObject,
    ListSpec,
    Records,
    Span,
    in_brackets,
    joined,
    lane_of,
)
from boxscore.sources.json_text import JsonText
from boxscore.sources.report import ImportReport


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what makes the scanner give up into a refusal of the file."""
    try:
        yield
    except _core.ScanError as bad:
        fix = "export the file again; nothing was imported"
        where = f"byte {bad.offset}"
        raise SourceError(path, where, bad.problem, fix=fix, code=bad.code) from None
    except BadObject as bad:
        fix = "export the file again; nothing was imported"
        where = f"byte {bad.offset}"
        raise SourceError(path, where, str(bad), fix=fix, code="E-JSON") from None


def read_list(text: JsonText, spec: ListSpec, report: ImportReport) -> Records:
    """The records of a document that is one list.

    Raises:
        SourceError: The text is not JSON, or an id is NaN.
    """
    with refusing(text.path):
        scanned = _core.scan_list(text.source, spec.scanned())
    return _both_lanes(scanned, text, spec, report)


class WholeNeeded(Exception):
    """A file cannot be read window by window: what it means shows only in all of it."""


def read_windows(
    text: JsonText, spec: ListSpec, report: ImportReport, size: int
) -> Iterator[Records]:
    """The records of a document that is one list, some `size` bytes of it at a time.

    Numbers of records and codes of text ids count through all windows; `total` is that of the
    window.

    Raises:
        SourceError: As `read_list`.
        WholeNeeded: A window holds odd records only: the kind of its ids is not known.
    """
    with refusing(text.path):
        scan = _core.ListScan(text.source, spec.scanned())
    known: dict[str, dict[str, int]] = {f.key: {} for f in spec.fields if f.kind == "id"}
    first = 0
    while True:
        with refusing(text.path):
            scanned = scan.next(size)
        if scanned is None:
            return
        if len(scanned.odd) and not scanned.count:
            raise WholeNeeded
        records = _both_lanes(scanned, text, spec, report, first)
        first += records.total
        for key in known.keys() & records.texts.keys():
            _recode(records, key, known[key])
        yield records


def _recode(records: Records, key: str, known: dict[str, int]) -> None:
    """Number the texts of an id as the windows before do."""
    codes = [known.setdefault(text, len(known)) for text in records.texts[key]]
    records.column[key] = np.array(codes, np.int64)[records.column[key]]
    records.texts[key] = list(known)


def read_members(
    text: JsonText, specs: Mapping[str, ListSpec], report: ImportReport
) -> dict[str, Records | None]:
    """The records of some lists of a document that is an object; None for a list it lacks.

    Raises:
        SourceError: The text is not JSON, a member is no list, or an id is NaN.
    """
    with refusing(text.path):
        scanned = _core.scan_members(text.source, {k: s.scanned() for k, s in specs.items()})
    lists: dict[str, Records | None] = {}
    for key, spec in specs.items():
        found = scanned[key]
        lists[key] = None if found is None else _both_lanes(found, text, spec, report)
    return lists


def _both_lanes(
    scanned: _core.Records, text: JsonText, spec: ListSpec, report: ImportReport, first: int = 0
) -> Records:
    """Both lanes of a scan whose records count from `first`."""
    odd = scanned.odd
    total = scanned.count + len(odd)
    row = scanned.index + first if first else scanned.index
    if not len(odd):
        with refusing(text.path), text.spans() if _has_spans(spec) else _nothing() as span:
            return lane_of(scanned, row, spec, span, total)
    with refusing(text.path), text.spans() as span:
        kept, retyped = _careful_lane(scanned, span, spec, report, first)
        fast = lane_of(scanned, row, spec, span, total)
    if not kept:
        return fast
    again = ("[" + ",".join(json.dumps(values) for _, values in kept) + "]").encode()
    rescanned = _core.scan_list(again, spec.scanned())
    ordinals = np.array([ordinal for ordinal, _ in kept], np.int64)
    for k in rescanned.odd[:, 0].tolist() if len(rescanned.odd) else []:
        place = f"{spec.place}/{ordinals[k]}"
        report.reject("E-COCO-RECORD", place, "the record cannot be understood")
    slow = lane_of(rescanned, ordinals[rescanned.index], spec, again, total)
    return joined(fast, slow, retyped)


@contextmanager
def _nothing() -> Iterator[bytes]:
    yield b""


def _has_spans(spec: ListSpec) -> bool:
    return any(f.kind == "span" for f in spec.fields)


Kept = list[tuple[int, dict[str, Any]]]


def _careful_lane(
    scanned: _core.Records, span: Span, spec: ListSpec, report: ImportReport, first: int
) -> tuple[Kept, set[int]]:
    """Repair what can be repaired; bring its ids to the kind that the others have."""
    kept: Kept = []
    for place_in_scan, begin, end in scanned.odd.tolist():
        ordinal = first + place_in_scan
        place = f"{spec.place}/{ordinal}"
        record = json.loads(span[begin:end])
        who = _who(record, spec)
        try:
            repaired = repair_record(record, spec.fields)
        except Unusable as bad:
            if bad.fatal:
                fix = "give every record a valid id"
                where = place + bad.where
                raise SourceError(report.path, where, bad.problem, fix=fix, code=bad.code) from None
            report.reject(bad.code, place + bad.where, bad.problem + who)
            continue
        for code, key, problem, original in repaired.repairs:
            report.repair(code, f"{place}/{key}", problem + who, original)
        kept.append((ordinal, repaired.values))
    return _same_id_kinds(scanned, kept, spec, report)


def _who(record: object, spec: ListSpec) -> str:
    if not isinstance(record, dict):
        return ""
    known = [(w, record[k]) for k, w in spec.names if isinstance(record.get(k), int | str)]
    return in_brackets(known)


def _same_id_kinds(
    scanned: _core.Records, kept: Kept, spec: ListSpec, report: ImportReport
) -> tuple[Kept, set[int]]:
    retyped: set[int] = set()
    for f in spec.fields:
        if f.kind != "id":
            continue
        given = [values[f.key] for _, values in kept if f.key in values]
        if not given:
            continue
        some_regular = scanned.count and bool(np.any(scanned.present(f.key)))
        as_text = scanned.is_text(f.key) if some_regular else isinstance(given[0], str)
        kept = [one for one in kept if _retype(one, f, as_text, retyped, f"{spec.place}/", report)]
    return kept, retyped


def _retype(
    one: tuple[int, dict[str, Any]],
    f: Field,
    as_text: bool,
    retyped: set[int],
    place: str,
    report: ImportReport,
) -> bool:
    """Make one id text or number as the others are; False rejects the record."""
    ordinal, values = one
    value = values.get(f.key)
    if value is None or isinstance(value, str) == as_text:
        return True
    where = f"{place}{ordinal}/{f.key}"
    if isinstance(value, str) and not whole_number(value):
        if f.lenient:
            del values[f.key]
            return True
        problem = f"{f.key} {shown(value)} is text, the others are numbers"
        report.reject("E-COCO-ID", where, problem)
        return False
    values[f.key] = str(value) if as_text else int(value)
    retyped.add(ordinal)
    problem = f"{f.key} {value!r} read as {values[f.key]!r}, as the others are"
    report.repair("W-COCO-ID-KIND", where, problem, value)
    return True
