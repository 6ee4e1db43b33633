"""The catalogue: a SQLite file in WAL mode that says which runs and parts are live.

Its schema grows by numbered steps; `user_version` is the number of the last one taken.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from boxscore.errors import DamagedStoreError, NewerStoreError, StoreError
from boxscore.store.layout import CATALOGUE
from boxscore.store.records import PartRecord, RunRecord

STEPS = (
    """
    CREATE TABLE meta (name TEXT NOT NULL, generation INTEGER NOT NULL, next_run INTEGER NOT NULL);
    CREATE TABLE document (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE run (
        run_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL,
        source TEXT NOT NULL, sha256 TEXT NOT NULL, format TEXT NOT NULL, task TEXT NOT NULL,
        rows INTEGER NOT NULL, details TEXT NOT NULL
    );
    CREATE TABLE part (
        name TEXT PRIMARY KEY, owner TEXT NOT NULL, "table" TEXT NOT NULL, rows INTEGER NOT NULL,
        bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, born INTEGER NOT NULL, died INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX part_died ON part (died);
    CREATE TABLE file (
        path TEXT PRIMARY KEY, bytes INTEGER, sha256 TEXT
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE tag (
        name TEXT NOT NULL, owner TEXT NOT NULL, "row" INTEGER NOT NULL,
        PRIMARY KEY (name, owner, "row")
    ) WITHOUT ROWID;
    CREATE INDEX tag_row ON tag (owner, "row");
    CREATE TABLE note (
        owner TEXT NOT NULL, "row" INTEGER NOT NULL, text TEXT NOT NULL, created TEXT NOT NULL,
        PRIMARY KEY (owner, "row")
    ) WITHOUT ROWID;
    CREATE TABLE slice (
        name TEXT PRIMARY KEY, expression TEXT NOT NULL, created TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE action (
        id INTEGER PRIMARY KEY, created TEXT NOT NULL, what TEXT NOT NULL, undo TEXT NOT NULL
    );
    """,
)
VERSION = len(STEPS)
WITH_TAGS = 2
"""The step that made the tables of tags; older projects opened to read have none."""


class Catalogue:
    """An open catalogue.

    Args:
        root: The project folder.
        writable: Whether migrations may run and rows may be written.
        create: Whether a new one may be made.

    Raises:
        NewerStoreError: A newer program wrote it.
        DamagedStoreError: It is not a catalogue.
    """

    def __init__(self, root: Path, *, writable: bool = False, create: bool = False) -> None:
        path = root / CATALOGUE
        if not create and not path.is_file():
            raise DamagedStoreError(
                f"{path.name} is missing", fix="import the project anew", code="E-STORE-CATALOGUE"
            )
        try:
            self.db = _connect(path, writable)
            self._check_version(root)
            if not create and self._version() == 0:
                raise sqlite3.DatabaseError("it holds nothing")
            if writable:
                self._migrate()
        except sqlite3.OperationalError as failed:
            raise _unavailable(path, failed) from failed
        except sqlite3.DatabaseError as bad:
            raise DamagedStoreError(
                f"{path.name} is damaged: {bad}",
                fix="restore it from a copy, or import the project anew",
                code="E-STORE-CATALOGUE",
            ) from bad

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def _version(self) -> int:
        return int(self.db.execute("PRAGMA user_version").fetchone()[0])

    def _check_version(self, root: Path) -> None:
        version = self._version()
        if version > VERSION:
            raise NewerStoreError(
                f"project {root.name} has store version {version}, this program knows {VERSION}",
                fix="use a newer boxscore",
                code="E-STORE-NEWER",
            )

    def _migrate(self) -> None:
        """Take the steps that are missing, each in one transaction."""
        for number in range(self._version(), VERSION):
            script = f"BEGIN IMMEDIATE; {STEPS[number]} PRAGMA user_version={number + 1}; COMMIT"
            self.db.executescript(script)

    # --- reading -----------------------------------------------------------------------------

    def has_tags(self) -> bool:
        """Whether there are tables of tags."""
        return self._version() >= WITH_TAGS

    def tags(self) -> int:
        """Grows with every change of tags, notes and saved slices."""
        if not self.has_tags():
            return 0
        return int(self.db.execute("SELECT max(id) FROM action").fetchone()[0] or 0)

    def generation(self) -> int:
        """Grows with every publication."""
        row = self.db.execute("SELECT generation FROM meta").fetchone()
        return int(row[0]) if row else 0

    def name(self) -> str:
        """The project's name."""
        row = self.db.execute("SELECT name FROM meta").fetchone()
        return str(row[0]) if row else ""

    def document(self, name: str) -> str | None:
        """The text of a document, or None."""
        row = self.db.execute("SELECT text FROM document WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def runs(self) -> list[RunRecord]:
        """In order of import."""
        rows = self.db.execute(
            "SELECT run_id, name, created, source, sha256, format, task, rows, details "
            "FROM run ORDER BY run_id"
        )
        names = ("run_id", "name", "created", "source", "sha256", "format", "task", "rows")
        return [
            RunRecord(**dict(zip(names, row, strict=False)), details=json.loads(row[8]))
            for row in rows
        ]

    def parts(self, owner: str | None = None, table: str | None = None) -> list[PartRecord]:
        """Live parts, in order; of one owner and table if these are given."""
        rows = self.db.execute(
            'SELECT name, owner, "table", rows, bytes, sha256 FROM part WHERE died IS NULL '
            'AND (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR "table" = ?2) ORDER BY name',
            (owner, table),
        )
        names = ("name", "owner", "table", "rows", "bytes", "sha256")
        return [PartRecord(**dict(zip(names, row, strict=True))) for row in rows]

    def dead_parts(self) -> list[tuple[str, int]]:
        """Parts that no new reader sees, and the generation in which they died, oldest first."""
        return self.db.execute(
            "SELECT name, died FROM part WHERE died IS NOT NULL ORDER BY died, name"
        ).fetchall()

    def part_names(self) -> set[str]:
        """Every part that is still on the books."""
        return {row[0] for row in self.db.execute("SELECT name FROM part")}

    def files(self) -> list[tuple[str, int | None, str | None]]:
        """Path inside the project, bytes and SHA-256 of other files; None where not known."""
        return self.db.execute("SELECT path, bytes, sha256 FROM file ORDER BY path").fetchall()

    def file(self, path: str) -> tuple[int | None, str | None]:
        """Bytes and SHA-256 of one of them."""
        query = "SELECT bytes, sha256 FROM file WHERE path = ?"
        row: tuple[int | None, str | None] | None = self.db.execute(query, (path,)).fetchone()
        return row or (None, None)

    # --- writing -----------------------------------------------------------------------------

    def forget_parts(self, names: Iterable[str]) -> None:
        """Strike parts off the books."""
        with self.db:
            self.db.executemany("DELETE FROM part WHERE name = ?", [(name,) for name in names])


def _connect(path: Path, writable: bool) -> sqlite3.Connection:
    if writable:
        db = sqlite3.connect(path, timeout=10, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        return db
    uri = path.absolute().as_uri()
    try:
        db = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=10, isolation_level=None)
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:  # a read-only folder has no room for the WAL's index
        db = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return db


def _unavailable(path: Path, failed: sqlite3.OperationalError) -> StoreError:
    return StoreError(
        f"{path.name} cannot be opened: {failed}",
        fix="check the rights and the free space of the project folder",
        code="E-STORE-OPEN",
    )
