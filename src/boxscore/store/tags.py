"""Tags, notes and saved slices: small rows of the catalogue, written at once, undone one by one.

They are no part of a generation: two people tag at the same time, and nobody's numbers move.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boxscore.errors import BusyError, StoreError
from boxscore.store.catalogue import Catalogue

ITEMS, TRUTH = "items", "truth"
MOST_UNDONE = 50
"""Actions that can be taken back."""
Owned = Mapping[str, Sequence[int]]
"""Owner -> rows."""


def owner_of_run(run_id: int) -> str:
    """Who owns the tags of a run's predictions."""
    return f"run:{run_id}"


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, and how many rows of an owner have it."""

    name: str
    owner: str
    rows: int


class Tags:
    """The tags of a project, to read; one open catalogue for each question."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with Catalogue(self.root) as catalogue:
            if not catalogue.has_tags():
                return []
            return catalogue.db.execute(query, values).fetchall()

    def counts(self) -> list[TagCount]:
        """Every tag by name, for each owner."""
        query = "SELECT name, owner, count(*) FROM tag GROUP BY name, owner ORDER BY name, owner"
        return [TagCount(*row) for row in self._ask(query)]

    def rows(self, name: str, owner: str) -> list[int]:
        """Rows of an owner that have a tag, ascending."""
        query = 'SELECT "row" FROM tag WHERE name = ? AND owner = ? ORDER BY "row"'
        return [row[0] for row in self._ask(query, (name, owner))]

    def names(self, owner: str, rows: Iterable[int]) -> dict[int, list[str]]:
        """Row -> its tags, of those rows that have any."""
        query = (
            'SELECT "row", name FROM tag WHERE owner = ? AND "row" IN '
            "(SELECT value FROM json_each(?)) ORDER BY name"
        )
        found: dict[int, list[str]] = {}
        for row, name in self._ask(query, (owner, json.dumps(list(rows)))):
            found.setdefault(row, []).append(name)
        return found

    def texts(self, owner: str, rows: Iterable[int]) -> dict[int, str]:
        """Row -> its note, of those rows that have one."""
        query = (
            'SELECT "row", text FROM note WHERE owner = ? AND "row" IN '
            "(SELECT value FROM json_each(?))"
        )
        return dict(self._ask(query, (owner, json.dumps(list(rows)))))

    def notes(self, owner: str) -> list[tuple[int, str, str]]:
        """Row, text and time of an owner's notes."""
        query = 'SELECT "row", text, created FROM note WHERE owner = ? ORDER BY "row"'
        return self._ask(query, (owner,))

    def slices(self) -> dict[str, str]:
        """Name -> expression of the saved slices."""
        return dict(self._ask("SELECT name, expression FROM slice ORDER BY name"))


Undo = list[tuple[str, list[list[Any]]]]
"""Statements, each with the rows that it is run for."""
Change = Callable[[sqlite3.Connection], Undo]
"""Does something, and says how it is undone."""


class TagWriter:
    """Changes, each in a transaction of its own that waits for others."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, name: str, rows: Owned) -> int:
        """Give rows a tag; returns how many did not have it."""
        return self._tag(f"tag {name}", name, rows, ADD, REMOVE)

    def remove(self, name: str, rows: Owned) -> int:
        """Take a tag off rows; returns how many had it."""
        return self._tag(f"untag {name}", name, rows, REMOVE, ADD)

    def _tag(self, what: str, name: str, rows: Owned, query: str, undo: str) -> int:
        changed: list[list[Any]] = []

        def change(db: sqlite3.Connection) -> Undo:
            for owner, some in rows.items():
                for row in dict.fromkeys(map(int, some)):
                    if db.execute(query, (name, owner, row)).rowcount:
                        changed.append([name, owner, row])
            return [(undo, changed)] if changed else []

        self._do(what, change)
        return len(changed)

    def note(self, rows: Owned, text: str) -> None:
        """Write a note on rows; an empty one goes."""

        def change(db: sqlite3.Connection) -> Undo:
            gone, back = [], []
            for owner, row in ((owner, int(row)) for owner, some in rows.items() for row in some):
                old = db.execute(
                    'SELECT text, created FROM note WHERE owner = ? AND "row" = ?', (owner, row)
                ).fetchone()
                db.execute(UNNOTE, (owner, row))
                if text:
                    db.execute(NOTE, (owner, row, text, _now()))
                gone.append([owner, row])
                back += [[owner, row, *old]] if old else []
            return [(UNNOTE, gone), (NOTE, back)]

        self._do("note", change)

    def save_slice(self, name: str, expression: str | None) -> bool:
        """Name a slice; None forgets it. Returns whether there was one."""
        existed: list[bool] = []

        def change(db: sqlite3.Connection) -> Undo:
            old = db.execute("SELECT * FROM slice WHERE name = ?", (name,)).fetchone()
            existed.append(old is not None)
            db.execute(UNSLICE, (name,))
            if expression is not None:
                db.execute(SLICE, (name, expression, _now()))
            return [(UNSLICE, [[name]]), (SLICE, [list(old)] if old else [])]

        self._do(f"{'save' if expression is not None else 'forget'} slice {name}", change)
        return existed[0]

    def forget(self, owner: str) -> None:
        """Drop everything an owner has; for runs that are deleted."""
        with self._transaction() as db:
            for table in ("tag", "note"):
                db.execute("DELETE FROM " + table + " WHERE owner = ?", (owner,))  # noqa: S608

    def undo(self) -> str | None:
        """Take the last change back; returns what it was, or None."""
        with self._transaction() as db:
            last = db.execute(
                "SELECT id, what, undo FROM action WHERE undo != '' ORDER BY id DESC LIMIT 1"
            ).fetchone()
            if last is None:
                return None
            for statement, rows in json.loads(last[2]):
                db.executemany(statement, rows)
            db.execute("UPDATE action SET undo = '' WHERE id = ?", (last[0],))
            _record(db, f"undo {last[1]}", "")
            return str(last[1])

    def _do(self, what: str, change: Change) -> None:
        with self._transaction() as db:
            undo = change(db)
            if undo:
                _record(db, what, json.dumps(undo))

    def _transaction(self) -> _Transaction:
        return _Transaction(self.root)


ADD = "INSERT OR IGNORE INTO tag VALUES (?, ?, ?)"
REMOVE = 'DELETE FROM tag WHERE name = ? AND owner = ? AND "row" = ?'
NOTE = "INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?)"
UNNOTE = 'DELETE FROM note WHERE owner = ? AND "row" = ?'
SLICE = "INSERT OR REPLACE INTO slice VALUES (?, ?, ?)"
UNSLICE = "DELETE FROM slice WHERE name = ?"


def _record(db: sqlite3.Connection, what: str, undo: str) -> None:
    db.execute("INSERT INTO action (created, what, undo) VALUES (?, ?, ?)", (_now(), what, undo))
    db.execute(
        "UPDATE action SET undo = '' WHERE id <= (SELECT max(id) FROM action) - ?", (MOST_UNDONE,)
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class _Transaction:
    """An open catalogue between BEGIN IMMEDIATE and COMMIT; everything or nothing."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> sqlite3.Connection:
        self._catalogue = Catalogue(self._root, writable=True)
        try:
            self._catalogue.db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as failed:
            self._catalogue.db.close()
            raise BusyError(
                f"the project is being written: {failed}",
                fix="try again in a moment",
                code="E-STORE-BUSY",
            ) from failed
        return self._catalogue.db

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        db = self._catalogue.db
        try:
            db.execute("ROLLBACK" if kind is not None else "COMMIT")
        except sqlite3.Error as failed:
            raise StoreError(
                f"the change was not stored: {failed}",
                fix="check the free space of the disk",
                code="E-STORE-WRITE",
            ) from failed
        finally:
            db.close()
