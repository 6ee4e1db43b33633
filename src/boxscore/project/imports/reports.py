"""The reports that imports left in a project, as documents."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from boxscore.errors import DamagedStoreError

Document = dict[str, Any]
MOST_LISTED = 200
"""Records shown of one report; the file has all of them."""


def import_reports(root: Path) -> list[Document]:
    """Every report, the newest import first, each with its first records and how many there are.

    Raises:
        DamagedStoreError: A report is not the JSON that the import wrote.
    """
    found = [
        (int(number[1]), path)
        for path in (root / "reports").glob("import-*.json")
        if (number := re.fullmatch(r"import-(\d+)", path.stem))
    ]
    return [_report(number, path) for number, path in sorted(found, reverse=True)]


def _report(number: int, path: Path) -> Document:
    try:
        document: Document = json.loads(path.read_text())
        records = document.pop("records")
    except (ValueError, KeyError, TypeError, AttributeError) as bad:
        raise DamagedStoreError(
            f"reports/{path.name} is not a report of an import",
            fix="restore the file, or remove it",
            code="E-REPORT-DAMAGED",
        ) from bad
    named = f"reports/{path.name}"
    repaired = sum(record["outcome"] == "repaired" for record in records)
    listed = {"records": records[:MOST_LISTED], "listed": len(records), "repaired": repaired}
    return {"number": number, "report": named} | document | listed
