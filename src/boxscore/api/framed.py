"""The application within a page of somebody else, such as a notebook: the token is in its path.

In a frame of another site a cookie is not sent, so `/t/TOKEN/...` is `...` with the token. Only
who knows the token gets in, and only pages of this machine may be around the frame.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from boxscore.api.gate import CONTENT_POLICY, Gate, Message, Receive, Scope, Send

PREFIX = re.compile(r"/t/([\w-]{20,100})(/.*)", re.ASCII)
AROUND = (
    "http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:* vscode-webview:"
)
"""What may show the app in a frame: pages of this machine, and notebooks of an editor."""
FRAMED_POLICY = CONTENT_POLICY.replace(
    "frame-ancestors 'none'", f"frame-ancestors 'self' {AROUND}"
).encode()


@dataclass(frozen=True, slots=True)
class Framed:
    """ASGI middleware around the gate."""

    gate: Gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the token out of the path; every other request goes to the gate as it is."""
        found = PREFIX.fullmatch(scope.get("path", "")) if scope["type"] == "http" else None
        if found is None or not self.gate.is_token(found[1]):
            await self.gate(scope, receive, send)
            return
        page = found[2] == "/" and scope["method"] == "GET"
        # The page itself is asked for by the one around it; it holds no data.
        dropped = (b"authorization", b"sec-fetch-site") if page else (b"authorization",)
        headers = [(n, v) for n, v in scope["headers"] if n.lower() not in dropped]
        headers.append((b"authorization", b"Bearer " + found[1].encode()))
        inner = {**scope, "path": found[2], "raw_path": found[2].encode(), "headers": headers}
        await self.gate(inner, receive, _framable(send) if page else send)


def _framable(send: Send) -> Send:
    """The page may be shown in a frame of this machine."""

    async def passed(message: Message) -> None:
        if message["type"] == "http.response.start":
            refused = (b"x-frame-options", b"content-security-policy")
            kept = [(n, v) for n, v in message["headers"] if n.lower() not in refused]
            kept.append((b"content-security-policy", FRAMED_POLICY))
            message = {**message, "headers": kept}
        await send(message)

    return passed
