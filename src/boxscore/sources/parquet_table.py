"""Tables as Parquet, read by pyarrow in a child process under limits."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import RequestError, SourceError, shown
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.regular_files import first_bytes
from boxscore.sources.report import ImportReport
from boxscore.sources.table_cells import Column
from boxscore.sources.table_rows import TableReader
from boxscore.sources.timed_pipe import TimedPipe

SUFFIXES = (".parquet", ".pq")
MAGIC = b"PAR1"
CHILD = Path(__file__).with_name("parquet_child.py")
FIX = "write the table again, or export it as CSV"
LARGEST_ANSWER = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What reading may cost.

    Attributes:
        seconds: Of the whole file.
        memory: Bytes of address space of the child.
        rows: In the file.
    """

    seconds: float = 600.0
    memory: int = 4 << 30
    rows: int = 100_000_000


def recognise(path: Path, role: Role) -> Guess:
    """By the four bytes that such a file begins with, whatever its columns."""
    del role
    fits = path.suffix.lower() in SUFFIXES and first_bytes(path, len(MAGIC)) == MAGIC
    return Guess(share=0.95, why="a Parquet file") if fits else NO


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one file.

    Raises:
        RequestError: pyarrow is not installed.
        SourceError: It is damaged, beyond a limit, or its columns name too little.
    """
    return read_within(path, request, report, Limits())


def read_within(path: Path, request: ReadRequest, report: ImportReport, limits: Limits) -> RawSet:
    """The same within other limits."""
    if find_spec("pyarrow") is None:
        raise RequestError(
            f"{path.name}: reading Parquet needs pyarrow, which is not installed",
            fix="pip install 'boxscore[parquet]', or write the table as CSV",
            code="E-EXTRA-PARQUET",
        )
    _check_kind(path)
    builder = RawBuilder("parquet", path, report, Convention(corners=None, scale=None))
    with _child(path, limits) as child:
        names = child.told()["names"]
        near = PictureFiles.beside(path, request)
        table = TableReader(builder, names, truth=request.role == "truth", near=near)
        wanted = {what: names[k] for what, k in table.found.items()}
        child.ask(list(wanted.values()))
        first = 1
        for columns in child.batches():
            batch = dict(zip(wanted, columns, strict=True))
            rows = len(columns[0])
            table.take(batch, range(first, first + rows))
            first += rows
    return table.finish()


def _check_kind(path: Path) -> None:
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError as bad:
        problem = f"cannot be read: {bad.strerror}"
        raise SourceError(path, "", problem, fix=FIX, code="E-FILE-READ") from None
    if not regular:
        raise SourceError(path, "", "is not a regular file", fix=FIX, code="E-FILE-KIND")


@contextmanager
def _child(path: Path, limits: Limits) -> Iterator[_Child]:
    """A child process that has opened the file; it ends with the block."""
    arguments = [str(path.absolute()), str(limits.memory), str(limits.rows)]
    process = subprocess.Popen(
        [sys.executable, "-P", str(CHILD), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=os.environ | {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"},
    )
    try:
        yield _Child(path, process, limits)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class _Child:
    """What the child says, or why nothing more comes."""

    def __init__(self, path: Path, process: subprocess.Popen[bytes], limits: Limits) -> None:
        assert process.stdin is not None and process.stdout is not None
        self.path, self.limits, self.stdin = path, limits, process.stdin
        deadline = time.monotonic() + limits.seconds
        self.pipe = TimedPipe(process.stdout.fileno(), deadline)

    def ask(self, names: list[str]) -> None:
        """Say which columns are wanted."""
        with contextlib.suppress(BrokenPipeError):
            self.stdin.write(json.dumps(names).encode() + b"\n")

    def told(self) -> dict[str, Any]:
        """The next answer.

        Raises:
            SourceError: There is none, or it says what is wrong.
        """
        answer: dict[str, Any] = json.loads(self._exactly(int(self._line())))
        if "problem" in answer:
            raise self._wrong(shown(answer["problem"]), "E-PARQUET")
        return answer

    def batches(self) -> Iterator[list[Column]]:
        """Columns of batch after batch."""
        while "end" not in (answer := self.told()):
            yield [self._column(kind, size) for kind, size in answer["columns"]]

    def _column(self, kind: str, size: int) -> Column:
        body = self._exactly(size)
        texts: list[Any] = [] if kind == "numbers" else json.loads(body)
        return np.frombuffer(body, np.float64) if kind == "numbers" else texts

    def _line(self) -> bytes:
        return self._guarded(lambda: self.pipe.line())

    def _exactly(self, count: int) -> bytes:
        if count > LARGEST_ANSWER:
            raise self._wrong("holds cells that are too large", "E-PARQUET")
        return self._guarded(lambda: self.pipe.exactly(count))

    def _guarded(self, take: Any) -> bytes:
        try:
            taken: bytes = take()
        except TimeoutError:
            problem = f"took longer than {self.limits.seconds:g} s to read"
            raise self._wrong(problem, "E-PARQUET-TIME") from None
        except (EOFError, ValueError):
            problem = "stopped the reader: it is damaged, or needs too much memory"
            raise self._wrong(problem, "E-PARQUET") from None
        return taken

    def _wrong(self, problem: str, code: str) -> SourceError:
        return SourceError(self.path, "", problem, fix=FIX, code=code)
