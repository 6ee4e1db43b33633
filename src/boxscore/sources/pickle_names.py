"""Sets of names in a pickle, which pydantic writes with every model, passed over in one step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

SET_OF_RECALLED = re.compile(rb"\x8f\x94\(((?:h.|j.{4}){1,64})\x90", re.DOTALL)
"""A new set, remembered, and filled with what was remembered before."""
RECALL_1 = b"h"[0]
MOST_SETS = 4


class NameSets:
    """Sets of remembered names that were met; each way of writing one is looked at once.

    Args:
        memo: What the reader remembers.
    """

    def __init__(self, data: bytes, memo: Sequence[Any]) -> None:
        self.data, self.memo = data, memo
        self._known: list[bytes] = []

    def end(self, at: int) -> int:
        """Where the set that starts at a byte ends; 0 where it is another one."""
        for known in self._known:
            if self.data.startswith(known, at):
                return at + len(known)
        found = SET_OF_RECALLED.match(self.data, at)
        if found is None or not all(type(self.memo[key]) is str for key in _keys(found[1])):
            return 0
        if len(self._known) < MOST_SETS:
            self._known.append(found[0])
        return found.end()

    def forget(self) -> None:
        """Something else may be remembered under a number now."""
        self._known.clear()


def _keys(recalls: bytes) -> Iterator[int]:
    """Under which numbers a row of opcodes recalls values."""
    at = 0
    while at < len(recalls):
        size = 1 if recalls[at] == RECALL_1 else 4
        yield int.from_bytes(recalls[at + 1 : at + 1 + size], "little")
        at += 1 + size
