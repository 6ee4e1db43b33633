"""What was read of pictures and videos, written down as it is found: a run after a kill goes on."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from boxscore.errors import RequestError, SourceError

Facts = TypeVar("Facts")
Stamp = list[int]
MOST_BYTES = 1 << 30
PREFIX = ".unfinished-"


class KeptFacts:
    """A file of one JSON document a line; what is no such line, as the last one of a kill, is left.

    A file is known again by its path, size, number and times; safe to use from several threads.

    Attributes:
        found: How many files a stopped run had read.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.found = path, 0
        self._known = dict(_lines(path))
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None

    def facts(self, path: Path, kind: type[Facts], read: Callable[[Path], Facts]) -> Facts:
        """The facts of a file: kept ones where the file is as it was, else what `read` gives."""
        stamp = _stamp(path)
        known, facts = self._known.get(str(path), ([], {}))
        if stamp and known == stamp and (kept := _built(kind, facts)) is not None:
            with self._lock:
                self.found += 1
            return kept
        result = read(path)
        if stamp:
            self._keep(path, stamp, result)
        return result

    def _keep(self, path: Path, stamp: Stamp, facts: Any) -> None:
        line = json.dumps([str(path), stamp, asdict(facts)]).encode() + b"\n"
        with self._lock:
            if self._file is None:
                self._file = self.path.open("ab", buffering=0)
            self._file.write(line)

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._file.close()

    def forget(self) -> None:
        """Remove the file: it has served."""
        self.close()
        self.path.unlink(missing_ok=True)


_kept: ContextVar[KeptFacts | None] = ContextVar("kept", default=None)


@contextmanager
def keeping(folder: Path, source: Path) -> Iterator[KeptFacts]:
    """Facts that are read within are kept in a folder until the block ends well, or is refused.

    Args:
        folder: Where the file lies; made when there is something to keep.
        source: What is read; each has a file of its own.
    """
    # A stopped run leaves it beside the project that it was to become; the next one removes it.
    name = hashlib.sha256(os.fsencode(source.absolute())).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    kept = KeptFacts(folder / f"{PREFIX}{name}")
    outer = _kept.set(kept)
    try:
        yield kept
    except (RequestError, SourceError):  # an answer, no stop
        kept.forget()
        raise
    finally:
        _kept.reset(outer)
        kept.close()
    kept.forget()


def reader_of(kind: type[Facts], read: Callable[[Path], Facts]) -> Callable[[Path], Facts]:
    """`read`, or the same with what is kept by now; for use in any thread."""
    kept = _kept.get()
    return read if kept is None else lambda path: kept.facts(path, kind, read)


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]


def _lines(path: Path) -> Iterator[tuple[str, tuple[Stamp, dict[str, Any]]]]:
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        return
    with path.open("rb") as file:
        for line in file:
            try:
                name, stamp, facts = json.loads(line)
            except (ValueError, TypeError):
                continue
            if isinstance(name, str) and isinstance(facts, dict):
                yield name, (stamp, facts)


def _built(kind: type[Facts], given: dict[str, Any]) -> Facts | None:
    """The facts, or None where these are of another kind."""
    if given.keys() != {field.name for field in fields(kind)}:  # type: ignore[arg-type]
        return None
    findings: Sequence[Sequence[str]] = given["findings"]
    return kind(**given | {"findings": tuple((code, words) for code, words in findings)})
