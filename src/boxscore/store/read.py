"""Reading one generation of a project, undisturbed by what is published meanwhile."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from boxscore.errors import DamagedStoreError, StoreError
from boxscore.schema.tables import Table, TableSchema
from boxscore.store import files
from boxscore.store.catalogue import Catalogue
from boxscore.store.layout import PARTS
from boxscore.store.locks import Leases
from boxscore.store.parts import read_parts
from boxscore.store.records import PartRecord, RunRecord

_checked: set[tuple[int, int, int, str]] = set()
"""Parts whose bytes this process has compared with their checksum."""


class Snapshot:
    """A leased generation: its runs, documents and tables. Use it in a `with` statement.

    Raises:
        StoreError: The project cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._catalogue = Catalogue(root)
        self._leases = Leases.of(root)
        self.generation = self._lease()

    def _lease(self) -> int:
        """Lock first, look second: between the two nothing that is listed can be swept."""
        try:
            while True:
                generation = self._catalogue.generation()
                if self._leases is not None:
                    self._leases.take(generation)
                self._catalogue.db.execute("BEGIN")
                if self._catalogue.generation() == generation:
                    return generation
                self._catalogue.db.execute("COMMIT")
                if self._leases is not None:
                    self._leases.give_back(generation)
        except sqlite3.Error as bad:
            raise StoreError(
                f"the catalogue cannot be read: {bad}",
                fix="run `boxscore verify`",
                code="E-STORE-CATALOGUE",
            ) from bad

    @property
    def name(self) -> str:
        """The project's name."""
        return self._catalogue.name()

    def runs(self) -> list[RunRecord]:
        """In order of import."""
        return self._catalogue.runs()

    def tags(self) -> int:
        """Grows with every change of tags, notes and saved slices."""
        return self._catalogue.tags()

    def document(self, name: str) -> str | None:
        """The text of a document, or None."""
        return self._catalogue.document(name)

    def file(self, relative: str) -> tuple[int | None, str | None]:
        """Bytes and SHA-256 of a file of the project as it was stored; None where not known."""
        return self._catalogue.file(relative)

    def files(self) -> list[tuple[str, int | None, str | None]]:
        """Place, bytes and SHA-256 of every file, as `file` gives them."""
        return self._catalogue.files()

    def table(self, owner: str, schema: TableSchema) -> Table:
        """All rows of an owner's table, in order; empty when it has none.

        Raises:
            DamagedStoreError: A part is missing or its bytes changed.
        """
        parts = self._catalogue.parts(owner, schema.name)
        paths = [check_part(self.root, part) for part in parts]
        return read_parts(paths, schema)

    def rows(self, owner: str, schema: TableSchema) -> int:
        """How many rows an owner's table has, without reading it."""
        return sum(part.rows for part in self._catalogue.parts(owner, schema.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._catalogue.db.in_transaction:
            self._catalogue.db.execute("COMMIT")
        self._catalogue.db.close()
        if self._leases is not None:
            self._leases.give_back(self.generation)


def check_part(root: Path, part: PartRecord) -> Path:
    """The path of a part whose bytes are as they were written; compared once per process."""
    path = root / PARTS / part.name
    try:
        facts = path.stat()
        key = facts.st_dev, facts.st_ino, facts.st_mtime_ns, part.sha256
        if key not in _checked:
            if files.sha256(path) != part.sha256:
                raise _damaged(part.name, "its bytes changed")
            _checked.add(key)
    except FileNotFoundError:
        raise _damaged(part.name, "it is missing") from None
    return path


def _damaged(name: str, problem: str) -> DamagedStoreError:
    return DamagedStoreError(
        f"part {name} is damaged: {problem}",
        fix="run `boxscore verify` for all damage; import anew what it belongs to",
        code="E-STORE-PART",
    )
