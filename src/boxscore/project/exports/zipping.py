"""A selection as one zip file, for a download."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

from boxscore.errors import RequestError
from boxscore.project.exports.exporting import ExportRequest, export
from boxscore.project.imports.importing import folder_name
from boxscore.project.loading import Loaded

MOST_BYTES = 4 << 30
"""Of the files before they are packed."""


def export_zip(state: Loaded, request: ExportRequest) -> Path:
    """Export into a folder inside `output` and pack it; the folder is gone afterwards.

    Pictures are stored as they are, since they do not get smaller; the rest is compressed.

    Raises:
        RequestError: It cannot be exported, or is too large.
    """
    folder = request.output / "content"
    export(state, replace(request, output=folder))
    name = folder_name(f"{state.name}-{request.what}-{request.format}")
    path = request.output / f"{name}.zip"
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    size = sum(file.stat().st_size for file in files)
    if size > MOST_BYTES:
        raise RequestError(
            f"the export has {size} bytes, a download at most {MOST_BYTES}",
            fix="select less, or use `boxscore export`",
            code="E-EXPORT-SIZE",
        )
    with zipfile.ZipFile(path, "w") as packed:
        for file in files:
            small = file.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp", ".parquet")
            how = zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED
            packed.write(file, f"{name}/{file.relative_to(folder).as_posix()}", how)
    shutil.rmtree(folder)
    return path
