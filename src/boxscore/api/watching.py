"""A client that goes away ends the work of its question."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from boxscore.engine.leaving import abandoned_when


class Watched:
    """ASGI middleware: what only reads is given up when nobody waits for it any more.

    What changes something goes on to its end.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on, and listen for the client's end meanwhile."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        first = await receive() | {"more_body": False}  # no route reads the body of a question
        left, gone = asyncio.Event(), threading.Event()
        asked = [first]

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()
            left.set()

        async def received() -> Any:
            if asked:
                return asked.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        watcher = asyncio.create_task(watch())
        try:
            with abandoned_when(gone.is_set):
                await self.app(scope, received, send)
        finally:
            gone.set()  # also when the server stops: threads end with it
            watcher.cancel()
