"""Saying what goes on: silent for programs, a line on stderr for people after a second."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from types import TracebackType
from typing import Self, TypeVar

Thing = TypeVar("Thing")
Progress = Callable[[str], AbstractContextManager[object]]
"""Wraps one step of work, named for people."""


def silent(_step: str) -> AbstractContextManager[object]:
    """Say nothing."""
    return nullcontext()


class Tally:
    """How many of the things that a step works on are done; the step that runs shows it.

    Args:
        what: The things, for people: "label files".
        total: How many there are.
    """

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        step = _running.get()
        if step is not None:
            step.tally = self

    def add(self, count: int) -> None:
        """So many more are done."""
        self.done += count

    def __str__(self) -> str:
        return f"{self.done:,} of {self.total:,} {self.what}"


def counted(things: Sequence[Thing], what: str) -> Iterator[Thing]:
    """The things one by one; the step that runs shows how many of them were handled."""
    tally = Tally(what, len(things))
    for thing in things:
        yield thing
        tally.add(1)


class _Step:
    """A step that shows how far it is, again and again, until it ends."""

    wait = 0.5
    """Seconds until it is shown first."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.tally: Tally | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        self._outer = _running.set(self)
        self._thread.start()
        return self

    def _run(self) -> None:
        wait = self.wait
        while not self._done.wait(wait):
            wait = 0.2
            self.show()

    def show(self) -> None:
        """Say how far it is."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _running.reset(self._outer)
        self._done.set()
        self._thread.join()


class _Spinner(_Step):
    """Shows a step and its seconds once it has taken longer than one; wipes itself at the end."""

    wait = 1.0
    shown = False

    def show(self) -> None:
        self.shown = True
        seconds = time.monotonic() - self._start
        done = "" if self.tally is None else f": {self.tally}"
        sys.stderr.write(f"\r\x1b[2K{self.step}{done} … {seconds:.0f} s")
        sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        if self.shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def telling(say: Callable[[str, str | None], None]) -> Progress:
    """Tell each step as it begins, and how many of its things are done whenever that changed."""

    class Told(_Step):
        said: str | None = None

        def __enter__(self) -> Self:
            say(self.step, None)
            return super().__enter__()

        def show(self) -> None:
            done = None if self.tally is None else str(self.tally)
            if done != self.said:
                self.said = done
                say(self.step, done)

    return Told


_running: ContextVar[_Step | None] = ContextVar("running", default=None)
"""The step that is shown; a thread of the API has its own."""


def on_terminal(step: str) -> AbstractContextManager[object]:
    """Show the step on stderr if that is a terminal, else say nothing."""
    return _Spinner(step) if sys.stderr.isatty() else nullcontext()
