"""One writer at a time; readers lease the generation they look at.

The kernel frees both when a process dies, so no lock is ever stale.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from boxscore.errors import BusyError
from boxscore.store.layout import LEASES, WRITER_LOCK

WAIT_SECONDS = 10.0


class WriterLock:
    """Held by the one process that may write; its file says who and since when.

    Raises:
        BusyError: Another process holds it for longer than the wait.
    """

    def __init__(self, root: Path, purpose: str, wait_seconds: float = WAIT_SECONDS) -> None:
        self._descriptor = os.open(root / WRITER_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self._wait(wait_seconds)
        except BaseException:
            os.close(self._descriptor)
            raise
        since = datetime.now(UTC).isoformat(timespec="seconds")
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\t{since}\t{purpose}".encode(), 0)

    def _wait(self, wait_seconds: float) -> None:
        end = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise self._busy() from None
                time.sleep(0.02)

    def _busy(self) -> BusyError:
        fields = os.pread(self._descriptor, 4096, 0).decode("utf-8", "replace").split("\t")
        pid, since, purpose = (*fields, "", "", "")[:3]
        return BusyError(
            f"the project is held by process {pid or '?'} since {since or '?'} ({purpose or '?'})",
            fix="wait until it has finished, or stop that process",
            code="E-STORE-BUSY",
        )

    def release(self) -> None:
        """Let the next writer in."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


class Leases:
    """Shared locks on byte numbers: the byte of a generation is locked while someone reads it.

    POSIX locks belong to the process and go with the first close of the file, so the file is
    opened once per process and project, and leases are counted.
    """

    _all: dict[tuple[int, int], Leases] = {}  # noqa: RUF012 - shared by the whole process
    _guard = threading.Lock()

    def __init__(self, descriptor: int, pid: int) -> None:
        self._descriptor, self._pid = descriptor, pid
        self._held: Counter[int] = Counter()
        self._lock = threading.Lock()

    @classmethod
    def of(cls, root: Path) -> Leases | None:
        """The leases of a project; None where the folder cannot be written to."""
        path = root / LEASES
        with cls._guard:
            known = cls._known(path)
            if known is not None:
                return known
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            except OSError:
                return None
            facts = os.fstat(descriptor)
            leases = cls._all[facts.st_dev, facts.st_ino] = cls(descriptor, os.getpid())
            return leases

    @classmethod
    def _known(cls, path: Path) -> Leases | None:
        """Found without opening the file: closing it again would end every lease of the process."""
        try:
            facts = path.stat()
        except OSError:
            return None
        known = cls._all.get((facts.st_dev, facts.st_ino))
        return known if known is not None and known._pid == os.getpid() else None

    def take(self, generation: int) -> None:
        """Lease a generation."""
        with self._lock:
            if not self._held[generation]:
                fcntl.lockf(self._descriptor, fcntl.LOCK_SH, 1, generation)
            self._held[generation] += 1

    def give_back(self, generation: int) -> None:
        """End one lease of a generation."""
        with self._lock:
            self._held[generation] -= 1
            if not self._held[generation]:
                del self._held[generation]
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, generation)

    def nobody_before(self, generation: int) -> bool:
        """Whether no process reads a generation before this one."""
        with self._lock:
            if any(held < generation for held in self._held):
                return False
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, generation, 0)
            except OSError:
                return False
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, generation, 0)
            return True
