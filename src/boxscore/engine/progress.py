"""Saying what goes on: silent for programs, a line on stderr for people after a second."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Self

Progress = Callable[[str], AbstractContextManager[object]]
"""Wraps one step of work, named for people."""


def silent(_step: str) -> AbstractContextManager[object]:
    """Say nothing."""
    return nullcontext()


class _Spinner:
    """Shows a step and its seconds once it has taken longer than one; wipes itself at the end."""

    def __init__(self, step: str) -> None:
        self.step, self.shown = step, False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        self._thread.start()
        return self

    def _run(self) -> None:
        wait = 1.0
        while not self._done.wait(wait):
            wait, self.shown = 0.2, True
            seconds = time.monotonic() - self._start
            sys.stderr.write(f"\r\x1b[2K{self.step} … {seconds:.0f} s")
            sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        if self.shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def on_terminal(step: str) -> AbstractContextManager[object]:
    """Show the step on stderr if that is a terminal, else say nothing."""
    return _Spinner(step) if sys.stderr.isatty() else nullcontext()
