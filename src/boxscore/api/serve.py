"""Serving a project on this machine."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
import webbrowser

import click

from boxscore.api.gate import hosts_for, new_token
from boxscore.api.served import Served
from boxscore.errors import RequestError
from boxscore.project import Project

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(served: Served | Project, *, host: str, port: int, browser: bool) -> None:
    """Serve until interrupted; prints the address that lets its reader in.

    Raises:
        RequestError: The port is in use.
    """
    import uvicorn

    from boxscore.api.app import guarded
    from boxscore.api.connections import Connection

    listener = listen(host, port)
    port = listener.getsockname()[1]
    token = new_token()
    address = f"http://{'[' + host + ']' if ':' in host else host}:{port}/?token={token}"
    if host not in LOOPBACK:
        click.echo(
            "warning: other machines can reach this address; keep the token secret", err=True
        )
    app = guarded(served, token=token, hosts=hosts_for(host), port=port)
    config = uvicorn.Config(
        app,
        http=Connection,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,  # streams of events have no end of their own
    )
    logging.getLogger("uvicorn.error").addFilter(_tells_news)
    server = uvicorn.Server(config)
    click.echo(f"{_name(served)} is open at  {address}")
    click.echo("Stop with Ctrl+C.")
    sys.stdout.flush()
    if browser:
        threading.Timer(0.8, webbrowser.open, (address,)).start()
    server.run(sockets=[listener])


def _tells_news(record: logging.LogRecord) -> bool:
    """Whether a line of the server's log is worth one: that its end ends requests is not."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError)


def _name(served: Served | Project) -> str:
    if not isinstance(served, Served):
        return served.name
    first, folder = served.shelf.first, served.shelf.folder
    return first.name if first is not None else f"the list of projects in {folder}"


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; 0 takes any free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio knows it for TCP and sends each answer at once.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as bad:
        listener.close()
        raise RequestError(
            f"cannot listen on {host} port {port}: {bad}",
            fix=f"choose another port, for example --port {port + 1}, or --port 0 for a free one",
            code="E-PORT",
        ) from bad
    return listener
