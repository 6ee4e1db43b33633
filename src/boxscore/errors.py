"""Every error a user can meet.

BoxscoreError            base; `exit_code` is what the command line ends with
├── SourceError          a file we were asked to read is not what it claims to be
├── RequestError         the command or call cannot be carried out as asked
│   ├── UnknownRunError
│   ├── MappingError, MappingFileError
│   └── ProjectNotFoundError
├── SchemaError          a table does not have the columns its role demands
└── StoreError           the project folder cannot be read or written
    ├── BusyError        another process holds the project
    ├── NewerStoreError  the project was written by a newer program
    └── DamagedStoreError
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from reprlib import Repr

EXIT_BUG = 1
EXIT_REFUSED = 2
EXIT_PARTLY = 3
EXIT_BUSY = 4
EXIT_GATE = 5
EXIT_INTERRUPTED = 130

LONGEST_VALUE = 120


_BRIEF = Repr()
_BRIEF.maxlevel = 2
_BRIEF.maxstring = _BRIEF.maxother = LONGEST_VALUE


def shown(value: object) -> str:
    """A value as it may stand in a message: cut at 120 characters, control characters escaped."""
    text = value[: LONGEST_VALUE + 1] if isinstance(value, str) else _BRIEF.repr(value)
    text = printable(text)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def printable(text: str) -> str:
    """The text with what would move the cursor, or is no character at all, escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def storable(text: str) -> str:
    """The text; what is no Unicode in it (bytes of file names, halves of characters) escaped."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def near_misses(name: str, known: Collection[str]) -> str:
    """The end of a fix: the closest known names, or all of them when there are few."""
    # Of long names only the start is compared: that takes the product of their lengths.
    short = {other[:LONGEST_VALUE]: other for other in known}
    close = get_close_matches(name[:LONGEST_VALUE], short, n=3)
    near = " or ".join(_quoted(short[other]) for other in close)
    if near:
        return f"did you mean {near}?"
    if not known:
        return "there are none yet"
    first = ", ".join(map(_quoted, sorted(known)[:10]))
    return f"use one of {first}" + (f" and {len(known) - 10} more" if len(known) > 10 else "")


def _quoted(name: str) -> str:
    return shown(repr(name))


class BoxscoreError(Exception):
    """Base of all errors raised on purpose; anything else is a bug."""

    exit_code = EXIT_REFUSED

    def __init__(self, problem: str, *, fix: str = "", code: str = "E-REFUSED") -> None:
        self.problem, self.fix, self.code = problem, fix, code
        super().__init__(f"{code} {problem}" + (f"\n  fix: {fix}" if fix else ""))


class SourceError(BoxscoreError):
    """A source file is malformed. The message says where, what, and how to repair it."""

    def __init__(
        self, path: os.PathLike[str] | str, where: str, problem: str, *, fix: str, code: str
    ) -> None:
        self.path, self.where = os.fspath(path), where
        place = f"{shown(self.path)}: {printable(where)}: " if where else f"{shown(self.path)}: "
        super().__init__(place + problem, fix=fix, code=code)


class RequestError(BoxscoreError):
    """The command or call cannot be carried out as asked; nothing was changed."""


@contextmanager
def writing(path: os.PathLike[str]) -> Iterator[None]:
    """Around what writes a file that somebody named.

    Raises:
        RequestError: The system does not let it be written.
    """
    try:
        yield
    except OSError as bad:
        why = os.strerror(bad.errno) if bad.errno else str(bad)
        raise RequestError(
            f"{shown(os.fspath(path))} cannot be written: {why}",
            fix="choose a folder that exists and may be written, on a disk that is not full",
            code="E-OUTPUT",
        ) from None


class UnknownRunError(RequestError):
    """A run is named that the project does not have."""

    def __init__(self, name: str, known: Collection[str]) -> None:
        problem = f"run {shown(name)!r} does not exist"
        super().__init__(problem, fix=near_misses(name, known), code="E-RUN-UNKNOWN")


class ProjectNotFoundError(RequestError):
    """No project at or around the given folder."""


class MappingError(RequestError, ValueError):
    """A mapping names what the project does not have; a ValueError, as Encord Active documents."""


class MappingFileError(RequestError, FileNotFoundError):
    """A mapping is neither passed nor beside the predictions."""


class SchemaError(BoxscoreError):
    """A table does not have the columns its role demands."""

    exit_code = EXIT_BUG


class StoreError(BoxscoreError):
    """The project folder cannot be read or written."""


class BusyError(StoreError):
    """Another process holds the project."""

    exit_code = EXIT_BUSY


class NewerStoreError(StoreError):
    """The project was written by a newer program."""


class DamagedStoreError(StoreError):
    """A part of the project is missing or its bytes changed."""
