"""How predictions would be read into a project, told before they are imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from boxscore.errors import RequestError, storable
from boxscore.project.imports.importing import context_of
from boxscore.project.loading import Loaded
from boxscore.sources import examine
from boxscore.sources.decisions import diagnosed
from boxscore.sources.doctor import with_mapping, write_mapping
from boxscore.sources.report import ImportReport

MOST_CLASSES = 1000


def doctor(
    state: Loaded, path: Path, form: str, write: Path | None, mapping: Path | None
) -> dict[str, Any]:
    """What the doctor finds, as a document; the same decisions as a file where one is asked for."""
    if write is not None and write.exists():
        raise RequestError(
            f"{write}: exists already",
            fix="choose another name, or remove that file first",
            code="E-MAPPING-EXISTS",
        )
    report = ImportReport(path)
    context = context_of(state.truth())
    if mapping is not None:
        context = with_mapping(context, mapping)
    raw, diagnosis = examine(path, form, context, report)
    if write is not None:
        try:
            write_mapping(write, diagnosis.proposal(), path.absolute().name, state.name)
        except OSError as bad:
            problem = f"{write}: cannot be written: {bad.strerror}"
            fix = "choose a folder that exists and may be written"
            raise RequestError(problem, fix=fix, code="E-MAPPING-WRITE") from None
    return {
        "path": storable(str(path)),
        "format": raw.format,
        "recognised": report.recognised,
        "project": state.name,
        "records": raw.rows,
        "rejected": report.rejected,
        "warnings": report.warnings,
        **diagnosis.document(),
        "classes": diagnosed(raw, diagnosis, context)["classes"][:MOST_CLASSES],
        "mapping": None if write is None else str(write),
    }
