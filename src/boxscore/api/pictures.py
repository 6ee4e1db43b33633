"""Encoded pictures that were asked for, kept in memory up to a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

CACHE_BYTES = 128 << 20


@dataclass(slots=True)
class PictureCache:
    """Encoded pictures, least recently used out first; bounded in bytes."""

    limit: int = CACHE_BYTES
    _kept: OrderedDict[tuple[object, ...], bytes] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: tuple[object, ...]) -> bytes | None:
        """A kept picture, now the most recent one."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[object, ...], picture: bytes) -> None:
        """Keep a picture, and drop the oldest ones beyond the bound."""
        with self._lock:
            self._bytes += len(picture) - len(self._kept.pop(key, b""))
            self._kept[key] = picture
            while self._bytes > self.limit and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1])
