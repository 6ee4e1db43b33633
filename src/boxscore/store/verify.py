"""Comparing every byte of a project with its checksums."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from boxscore.store import files
from boxscore.store.catalogue import Catalogue
from boxscore.store.layout import PARTS


@dataclass(slots=True)
class VerifyReport:
    """How many parts and files were compared, and what is wrong, one line each."""

    parts: int = 0
    files: int = 0
    problems: list[str] = field(default_factory=list)


def verify(root: Path) -> VerifyReport:
    """Check the catalogue, every live part and every other file.

    Raises:
        StoreError: The catalogue cannot be opened at all.
    """
    report = VerifyReport()
    with Catalogue(root) as catalogue:
        try:
            state = [row[0] for row in catalogue.db.execute("PRAGMA integrity_check(20)")]
        except sqlite3.DatabaseError as bad:
            state = [str(bad)]
        report.problems += [f"catalogue: {line}" for line in state if line != "ok"]
        for part in catalogue.parts():
            report.parts += 1
            _compare(root, f"{PARTS}/{part.name}", part.sha256, report)
        for path, _, digest in catalogue.files():
            report.files += 1
            _compare(root, path, digest, report)
    return report


def _compare(root: Path, relative: str, digest: str | None, report: VerifyReport) -> None:
    path = root / relative
    try:
        if digest is None:
            path.stat()
        elif files.sha256(path) != digest:
            report.problems.append(f"{relative}: its bytes changed")
    except FileNotFoundError:
        report.problems.append(
            f"{relative}: missing" + (", or its link leads nowhere" if path.is_symlink() else "")
        )
    except OSError as failed:
        report.problems.append(f"{relative}: {failed.strerror}")
