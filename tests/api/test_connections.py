"""A real server on loopback: clients that go away, that say nothing, and that send too much."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
import uvicorn

from boxscore.api import connections, gate
from boxscore.api.app import guarded
from boxscore.api.gate import hosts_for
from boxscore.api.serve import listen
from boxscore.evaluation.clusters import Clusters
from boxscore.project import Project
from tests.api.asking import TOKEN


@pytest.fixture
def project(demo_folder: Path) -> Project:
    return Project.open(demo_folder)


@contextmanager
def served(project: Project) -> Iterator[int]:
    """The port of a server in a thread of this process."""
    listener = listen("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    app: Any = guarded(project, token=TOKEN, hosts=hosts_for("127.0.0.1"), port=port)
    config = uvicorn.Config(app, http=connections.Connection, log_level="critical")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def connected(port: int) -> socket.socket:
    """An open connection; a second is the longest wait for bytes."""
    client = socket.create_connection(("127.0.0.1", port))
    client.settimeout(10)
    return client


def request(port: int, line: str, *headers: str) -> bytes:
    """The head of a request with a good token."""
    own = (f"host: 127.0.0.1:{port}", f"authorization: Bearer {TOKEN}")
    return "\r\n".join((line, *own, *headers, "", "")).encode()


def answer(client: socket.socket) -> tuple[int, bytes]:
    """Status and body of an answer after which the server hangs up, or that is short."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += client.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += client.recv(65536)
    return int(head.split()[1]), body


def is_closed(client: socket.socket) -> bool:
    """Whether the server hung up."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_answers_leave_at_once(project: Project) -> None:
    """Else every answer waits 40 ms for the client to confirm its head (Nagle, delayed ACK)."""
    with served(project) as port, connected(port) as client:
        listener = listen("127.0.0.1", 0)
        assert listener.proto == socket.IPPROTO_TCP  # what asyncio looks at for TCP_NODELAY
        listener.close()
        client.sendall(request(port, "GET /api/v1/settings HTTP/1.1"))
        assert answer(client)[0] == 200


def test_work_ends_when_the_client_goes_away(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended, steps = Event(), Event(), []
    real = Clusters.draw

    def slow(self: Clusters, replicates: int, seed: int) -> Iterator[Any]:
        """The real draws, a few at a time, each of which takes a while."""
        monkeypatch.setattr("boxscore.evaluation.clusters.AT_ONCE", 8)
        try:
            for weights in real(self, replicates, seed):
                steps.append(len(weights))
                begun.set()
                time.sleep(0.02)
                yield weights
        finally:
            ended.set()

    monkeypatch.setattr(Clusters, "draw", slow)
    with served(project) as port:
        client = connected(port)
        client.sendall(request(port, "GET /api/v1/compare?runs=float32&runs=int8 HTTP/1.1"))
        assert begun.wait(60)
        client.close()
        assert ended.wait(10)
    assert sum(steps) < 1000  # of as many replicates


def test_who_waits_for_the_same_answer_gets_it(project: Project) -> None:
    """The one who asked first goes away; the other's answer is whole."""
    ask = "GET /api/v1/compare?runs=float32&runs=int8&iou=0.55 HTTP/1.1"
    with served(project) as port, connected(port) as second:
        first = connected(port)
        first.sendall(request(port, ask))
        second.sendall(request(port, ask))
        first.close()
        status, body = answer(second)
    assert status == 200 and json.loads(body)["runs"]


def test_silent_connections_do_not_stay(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS_FOR_HEADERS", 0.2)
    with served(project) as port:
        silent = [connected(port) for _ in range(20)]
        half = connected(port)
        half.sendall(b"GET / HTTP/1.1\r\nhost: ")
        kept = connected(port)
        kept.sendall(request(port, "GET /api/v1/settings HTTP/1.1"))
        assert answer(kept)[0] == 200
        kept.sendall(b"GET /api/v1/se")  # the head of a second request, never ended
        assert all(map(is_closed, [*silent, half, kept]))
        for client in (*silent, half, kept):
            client.close()


def test_connections_are_bounded(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 4)
    with served(project) as port:
        clients = [connected(port) for _ in range(5)]
        assert is_closed(clients[4])
        clients[0].sendall(request(port, "GET /api/v1/settings HTTP/1.1"))
        assert answer(clients[0])[0] == 200
        for client in clients:
            client.close()


@pytest.mark.parametrize("told", [True, False])
def test_too_much_is_413(project: Project, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the client tells the length or not; nothing of it is kept in memory."""
    monkeypatch.setattr(gate, "LARGEST_BODY", 1000)
    body = json.dumps({"text": "x" * 5000}).encode()
    length = f"content-length: {len(body)}" if told else "transfer-encoding: chunked"
    with served(project) as port, connected(port) as client:
        client.sendall(request(port, "POST /api/v1/gate-rules HTTP/1.1", length))
        chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        client.sendall(body if told else chunk)
        status, said = answer(client)
    assert status == 413 and json.loads(said)["code"] == "E-GATE-BODY"


def test_a_body_that_stops_is_408(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "SECONDS_OF_SILENCE", 0.2)
    with served(project) as port, connected(port) as client:
        line = "POST /api/v1/gate-rules HTTP/1.1"
        client.sendall(request(port, line, "content-length: 100") + b'{"te')
        status, said = answer(client)
    assert status == 408 and json.loads(said)["code"] == "E-GATE-SLOW"


def test_draws_are_the_same_however_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = Clusters.images(30)
    once = np.concatenate(list(clusters.draw(100, 3)))
    monkeypatch.setattr("boxscore.evaluation.clusters.AT_ONCE", 30)
    assert (np.concatenate(list(clusters.draw(100, 3))) == once).all()
