"""Removing what nobody can see: leftovers of killed writers, parts that died and are not read."""

from __future__ import annotations

import os
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
    known = {f"{PARTS}/{name}" for name in catalogue.part_names()}
    known |= {path for path, _, _ in catalogue.files()}
    return removed + sum(_strangers(root, folder, known) for folder in (PARTS, IMAGES, REPORTS))


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


def _strangers(root: Path, folder: str, known: set[str]) -> int:
    """Files below a folder that no publication knows; links count as files and lead nowhere."""
    removed = 0
    for place, _, names in os.walk(root / folder):
        for name in names:
            path = Path(place) / name
            if path.relative_to(root).as_posix() not in known:
                files.remove(path)
                removed += 1
    return removed
