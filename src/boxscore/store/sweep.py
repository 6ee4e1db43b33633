"""Removing what nobody can see: leftovers of killed writers, parts that died and are not read."""

from __future__ import annotations

from pathlib import Path

from boxscore.store import files
from boxscore.store.catalogue import Catalogue
from boxscore.store.layout import IMAGES, PARTS, REPORTS, STAGING
from boxscore.store.locks import Leases


def sweep(root: Path, catalogue: Catalogue) -> int:
    """Remove leftovers; the caller holds the writer's lock. Returns how many things went."""
    staging = list((root / STAGING).iterdir()) if (root / STAGING).is_dir() else []
    for leftover in staging:
        files.remove_folder(leftover)
    removed = len(staging) + _dead_parts(root, catalogue)
    removed += _strangers(root / PARTS, catalogue.part_names())
    known = {Path(path).name for path, _, _ in catalogue.files()}
    removed += _strangers(root / IMAGES, known) + _strangers(root / REPORTS, known)
    return removed


def _dead_parts(root: Path, catalogue: Catalogue) -> int:
    leases = Leases.of(root)
    gone = []
    for name, died in catalogue.dead_parts():
        if leases is None or not leases.nobody_before(died):
            break
        files.remove(root / PARTS / name)
        gone.append(name)
    if gone:
        catalogue.forget_parts(gone)
    return len(gone)


def _strangers(folder: Path, known: set[str]) -> int:
    strangers = (
        [path for path in folder.iterdir() if path.name not in known] if folder.is_dir() else []
    )
    for path in strangers:
        if not path.is_dir():
            files.remove(path)
    return len(strangers)
