"""Folders below the one that the server may show: names only, nothing outside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError, shown, storable

MOST_ENTRIES = 2_000


def below(root: Path | None, relative: str) -> Path:
    """A place below the allowed folder.

    Raises:
        RequestError: No folder is allowed, or the place is outside it or not there.
    """
    if root is None:
        raise RequestError(
            "this server shows no folder of its machine",
            fix="upload the files, or start with --root DIR",
            code="E-ROOT-NONE",
        )
    top = root.resolve()
    try:
        # Links are followed first, so that none leads out.
        place = (top / relative).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise _elsewhere(relative) from None
    if not place.is_relative_to(top):
        raise _elsewhere(relative)
    return place


def _elsewhere(relative: str) -> RequestError:
    return RequestError(
        f"{shown(relative)!r} is not below the folder that this server may show",
        fix="choose a folder from the list",
        code="E-ROOT-OUTSIDE",
    )


def entries(root: Path | None, relative: str) -> dict[str, Any]:
    """What lies in a folder: folders first, by name; hidden ones are left out."""
    top = below(root, relative)
    if not top.is_dir():
        raise _elsewhere(relative)
    found: list[dict[str, Any]] = []
    total = 0
    with os.scandir(top) as scan:
        for entry in scan:
            if entry.name.startswith(".") or not _stays(entry, root):
                continue
            total += 1
            if len(found) < MOST_ENTRIES:
                folder = entry.is_dir()
                size = None if folder else entry.stat().st_size
                found.append({"name": storable(entry.name), "folder": folder, "size": size})
    found.sort(key=lambda one: (not one["folder"], one["name"]))
    return {"path": relative.strip("/"), "entries": found, "total": total}


def _stays(entry: os.DirEntry[str], root: Path | None) -> bool:
    """Whether an entry can be opened and does not lead out."""
    if not entry.is_symlink():
        return entry.is_dir() or entry.is_file()
    try:
        return root is not None and Path(entry.path).resolve(strict=True).is_relative_to(
            root.resolve()
        )
    except (OSError, RuntimeError):
        return False
