"""A project of rows of our own table, as other packages' data sets give them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError
from boxscore.project.imports.creating import ProjectRequest, import_project

Document = dict[str, Any]
Row = Mapping[str, Any]


def project_of_rows(
    rows: Iterable[Row], paths: Iterable[str], *, target: Path, name: str
) -> Document:
    """Make a project; pictures are found by their paths, as `image` of a row names them.

    Args:
        rows: As `docs/formats/tables.md` says.
        paths: The picture files, which need not exist.

    Raises:
        RequestError: There is no image.
        SourceError: Over 5 % of the rows cannot be used.
    """
    files = [Path(path).absolute() for path in paths]
    if not files:
        raise RequestError("the data set has no image", fix="give one with images", code="E-EMPTY")
    root = Path(os.path.commonpath([file.parent for file in files]))
    found = root if any(file.is_file() for file in files) else None
    with tempfile.TemporaryDirectory(prefix="boxscore-rows-") as folder:
        table = Path(folder) / f"{Path(name).name}.jsonl"
        with table.open("w", encoding="utf-8") as out:
            for row in rows:
                place = Path(row["image"]).absolute().relative_to(root).as_posix()
                out.write(json.dumps({**row, "image": place}) + "\n")
        request = ProjectRequest(
            source=table, format="jsonl", images=found, target=target, name=name
        )
        return import_project(request)
