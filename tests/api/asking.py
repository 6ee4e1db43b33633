"""The guarded application, asked in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from boxscore.api.app import guarded
from boxscore.api.gate import hosts_for, new_token
from boxscore.project import Project

PORT = 8080
TOKEN = new_token()


def responses(project: Project, paths: Sequence[str]) -> list[httpx.Response]:
    """Send GET requests with a good token, one after the other."""

    async def all_of_them() -> list[httpx.Response]:
        gate: Any = guarded(project, token=TOKEN, hosts=hosts_for("127.0.0.1"), port=PORT)
        headers = {"host": f"127.0.0.1:{PORT}", "authorization": f"Bearer {TOKEN}"}
        transport = httpx.ASGITransport(app=gate, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return [await client.get(path, headers=headers) for path in paths]

    # On a thread of its own: a browser of other tests may keep a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(all_of_them())).result()


def answers(project: Project, paths: Sequence[str]) -> list[Any]:
    """The documents at some paths, each of which answers well."""
    found = responses(project, paths)
    assert {r.url.path: r.text for r in found if r.status_code != 200} == {}
    return [response.json() for response in found]
