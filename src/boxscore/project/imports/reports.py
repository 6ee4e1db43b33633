"""The reports that imports left in a project, as documents."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from pathlib import Path
from typing import Any

from boxscore.errors import DamagedStoreError, RequestError, near_misses, printable, storable
from boxscore.project.imports.arrival import arrival
from boxscore.project.loading import Loaded
from boxscore.sources import DIRECT
from boxscore.store.records import RunRecord

Document = dict[str, Any]
MOST_LISTED = 200
"""Records shown with one report; `report_records` gives all of them."""


def import_reports(root: Path) -> list[Document]:
    """Every report, the newest import first, each with its first records and how many there are.

    Raises:
        DamagedStoreError: A report is not the JSON that the import wrote.
    """
    return [_listed(number, _read(path)) for number, path in _files(root)]


def import_report(state: Loaded, which: int | str) -> Document:
    """One report with all that it says, and what is stored of the run.

    Args:
        which: Its number, or a run: its newest report.

    Returns:
        A document of `import_reports`, and "sha256", "findings", "classes_read" and "looked_at" as
        `sources.decisions` tells them, "mapping_file" (None, then "no_mapping" says why),
        "checks", and "confidences" and "per_image" of a run that is there.

    Raises:
        RequestError: There is no such report.
    """
    number, kept = _found(state, which)
    told = kept.get("decisions") or {}
    record = _record_of(state, number, kept)
    text, why = _mapping(state, kept)
    return _listed(number, kept) | {
        "sha256": kept.get("sha256") or (None if record is None else record.sha256),
        "findings": told.get("findings", []),
        "classes_read": told.get("classes"),
        "looked_at": told.get("images"),
        "mapping_file": text,
        "no_mapping": why,
        **arrival(state, kept, None if record is None else record.name),
    }


def report_records(
    state: Loaded,
    which: int | str,
    *,
    outcome: str | None = None,
    code: str | None = None,
    offset: int = 0,
    limit: int = 100,
) -> Document:
    """One page of the records that an import rejected or repaired, in the report's order.

    Args:
        outcome: Only "rejected" or "repaired" ones.
        code: Only those of this code.

    Returns:
        "records", "total" of the filter, "next_offset", None at the end, and "codes", how many
        records are listed of each, whatever the filter.
    """
    _, kept = _found(state, which)
    chosen = [
        record
        for record in kept["records"]
        if outcome in (None, record["outcome"]) and code in (None, record["code"])
    ]
    end = offset + limit
    return {
        "records": chosen[offset:end],
        "total": len(chosen),
        "next_offset": end if end < len(chosen) else None,
        "codes": dict(Counter(record["code"] for record in kept["records"])),
    }


def mapping_file(state: Loaded, which: int | str) -> str:
    """The text of a mapping file that repeats an import.

    Raises:
        RequestError: Nothing was decided that a mapping file could say.
    """
    number, kept = _found(state, which)
    text, why = _mapping(state, kept)
    if text is None:
        fix = "ask for another import; `boxscore imports` lists them"
        raise RequestError(f"import {number}: {why}", fix=fix, code="E-MAPPING-NONE")
    return text


def _files(root: Path) -> list[tuple[int, Path]]:
    """Numbers and places of the reports, the newest first."""
    found = [
        (int(number[1]), path)
        for path in (root / "reports").glob("import-*.json")
        if (number := re.fullmatch(r"import-(\d+)", path.stem))
    ]
    return sorted(found, reverse=True)


def _read(path: Path) -> Document:
    try:
        document: Document = json.loads(path.read_text())
        for record in document["records"]:
            record["outcome"], record["code"]
    except (ValueError, KeyError, TypeError, AttributeError) as bad:
        raise DamagedStoreError(
            f"reports/{path.name} is not a report of an import",
            fix="restore the file, or remove it",
            code="E-REPORT-DAMAGED",
        ) from bad
    return document


def _listed(number: int, kept: Document) -> Document:
    records = kept["records"]
    plain = {key: kept[key] for key in kept.keys() - {"records", "decisions"}}
    return (
        {"number": number, "report": f"reports/import-{number}.json"}
        | plain
        | {
            "records": records[:MOST_LISTED],
            "listed": len(records),
            "repaired": sum(record["outcome"] == "repaired" for record in records),
        }
    )


def _found(state: Loaded, which: int | str) -> tuple[int, Document]:
    """A report by its number, or the newest one of a run; the last few stay in memory."""
    files = dict(_files(state.root))

    def read(number: int) -> Document:
        kept: Document = state.evaluated(("report", number), lambda: _read(files[number]))
        return kept

    if isinstance(which, int) or (which.isascii() and which.isdigit()):
        if int(which) in files:
            return int(which), read(int(which))
        fix = "`boxscore imports` lists them"
        raise RequestError(f"there is no import {which}", fix=fix, code="E-REPORT-NONE")
    names: list[str] = []
    for number in files:
        record = _record_of(state, number, read(number))
        name = read(number).get("run") if record is None else record.name
        if name == which:
            return number, read(number)
        names += [name] if name else []
    hint = near_misses(which, names)
    raise RequestError(f"run {which!r} has no report of an import", fix=hint, code="E-REPORT-NONE")


def _record_of(state: Loaded, number: int, kept: Document) -> RunRecord | None:
    """The run that an import made, whatever it is called now; None where it is gone."""
    for record in state.records.values():
        if record.details.get("report") == number:
            return record
    same = state.records.get(str(kept.get("run")))
    return None if same is None or "report" in same.details else same


def _mapping(state: Loaded, kept: Document) -> tuple[str | None, str | None]:
    """The mapping file's text, or why there is none."""
    if kept["kind"] == "project":
        return None, "of predictions alone such a file is kept; this import made the project"
    told = kept.get("decisions")
    if told is None:
        if "decisions" not in kept:
            return None, "it was made before readings were kept; import the file again"
        if kept.get("format") in DIRECT:
            return None, "its format has the project's own ids, so that nothing was to be decided"
        return None, "it was not read from a file"
    file, project = (printable(storable(name)) for name in (kept["file"], state.name))
    command = ["boxscore", "import", "predictions", file, "--format", kept["format"]]
    command += ["--name", printable(kept["run"]), "--mapping", "mapping.yaml"]
    head = [
        f"# How {file} was read into project {project}. The same again:",
        f"# {shlex.join(command)}",
        f"# SHA-256 of the source: {kept['sha256']}",
    ]
    return "\n".join(head) + "\n" + str(told["mapping"]), None
