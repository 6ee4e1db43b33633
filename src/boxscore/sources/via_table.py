"""VIA's annotations as CSV: a row per region, whose shape and attributes are cells of JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError, shown
from boxscore.sources.json_document import read_document
from boxscore.sources.text_lines import read_bytes

SHAPE, ATTRIBUTES = "region_shape_attributes", "region_attributes"
FIX = "export the annotations again, as CSV or JSON"


def read_via(file: Path) -> Any:
    """A document as VIA's JSON is, whichever of the two the file holds.

    Raises:
        SourceError: It cannot be read.
    """
    if file.suffix.lower() != ".csv":
        return read_document(file)
    try:
        text = read_bytes(file).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        return _document(rows)
    except UnicodeDecodeError as bad:
        place = f"byte {bad.start}"
        raise SourceError(file, place, "is not UTF-8", fix=FIX, code="E-TEXT-ENCODING") from None
    except csv.Error as bad:
        raise SourceError(file, "", shown(str(bad)), fix=FIX, code="E-TABLE-TEXT") from None


def _document(rows: csv.DictReader[str]) -> dict[str, Any]:
    if not {"filename", SHAPE, ATTRIBUTES} <= set(rows.fieldnames or ()):
        return {}
    files: dict[str, Any] = {}
    for row in rows:
        name = row["filename"]
        if not name:
            continue
        regions = files.setdefault(name, {"filename": name, "regions": []})["regions"]
        drawn = _object(row[SHAPE])
        if drawn != {}:  # of a picture without regions
            regions.append(
                {"shape_attributes": drawn, "region_attributes": _object(row[ATTRIBUTES])}
            )
    return files


def _object(cell: str | None) -> Any:
    """What a cell holds; None where that is no JSON."""
    try:
        return json.loads(cell or "{}")
    except (ValueError, RecursionError):
        return None
