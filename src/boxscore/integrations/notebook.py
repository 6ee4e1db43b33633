"""Notebooks: the running app in a frame of the output, or a report that needs no server.

>>> project.show("errors", run="int8")  # doctest: +SKIP

Found by `Project.show` through the entry point `boxscore.viewers`.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import threading
from dataclasses import dataclass
from html import escape
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from boxscore.errors import RequestError, UnknownRunError, near_misses
from boxscore.project import Project

if TYPE_CHECKING:
    import uvicorn

PAGES = (
    "runs", "overview", "errors", "confusion", "slices", "metrics", "compare", "labels", "map",
    "drift", "imports", "gate", "projects", "settings",
)  # fmt: skip
HOST = "127.0.0.1"
START_SECONDS = 20.0
REMOTE = ("JUPYTERHUB_SERVICE_PREFIX", "COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE", "BINDER_HOST")
"""Set where the browser is on another machine than the kernel, so that it reaches no loopback."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What `Project.show` gives; a notebook draws it.

    Attributes:
        name: Of the project.
        url: Where the app is, with its token; None where a report stands in its place.
        report: The report as HTML; None where the app runs.
        height: Of the frame, in pixels.
        path: The project's folder.
    """

    name: str
    url: str | None
    report: str | None
    height: int
    path: Path

    def close(self) -> None:
        """End the server of this project, for all of its frames."""
        close(self.path)

    def __repr__(self) -> str:
        return f"{self.name}: {self.url or 'a report; show it in a notebook'}"

    def _repr_html_(self) -> str:
        title = escape(f"Boxscore: {self.name}", quote=True)
        style = f"width:100%;height:{self.height}px;border:1px solid #c8c8c0;border-radius:6px"
        if self.url is None:
            page = escape(self.report or "", quote=True)
            # Nothing in a report runs, and the frame lets nothing run.
            return f'<iframe srcdoc="{page}" title="{title}" style="{style}" sandbox></iframe>'
        url = escape(self.url, quote=True)
        return (
            f'<iframe src="{url}" title="{title}" style="{style}" allow="clipboard-write"></iframe>'
            f'<div><a href="{url}" target="_blank" rel="noopener">Open in a tab</a></div>'
        )


def show(
    project: Project,
    page: str = "overview",
    *,
    run: str | None = None,
    height: int = 720,
    static: bool | None = None,
) -> Shown:
    """See `Project.show`.

    Raises:
        RequestError: There is no such page or run, or the height is not from 100 to 10,000.
    """
    if page not in PAGES:
        fix = near_misses(page, PAGES)
        raise RequestError(f"page {page!r} does not exist", fix=fix, code="E-PAGE-UNKNOWN")
    if not 100 <= height <= 10_000:
        raise RequestError(
            f"a height of {height} pixels cannot be shown",
            fix="choose from 100 to 10000", code="E-SHOW-HEIGHT",
        )  # fmt: skip
    if run is not None and run not in project.run_names():
        raise UnknownRunError(run, project.run_names())
    if static is None:
        static = any(os.environ.get(name) for name in REMOTE)
    url = None if static else _address(project)
    if url is None:
        return Shown(project.name, None, _report(project, run), height, project.path)
    query = "" if run is None else "?" + urlencode({"run": run})
    return Shown(project.name, f"{url}#/{page}{query}", None, height, project.path)


def _report(project: Project, run: str | None) -> str:
    from boxscore.report import write_report

    with tempfile.TemporaryDirectory(prefix="boxscore-") as folder:
        path = Path(folder) / "report.html"
        write_report(project, [] if run is None else [run], path)
        return path.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Server:
    url: str
    uvicorn: uvicorn.Server
    thread: threading.Thread


_servers: dict[Path, _Server] = {}
_lock = threading.Lock()


def _address(project: Project) -> str | None:
    """Where the app of a project is; None where this machine lets nobody listen."""
    with _lock:
        known = _servers.get(project.path)
        if known is None or not known.thread.is_alive():
            try:
                known = _servers[project.path] = _start(project)
            except RequestError:
                return None
        return known.url


def _start(project: Project) -> _Server:
    """Serve a project in a thread, behind its gate, until it is closed or this process ends."""
    import uvicorn

    from boxscore.api.app import guarded
    from boxscore.api.connections import Connection
    from boxscore.api.framed import Framed
    from boxscore.api.gate import hosts_for, new_token
    from boxscore.api.serve import listen

    listener = listen(HOST, 0)
    port, token = listener.getsockname()[1], new_token()
    app = Framed(guarded(project, token=token, hosts=hosts_for(HOST), port=port))
    config = uvicorn.Config(
        app,
        http=Connection,
        log_config=None,  # the kernel's own logging stays as it is
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="boxscore", daemon=True
    )
    thread.start()
    last = monotonic() + START_SECONDS
    while not server.started and thread.is_alive() and monotonic() < last:
        sleep(0.01)
    if not server.started:
        server.should_exit = True
        raise RequestError("the app does not start", fix="show(static=True)", code="E-SHOW-START")
    return _Server(f"http://{HOST}:{port}/t/{token}/", server, thread)


def close(path: Path | None = None) -> None:
    """End the server of one project, or of all."""
    with _lock:
        chosen = list(_servers) if path is None else [path]
        ended = [_servers.pop(one) for one in chosen if one in _servers]
    for server in ended:
        server.uvicorn.should_exit = True
    for server in ended:
        server.thread.join(timeout=3)


atexit.register(close)
