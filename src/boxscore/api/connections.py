"""Connections that say nothing do not stay: a bound on their number and on their silence."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 512
SECONDS_FOR_HEADERS = 10.0


class Connection(H11Protocol):
    """HTTP as uvicorn speaks it; a request line and headers have ten seconds to come.

    uvicorn ends connections that are idle after an answer; one that never asks, or that sends its
    headers byte by byte, it would keep.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Refuse what is beyond the bound; else wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes do not lengthen the wait for a request; a whole one ends it."""
        super().data_received(data)
        if self._is_busy():
            self._stop_waiting()
        elif self._deadline is None:
            self._wait()

    def on_response_complete(self) -> None:
        """What was sent meanwhile may be the next request; silence is uvicorn's to end."""
        self._stop_waiting()
        super().on_response_complete()

    def _is_busy(self) -> bool:
        cycle: Any = self.cycle  # none before the first request
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(SECONDS_FOR_HEADERS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if not self._is_busy() and not self.transport.is_closing():
            self.transport.abort()
