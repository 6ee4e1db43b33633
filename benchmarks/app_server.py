"""A real server of a project, asked over one or several kept connections."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import measure

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Answer:
    """One answer: wall milliseconds at the client, and its body."""

    wall: float
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class Server:
    """A running `boxscore start`."""

    port: int
    token: str
    pid: int
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    @property
    def headers(self) -> dict[str, str]:
        """What lets a request in."""
        return {"authorization": f"Bearer {self.token}"}

    def get(self, path: str) -> Answer:
        """One GET that must be answered well."""
        start = time.perf_counter()
        try:
            self.connection.request("GET", path, headers=self.headers)
            response = self.connection.getresponse()
        except ConnectionError:  # it was idle for too long
            self.connection.close()
            start = time.perf_counter()
            self.connection.request("GET", path, headers=self.headers)
            response = self.connection.getresponse()
        body = response.read()
        wall = (time.perf_counter() - start) * 1000
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {body[:300]!r}")
        return Answer(wall, body, {k.lower(): v for k, v in response.getheaders()})

    def cpu(self) -> float:
        """CPU milliseconds that the server has used."""
        line = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(line[11]) + int(line[12])) / TICK

    def memory(self, figure: str = "VmRSS") -> int:
        """Resident megabytes now, or with "VmHWM" at most."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(rf"{figure}:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) // 1024


@contextmanager
def served(project: Path) -> Iterator[Server]:
    """A server of a project, for as long as the block runs."""
    command = measure.boxscore("start", "-t", str(project), "--port", "0", "--no-browser")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r":(\d+)/\?token=(\S+)", process.stdout.readline())
        assert found is not None
        try:
            yield Server(int(found[1]), found[2], process.pid)
        finally:
            process.terminate()


@dataclass(frozen=True, slots=True)
class Load:
    """What many requests over several connections came to.

    Attributes:
        rate: Answers a second.
        p50, p99: Milliseconds.
        cpu: CPU milliseconds of the server for each answer.
    """

    rate: float
    p50: float
    p99: float
    cpu: float


def load(server: Server, paths: Sequence[str], *, connections: int = 8) -> Load:
    """Ask for every path once, each connection the next one as soon as it has its answer."""
    spent: list[float] = []
    left = iter(paths)
    cpu, start = server.cpu(), time.perf_counter()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for path in left:
            asked = time.perf_counter()
            writer.write(
                f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n"
                f"authorization: Bearer {server.token}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            assert head.startswith(b"HTTP/1.1 200") and length, head
            await reader.readexactly(int(length[1]))
            spent.append((time.perf_counter() - asked) * 1000)
        writer.close()

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(connections)))

    asyncio.run(all_of_them())
    wall, spent = time.perf_counter() - start, sorted(spent)
    return Load(
        rate=len(spent) / wall,
        p50=spent[len(spent) // 2],
        p99=spent[min(len(spent) - 1, len(spent) * 99 // 100)],
        cpu=(server.cpu() - cpu) / len(spent),
    )
