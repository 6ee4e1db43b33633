"""A line on a terminal while the plain score takes longer than a second.

The same manners as `boxscore.engine.progress`, without its imports.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False  # importing typing takes longer than scoring a small file
if TYPE_CHECKING:
    from boxscore.kernels._core import Progress

PATIENCE = 1.0  # seconds
WIPE = "\r\x1b[2K"


class Waiting:
    """Says once a second on stderr how far the reading is, and wipes that at the end."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._seen = sys.stderr is not None and sys.stderr.isatty()
        self._running, self._watched = allocate_lock(), allocate_lock()

    def __enter__(self) -> None:
        self._running.acquire()
        if self._seen:
            self._watched.acquire()
            start_new_thread(self._watch, ())

    def __exit__(self, *_: object) -> None:
        self._running.release()
        self._watched.acquire()

    def _watch(self) -> None:
        end = ""
        try:
            while not self._running.acquire(timeout=PATIENCE):
                self._write(WIPE + self._state())
                end = WIPE
            self._write(end)
        finally:
            self._watched.release()

    def _state(self) -> str:
        done, total = self._progress.done, self._progress.total
        if done < total:
            return f"reading … {done / total:.0%} of {total / 1e6:.0f} MB"
        return "matching …"

    def _write(self, line: str) -> None:
        sys.stderr.write(line)
        sys.stderr.flush()
