"""Writing: stage everything, then publish it with one commit of the catalogue."""

from __future__ import annotations

import json
import shutil
import sqlite3
import uuid
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from boxscore.schema.tables import Table
from boxscore.store import files
from boxscore.store.catalogue import Catalogue
from boxscore.store.copies import Copies
from boxscore.store.failures import failure
from boxscore.store.layout import (
    IMAGES,
    ONTOLOGY,
    PARTS,
    REPORTS,
    STAGING,
    is_project,
    is_unfinished,
)
from boxscore.store.locks import WAIT_SECONDS, WriterLock
from boxscore.store.parts import write_part
from boxscore.store.records import PartRecord, RunRecord
from boxscore.store.sweep import sweep


class Writer:
    """One publication. Nothing is visible before `commit`; without it nothing remains.

    Args:
        root: The project folder.
        purpose: What is being done, for whoever waits.
        wait_seconds: How long to wait for another writer.

    Raises:
        BusyError: Another process writes.
        StoreError: The disk is full or fails.
    """

    def __init__(self, root: Path, purpose: str, wait_seconds: float = WAIT_SECONDS) -> None:
        self.root = root
        self._created = False
        self._name: str | None = None
        self._open(purpose, wait_seconds)

    @classmethod
    def create(cls, root: Path, name: str) -> Self:
        """A new project; its folder must not exist, and is gone again without a commit.

        What a killed process left of one is taken over, with the copies of files in it.
        """
        files.make_folder(root.parent)
        over = is_unfinished(root)
        try:
            files.hook("mkdir", root)
            root.mkdir(exist_ok=over)
        except OSError as failed:
            raise failure(root, failed) from failed
        writer = cls.__new__(cls)
        writer.root, writer._created, writer._name = root, True, name
        try:
            writer._open(f"make project {name}", 0)
        except BaseException:
            if not over:  # else it may be another's, who is alive
                shutil.rmtree(root, ignore_errors=True)
            raise
        return writer

    def _open(self, purpose: str, wait_seconds: float) -> None:
        self._parts: list[PartRecord] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._files: list[tuple[str, int | None, str | None]] = []
        self._moves: list[tuple[Path, Path]] = []
        self._statements: list[tuple[str, tuple[object, ...]]] = []
        self._lock = WriterLock(self.root, purpose, wait_seconds)
        try:
            for folder in (PARTS, STAGING, IMAGES, REPORTS):
                files.make_folder(self.root / folder)
            # A new project has its catalogue in staging until the commit: no folder is a project
            # before it holds one.
            self.staging = self.root / STAGING / uuid.uuid4().hex
            files.make_folder(self.staging)
            self._copies = Copies(self.staging)
            if self._created:
                self._take_over()
            home = self.staging if self._created else self.root
            self.catalogue = Catalogue(home, writable=True, create=self._created)
            if not self._created:
                self._sweep()
            self._next_run = self._read_next_run()
        except OSError as failed:
            self._lock.release()
            raise failure(self.root, failed) from failed
        except BaseException:
            self._lock.release()
            raise

    def _take_over(self) -> None:
        """Under the lock: nobody may have finished the project meanwhile."""
        if is_project(self.root):
            raise FileExistsError(17, "a project", str(self.root))
        self._copies.adopt(self.root)

    def _sweep(self) -> None:
        mine = self.staging
        files.remove_folder(mine)
        sweep(self.root, self.catalogue)
        files.make_folder(mine)

    def _read_next_run(self) -> int:
        row = self.catalogue.db.execute("SELECT next_run FROM meta").fetchone()
        return int(row[0]) if row else 1

    # --- staging -----------------------------------------------------------------------------

    def add_table(self, owner: str, table: Table) -> None:
        """Stage rows of a table as one part; further calls add further parts, in order."""
        if not table.rows:
            return
        position = self._counts[owner, table.schema.name]
        self._counts[owner, table.schema.name] += 1
        unique = self.staging.name[:12]
        name = f"{owner.replace(':', '')}-{table.schema.name}-{unique}-{position:04}.parquet"
        path = self.staging / name
        try:
            files.hook("write", path)
            write_part(table, path)
            files.sync(path)
            record = PartRecord(
                name=name,
                owner=owner,
                table=table.schema.name,
                rows=table.rows,
                bytes=path.stat().st_size,
                sha256=files.sha256(path),
            )
        except OSError as failed:
            raise failure(path, failed) from failed
        self._parts.append(record)
        self._moves.append((path, self.root / PARTS / name))

    def clear_table(self, owner: str, table: str) -> None:
        """Drop an owner's published rows of a table; parts added in this publication stay."""
        self._do(
            "UPDATE part SET died = (SELECT generation FROM meta) "
            'WHERE owner = ? AND "table" = ? AND died IS NULL',
            (owner, table),
        )

    def add_file(
        self,
        relative: str,
        source: Path,
        *,
        link: bool = False,
        known: tuple[int | None, str | None] = (None, None),
    ) -> None:
        """Stage a copy of, or a link to, an outside file.

        Args:
            known: Bytes and SHA-256 of the file, as it was read.
        """
        path = self._staged()
        try:
            if link:
                files.link(source, path)
                size, digest = known
            else:
                path, size, digest = self._copies.copy(source, *known)
        except OSError as failed:
            raise failure(path, failed, source) from failed
        self._add(relative, path, size, digest)

    def add_bytes(self, relative: str, data: bytes) -> None:
        """Stage a file with these bytes."""
        import hashlib

        path = self._staged()
        try:
            files.write_bytes(path, data)
        except OSError as failed:
            raise failure(path, failed) from failed
        self._add(relative, path, len(data), hashlib.sha256(data).hexdigest())

    def _staged(self) -> Path:
        return self.staging / f"file-{len(self._moves)}"

    def _add(self, relative: str, path: Path, size: int | None, digest: str | None) -> None:
        self._files.append((relative, size, digest))
        self._moves.append((path, self.root / relative))

    # --- rows of the catalogue -----------------------------------------------------------------

    def add_run(self, record: RunRecord) -> int:
        """Add a run; returns its id."""
        run_id, self._next_run = self._next_run, self._next_run + 1
        r = replace(record, run_id=run_id)
        self._do(
            "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                r.run_id,
                r.name,
                r.created,
                r.source,
                r.sha256,
                r.format,
                r.task,
                r.rows,
                json.dumps(r.details),
            ),
        )
        return run_id

    @property
    def next_run(self) -> int:
        """The id that the next run to be added will have."""
        return self._next_run

    def rename_run(self, run_id: int, name: str) -> None:
        """Give a run another name."""
        self._do("UPDATE run SET name = ? WHERE run_id = ?", (name, run_id))

    def delete_run(self, run_id: int) -> None:
        """Delete a run with its tables and documents; readers of older generations keep them."""
        self._do("DELETE FROM run WHERE run_id = ?", (run_id,))
        prefix = f"evaluation:{run_id}:"
        self._do("DELETE FROM document WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))
        self._do(
            "UPDATE part SET died = (SELECT generation FROM meta) WHERE owner = ? AND died IS NULL",
            (f"run:{run_id}",),
        )

    def set_document(self, name: str, text: str) -> None:
        """Write a named text."""
        self._do("INSERT OR REPLACE INTO document VALUES (?, ?)", (name, text))
        if name == "ontology":
            path = self.staging / "ontology"
            files.write_bytes(path, (text + "\n").encode())
            self._moves.append((path, self.root / ONTOLOGY))

    def drop_document(self, name: str) -> None:
        """Forget a named text."""
        self._do("DELETE FROM document WHERE name = ?", (name,))

    def _do(self, statement: str, values: tuple[object, ...]) -> None:
        self._statements.append((statement, values))

    # --- publication ---------------------------------------------------------------------------

    def commit(self) -> int:
        """Publish everything; returns the new generation.

        Raises:
            StoreError: The disk is full or fails; nothing was published.
        """
        try:
            for source, target in self._moves:
                files.make_folder(target.parent)
                files.move(source, target)
            for folder in sorted({target.parent for _, target in self._moves}):
                files.sync(folder)
            generation = self._commit_catalogue()
            if self._created:
                self._publish_catalogue()
        except (OSError, sqlite3.Error) as failed:
            raise failure(self.root, failed) from failed
        self._moves.clear()
        return generation

    def _commit_catalogue(self) -> int:
        db = self.catalogue.db
        db.execute("BEGIN IMMEDIATE")
        try:
            if self._created:
                db.execute("INSERT INTO meta VALUES (?, 0, 1)", (self._name,))
            db.execute(
                "UPDATE meta SET generation = generation + 1, next_run = ?", (self._next_run,)
            )
            generation: int = db.execute("SELECT generation FROM meta").fetchone()[0]
            for statement, values in self._statements:
                db.execute(statement, values)
            db.executemany(
                "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                [
                    (p.name, p.owner, p.table, p.rows, p.bytes, p.sha256, generation)
                    for p in self._parts
                ],
            )
            db.executemany("INSERT OR REPLACE INTO file VALUES (?, ?, ?)", self._files)
            files.hook("commit", self.root)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return generation

    def _publish_catalogue(self) -> None:
        """Move a new project's finished catalogue to its place; that makes it a project."""
        from boxscore.store.layout import CATALOGUE

        self.catalogue.db.execute("PRAGMA journal_mode = DELETE")
        self.catalogue.db.close()
        files.sync(self.staging / CATALOGUE)
        files.move(self.staging / CATALOGUE, self.root / CATALOGUE)
        files.sync(self.root)
        files.sync(self.root.parent)
        self._created = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was staged and not published; let the next writer in."""
        self.catalogue.db.close()
        for _, target in self._moves:
            target.unlink(missing_ok=True)
        if self._created:
            shutil.rmtree(self.root, ignore_errors=True)
        else:
            files.remove_folder(self.staging)
        self._lock.release()
