"""What a reader of a pickle holds: its bytes, a stack with marks, and what it remembers."""

from __future__ import annotations

import struct
from typing import Any

from boxscore.sources.pickle_names import NameSets
from boxscore.sources.pickle_symbols import Refused

NOTHING = object()
"""Under a number that the file left out; no form of a prediction takes it."""
FEWEST_BYTES = 8
"""A prediction's models take over 20 bytes each; those of a bomb 1 to 4."""


class PickleState:
    """Lengths are checked against the bytes that are left before anything is taken.

    Args:
        data: The whole file.
    """

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: list[Any] = []
        self.names = NameSets(data, self.memo)
        self.spent = 0
        self.made = 0
        self.done = False

    # --- memory ------------------------------------------------------------------------------

    def remember(self, key: int) -> None:
        """Remember the top value under a number; a file may leave numbers out, within its size."""
        if key > self.at:
            raise Refused("it remembers under a number beyond its size")
        self.memo += [NOTHING] * (key + 1 - len(self.memo))
        self.memo[key] = self.top()
        self.names.forget()

    def recalled(self, key: int) -> Any:
        """A remembered value."""
        if key >= len(self.memo):
            raise ValueError("it recalls a value that was never remembered")
        return self.memo[key]

    # --- bytes -------------------------------------------------------------------------------

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count < 0 or count > len(self.data) - self.at:
            raise ValueError("the file ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, form: struct.Struct) -> Any:
        """The next bytes as a number."""
        start = self.at
        self.at += form.size
        if self.at > len(self.data):
            raise ValueError("the file ends too early")
        return form.unpack_from(self.data, start)[0]

    def line(self) -> bytes:
        """Up to the next line end."""
        end = self.data.find(b"\n", self.at)
        if end < 0:
            raise ValueError("a line without end")
        found = self.data[self.at : end]
        self.at = end + 1
        return found

    # --- stack -------------------------------------------------------------------------------

    def pop(self) -> Any:
        """The top value."""
        if not self.stack or (self.marks and self.marks[-1] == len(self.stack)):
            raise ValueError("a value is missing")
        return self.stack.pop()

    def top(self) -> Any:
        """The top value, left in place."""
        if not self.stack:
            raise ValueError("a value is missing")
        return self.stack[-1]

    def since_mark(self) -> list[Any]:
        """The values above the last mark."""
        if not self.marks:
            raise ValueError("a mark is missing")
        start = self.marks.pop()
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def push_made(self, value: Any) -> None:
        """Push a new model; honest files spend many more bytes on each."""
        self.made += 1
        if self.made * FEWEST_BYTES > self.at:
            raise Refused("it makes more objects than its size allows for")
        self.stack.append(value)
