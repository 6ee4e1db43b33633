"""What a child process answers, read until a deadline."""

from __future__ import annotations

import os
import select
import time
from dataclasses import dataclass, field

LONGEST_HEADER = 1 << 16
BLOCK = 1 << 20


@dataclass(slots=True)
class TimedPipe:
    """Reads a pipe until a deadline.

    Raises:
        TimeoutError: The deadline passed.
        EOFError: The pipe was closed.
    """

    descriptor: int
    deadline: float
    _held: bytearray = field(default_factory=bytearray)

    def line(self) -> bytes:
        """Bytes up to a line's end, without it."""
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > LONGEST_HEADER:
                raise ValueError("no line")
            self._more()
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        return line

    def exactly(self, count: int) -> bytes:
        """So many bytes."""
        while len(self._held) < count:
            self._more()
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def _more(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0 or not select.select([self.descriptor], [], [], left)[0]:
            raise TimeoutError
        block = os.read(self.descriptor, BLOCK)
        if not block:
            raise EOFError
        self._held += block
