"""Answers that stay in memory: each is made once, the least recently used go beyond a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from boxscore.engine.leaving import checkpoint

Answer = TypeVar("Answer")


@dataclass(slots=True)
class AnswerCache:
    """Answers by question. Safe to use from several threads.

    Whoever asks what is being made waits for it; other questions are answered meanwhile.

    Attributes:
        most: How many are kept; None is all.
        most_bytes: What they may take together, as far as they say; the newest always stays.
    """

    most: int | None = None
    most_bytes: int | None = None
    _answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _making: dict[Hashable, threading.Event] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """What `make` answered first. An error is not kept: the next one asks again."""
        while True:
            with self._lock:
                if key in self._answers:
                    self._answers.move_to_end(key)
                    known: Answer = self._answers[key]
                    return known
                other = self._making.get(key)
                if other is None:
                    mine = self._making[key] = threading.Event()
                    break
            other.wait()
        try:
            checkpoint()
            answer = make()
            with self._lock:
                self._answers[key] = answer
                self._trim()
            return answer
        finally:
            with self._lock:
                del self._making[key]
            mine.set()

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def nbytes(self) -> int:
        """Bytes of everything kept, as far as the answers say."""
        return sum(map(size_of, self._answers.values()))

    def _trim(self) -> None:
        while len(self._answers) > 1 and (
            (self.most is not None and len(self._answers) > self.most)
            or (self.most_bytes is not None and self.nbytes > self.most_bytes)
        ):
            self._answers.popitem(last=False)


def size_of(answer: object) -> int:
    """Bytes of an array, of what tells them as arrays do, or of a tuple of such."""
    if isinstance(answer, tuple):
        return sum(map(size_of, answer))
    return int(getattr(answer, "nbytes", 0))
