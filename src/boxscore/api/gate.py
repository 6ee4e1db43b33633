"""The one way in: token, Host and Origin are checked before anything else, default deny.

Loopback is no trust boundary: every page in the user's browser can send requests to it. So each
request needs the token (a cookie that only `/?token=` sets, or a bearer header), a Host that this
server answers to (against DNS rebinding), and no foreign Origin.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from boxscore.api.problems import problem_bytes

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN_PATHS = ("/", "/login", "/healthz", "/favicon.svg")
OPEN_PREFIX = "/assets/"
LARGEST_BODY = 1 << 20
LARGEST_FILE = 4 << 30
"""Of one file that is uploaded."""
UPLOAD = re.compile(r"(/p/[0-9a-f]{12})?/api/v1/uploads/[0-9a-f]{1,32}/files")
LONGEST_QUERY = 1 << 14
SECONDS_OF_SILENCE = 30.0
"""In which the next bytes of a body must come."""

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that the gate gives by itself."""

    status: int
    code: str
    detail: str


TOO_LARGE = Refusal(413, "E-GATE-BODY", "the request body is too large")


@dataclass(slots=True)
class Gate:
    """ASGI middleware around the whole application.

    Args:
        app: What lies behind.
        token: At least 32 random bytes, urlsafe.
        hosts: Host names that are answered, without port.
        port: Of the server; part of the cookie's name, since cookies ignore ports.
    """

    app: App
    token: str
    hosts: frozenset[str]
    port: int
    cookie: str = field(init=False)

    def __post_init__(self) -> None:
        self.cookie = f"boxscore_{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on; every answer gets the security headers."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        guarded = _with_headers(send, request_id)
        if scope["type"] != "http":
            await _refuse_socket(receive, send)
            return
        refusal = self.refusal(scope)
        if refusal is not None:
            await _answer(guarded, refusal, request_id)
            return
        if scope["path"] == "/" and "token" in parse_qs(
            scope.get("query_string", b"").decode("latin-1")
        ):
            await self._sign_in(guarded)
            return
        body = _Body(receive, guarded, request_id, largest_body(scope))
        await self.app(scope, body.received, body.answer)

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why a request is not let in; None lets it pass."""
        headers = _headers(scope)
        if len(scope.get("query_string", b"")) > LONGEST_QUERY:
            return Refusal(414, "E-GATE-QUERY", "the query is too long")
        if not self._host_is_ours(headers.get("host", [])):
            return Refusal(421, "E-GATE-HOST", "this server does not answer to that host name")
        if not self._origin_is_ours(headers):
            return Refusal(403, "E-GATE-ORIGIN", "requests from other sites are refused")
        if _content_length(headers) > largest_body(scope):
            return TOO_LARGE
        path: str = scope["path"]
        if path in OPEN_PATHS or path.startswith(OPEN_PREFIX):
            query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            given = query.get("token") if path == "/" else None
            if given and not self.is_token(given[0]):
                return Refusal(401, "E-GATE-TOKEN", "the token in the address is not valid")
            return None
        if not self._has_token(headers):
            return Refusal(401, "E-GATE-TOKEN", "open the address that `boxscore start` printed")
        return None

    def _host_is_ours(self, given: list[str]) -> bool:
        if len(given) != 1:
            return False
        name, port = _split_port(given[0])
        return name in self.hosts and (port is None or port == self.port)

    def _origin_is_ours(self, headers: dict[str, list[str]]) -> bool:
        if headers.get("sec-fetch-site", ["same-origin"])[0] not in ("same-origin", "none"):
            return False
        origins = headers.get("origin", [])
        if not origins:
            return True
        scheme, _, rest = origins[0].partition("://")
        if len(origins) > 1 or scheme not in ("http", "https"):
            return False
        name, port = _split_port(rest)
        return name in self.hosts and (port or (443 if scheme == "https" else 80)) == self.port

    def _has_token(self, headers: dict[str, list[str]]) -> bool:
        bearer = headers.get("authorization", [])
        if len(bearer) == 1 and bearer[0].lower().startswith("bearer "):
            return self.is_token(bearer[0][7:].strip())
        for line in headers.get("cookie", []):
            try:
                morsel = SimpleCookie(line).get(self.cookie)
            except CookieError:
                continue
            if morsel is not None and self.is_token(morsel.value):
                return True
        return False

    def is_token(self, given: str) -> bool:
        """Whether it is this server's token; takes as long whatever is wrong with it."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    async def _sign_in(self, send: Send) -> None:
        """Put the token into the cookie and take it out of the address."""
        cookie = f"{self.cookie}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope.get("headers", ()):
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _split_port(host: str) -> tuple[str, int | None]:
    """`name:port`, `[v6]:port` or a bare name; a port that is no number spoils the name."""
    host = host.strip().lower()
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host, None
    if not (port.isascii() and port.isdigit()) or len(port) > 5:
        return "", None
    return name, int(port)


def largest_body(scope: Scope) -> int:
    """Bytes that a request may bring: a file that is uploaded, or a document."""
    upload = scope["method"] == "PUT" and UPLOAD.fullmatch(scope["path"]) is not None
    return LARGEST_FILE if upload else LARGEST_BODY


def _content_length(headers: dict[str, list[str]]) -> int:
    given = headers.get("content-length", ["0"])[0]
    number = given.isascii() and given.isdigit() and len(given) < 16
    return int(given) if number else LARGEST_FILE + 1


def _with_headers(send: Send, request_id: str) -> Send:
    extra = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    extra.append((b"x-request-id", request_id.encode()))
    ours = {name for name, _ in extra}

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(n, v) for n, v in message.get("headers", ()) if n.lower() not in ours]
            message = {**message, "headers": [*kept, *extra]}
        await send(message)

    return guarded


@dataclass(slots=True)
class _Body:
    """A body that is bounded in bytes, whatever it says of its length, and in silence.

    What goes beyond looks to the application as if the client had hung up; whatever it answers
    then, the client is told what the bound was.
    """

    receive: Receive
    send: Send
    request_id: str
    largest: int
    refusal: Refusal | None = None
    _seen: int = 0
    _whole: bool = False

    async def received(self) -> Message:
        """The next message for the application."""
        silence = None if self._whole else SECONDS_OF_SILENCE
        try:
            message = await asyncio.wait_for(self.receive(), silence)
        except TimeoutError:
            return self._cut_off(Refusal(408, "E-GATE-SLOW", "the request body stopped coming"))
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._seen > self.largest:
            return self._cut_off(TOO_LARGE)
        return message

    def _cut_off(self, refusal: Refusal) -> Message:
        self.refusal = refusal
        return {"type": "http.disconnect"}

    async def answer(self, message: Message) -> None:
        """Send the application's answer, or the refusal in its place."""
        if self.refusal is None:
            await self.send(message)
        elif message["type"] == "http.response.start":
            await _answer(self.send, self.refusal, self.request_id)


async def _answer(send: Send, refusal: Refusal, request_id: str) -> None:
    body = problem_bytes(refusal.status, refusal.code, refusal.detail, request_id=request_id)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse_socket(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})


def new_token() -> str:
    """32 random bytes, urlsafe."""
    return secrets.token_urlsafe(32)


def hosts_for(address: str, extra: Iterable[str] = ()) -> frozenset[str]:
    """Host names that a server on this address answers to."""
    loopback = {"127.0.0.1", "localhost", "[::1]"}
    shown = f"[{address}]" if ":" in address else address
    return frozenset(loopback | {shown.lower()} | {name.lower() for name in extra})
