"""The guarded application, asked in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from boxscore.api.app import guarded
from boxscore.api.gate import hosts_for, new_token
from boxscore.api.served import Served
from boxscore.project import Project
from tests.loops import waited

PORT = 8080
TOKEN = new_token()


Request = str | tuple[str, str, Any]
"""A path to get, or a method, a path and a document to send."""


def responses(
    project: Project | Served, requests: Sequence[Request], **more: str
) -> list[httpx.Response]:
    """Send requests with a good token, one after the other.

    Args:
        more: Headers by name with underscores; they replace those that are sent anyway.
    """

    async def all_of_them() -> list[httpx.Response]:
        gate: Any = guarded(project, token=TOKEN, hosts=hosts_for("127.0.0.1"), port=PORT)
        headers = {"host": f"127.0.0.1:{PORT}", "authorization": f"Bearer {TOKEN}"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        transport = httpx.ASGITransport(app=gate, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            every = [("GET", r, None) if isinstance(r, str) else r for r in requests]
            return [await client.request(m, p, json=d, headers=headers) for m, p, d in every]

    return waited(all_of_them())


def answers(project: Project | Served, requests: Sequence[Request]) -> list[Any]:
    """The documents that some requests get, each of which is answered well."""
    found = responses(project, requests)
    assert {r.url.path: r.text for r in found if r.status_code != 200} == {}
    return [response.json() for response in found]


def posted(project: Project, path: str, body: Any, **headers: str) -> httpx.Response:
    """The answer to a document that was sent, with more headers by name with underscores."""
    return responses(project, [("POST", path, body)], **headers)[0]
