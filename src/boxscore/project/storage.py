"""What a project's folder holds, where, and how many bytes it takes."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from boxscore.errors import storable
from boxscore.project.loading import Loaded
from boxscore.store.catalogue import Catalogue
from boxscore.store.layout import CATALOGUE, IMAGES, LEASES, ONTOLOGY, PARTS, REPORTS, STAGING

Document = dict[str, Any]
RUN = "run:"
FOLDERS = {
    IMAGES: "Pictures and videos, or links to them",
    REPORTS: "Reports of imports",
    STAGING: "What an import is writing",
    LEASES: "Marks of processes that read",
}


def storage_document(state: Loaded) -> Document:
    """One row for each sort of thing in the folder, places relative to it, and the sum."""
    root = state.root
    catalogue = [p for p in root.glob(f"{CATALOGUE}*") if p.is_file()]
    rows = [_row("Names, settings, tags, notes, scores", CATALOGUE, catalogue)]
    rows.append(_row("Classes, a copy for people", ONTOLOGY, [root / ONTOLOGY]))
    rows += _parts(state)
    rows += [_row(what, f"{name}/", _files(root / name)) for name, what in FOLDERS.items()]
    held = [row for row in rows if row["files"]]
    return {"rows": held, "bytes": sum(row["bytes"] for row in held)}


def _parts(state: Loaded) -> list[Document]:
    """The Parquet files: of images and labels, of each run, and those that nobody needs."""
    with Catalogue(state.root) as catalogue:
        live = {part.name: part.owner for part in catalogue.parts()}
    by_owner = defaultdict[str, list[Path]](list)
    for path in _files(state.root / PARTS):
        by_owner[live.get(path.name, "")].append(path)
    names = {f"{RUN}{record.run_id}": record.name for record in state.records.values()}
    rows = []
    for owner, paths in sorted(by_owner.items(), key=lambda pair: _order(pair[0])):
        if owner in names:
            what = f"Run {storable(names[owner])}: predictions, matches, metrics"
        elif owner:
            what = "Images and labels, their metrics and embeddings"
        else:
            what = "Replaced; goes with the next change"
        rows.append(_row(what, f"{PARTS}/", paths))
    return rows


def _order(owner: str) -> tuple[int, int]:
    """The project's own, runs in order of import, what nobody needs."""
    number = owner.removeprefix(RUN)
    if owner.startswith(RUN) and number.isdigit():
        return 1, int(number)
    return (0, 0) if owner else (2, 0)


def _files(folder: Path) -> list[Path]:
    return [Path(place) / name for place, _, names in os.walk(folder) for name in names]


def _row(what: str, place: str, paths: list[Path]) -> Document:
    sizes = []
    for path in paths:
        try:
            sizes.append(path.lstat().st_size)  # a link takes no more than itself
        except OSError:
            continue  # gone meanwhile
    return {"what": what, "place": place, "files": len(sizes), "bytes": sum(sizes)}
