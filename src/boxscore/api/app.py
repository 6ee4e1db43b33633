"""The whole application: API, pictures and the built app, behind the gate."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Header
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from boxscore import __version__
from boxscore.api import (
    comparison_routes,
    documents,
    embedding_routes,
    facet_routes,
    gate_routes,
    item_routes,
    job_routes,
    label_routes,
    metric_routes,
    problems,
    project_routes,
    quality_routes,
    run_routes,
    sequence_routes,
    setting_routes,
    shelf_routes,
    slice_routes,
    tag_routes,
)
from boxscore.api.documented import document_refusals
from boxscore.api.gate import Gate
from boxscore.api.pictures import PictureCache
from boxscore.api.served import ProjectPath, Served
from boxscore.api.watching import Watched
from boxscore.project import Project
from boxscore.project.shelf import Shelf
from boxscore.sources.video import VideoReader

ROUTES = (
    project_routes,
    run_routes,
    sequence_routes,
    comparison_routes,
    metric_routes,
    quality_routes,
    slice_routes,
    facet_routes,
    embedding_routes,
    label_routes,
    item_routes,
    tag_routes,
    gate_routes,
    setting_routes,
    shelf_routes,
    job_routes,
)
"""What answers below /api/v1."""
STATIC = Path(__file__).parent / "static"
PACKED = (".js", ".css", ".html", ".svg")
Accepted = Annotated[str, Header(alias="accept-encoding")]
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
}


def create_app(served: Served | Project | None) -> FastAPI:
    """The application without its gate; see `guarded`. A project is served alone."""
    app = FastAPI(
        title="Boxscore",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_until_the_end,
    )
    app.state.served = served if isinstance(served, Served) else Served(Shelf(None, served))
    app.state.pictures = PictureCache()
    app.state.videos = VideoReader()  # its process starts with the first frame asked for
    app.add_middleware(ProjectPath)
    app.add_middleware(Watched)
    problems.install(app)
    for module in ROUTES:
        app.include_router(module.router)
    document_refusals(app)

    @app.get("/healthz", response_model=documents.Health, include_in_schema=False)
    def healthz() -> object:
        """Whether the server is up; says nothing about the data."""
        return {"status": "ok"}

    @app.get("/", include_in_schema=False)
    def index(accepted: Accepted = "") -> Response:
        """The app."""
        return _file("index.html", "no-cache", accepted)

    @app.get("/favicon.svg", include_in_schema=False)
    def favicon() -> Response:
        """The app's mark."""
        return _file("favicon.svg", "max-age=86400")

    @app.get("/assets/{name}", include_in_schema=False)
    def asset(name: str, accepted: Accepted = "") -> Response:
        """Scripts, styles and fonts; their names change with their content."""
        return _file(f"assets/{name}", "public, max-age=31536000, immutable", accepted)

    return app


def _file(name: str, cache: str, accepted: str = "") -> Response:
    known = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    kind = TYPES.get(Path(name).suffix)
    if name not in known or kind is None:
        raise HTTPException(404, "no such file")
    headers, path = {"cache-control": cache}, STATIC / name
    if path.suffix in PACKED:
        headers["vary"] = "accept-encoding"
        if "gzip" in accepted:
            packed = _packed(path, path.stat().st_mtime_ns)
            return Response(packed, media_type=kind, headers=headers | {"content-encoding": "gzip"})
    return FileResponse(path, media_type=kind, headers=headers)


@lru_cache(maxsize=64)
def _packed(path: Path, _changed: int) -> bytes:
    """A file of the built app as gzip: packed once, and anew when it was built anew."""
    return gzip.compress(path.read_bytes(), mtime=0)


@asynccontextmanager
async def _until_the_end(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.served.close()


def guarded(served: Served | Project, *, token: str, hosts: frozenset[str], port: int) -> Gate:
    """The application behind its gate, as it is served."""
    return Gate(create_app(served), token, hosts, port)
