"""Jobs, and the news of a server as a stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as PathPart
from fastapi.responses import StreamingResponse

from boxscore.api import job_documents as documents
from boxscore.api.current import ServedHere
from boxscore.api.jobs import Job, names_for
from boxscore.api.places import below
from boxscore.api.served import Served
from boxscore.errors import BoxscoreError, RequestError, storable
from boxscore.store.catalogue import Catalogue

router = APIRouter(prefix="/api/v1", tags=["jobs"])
JobId = Annotated[str, PathPart(max_length=32)]
MOST_STREAMS = 64
LOOKS_PER_SECOND = 2
QUIET_SECONDS = 10


@router.get("/jobs", response_model=documents.JobList)
def jobs(served: ServedHere) -> object:
    """What runs and what ran, the newest first."""
    return {"jobs": served.jobs.documents()}


@router.get("/jobs/{job}", response_model=documents.JobState)
def job(job: JobId, served: ServedHere) -> object:
    """One job."""
    return served.jobs.get(job).document()


@router.post("/jobs", response_model=documents.JobState)
def start_job(asked: documents.Asked, request: Request, served: ServedHere) -> object:
    """Begin a job; it goes on when the browser goes away."""
    told, names, project = _told(asked, getattr(request.state, "project", None), served)

    def after(job: Job) -> None:
        """What is imported is measured, as on the command line, and its upload goes."""
        if not asked.kind.startswith("import") or job.state != "done":
            return
        if asked.upload is not None:
            served.uploads.drop(asked.upload)
        made = (job.result or {}).get("folder")
        path = Path(told["target"], made) if made else Path(told["project"])
        with suppress(RequestError):  # enough is running; the page of metrics says what is missing
            start_measuring(path)

    def start_measuring(path: Path) -> None:
        served.jobs.start(
            "measure",
            {"project": str(path), "names": names_for({path: storable(path.name)})},
            title=storable(path.name),
            project=served.shelf.id_of(path),
        )

    title = names.get(str(told["source"] or told["project"]), asked.kind)
    told["names"] = names
    return served.jobs.start(
        asked.kind, told, title=asked.name or title, project=project, after=after
    ).document()


@router.post("/jobs/{job}/cancel", response_model=documents.JobState)
def cancel_job(job: JobId, served: ServedHere) -> object:
    """Stop a job; nothing of it is published."""
    return served.jobs.cancel(job).document()


def _told(
    asked: documents.Asked, chosen: str | None, served: Served
) -> tuple[dict[str, Any], dict[str, str], str | None]:
    """What the child is told, what paths are called in its answers, and the project's id."""
    source = images = target = project = None
    if asked.kind.startswith(("rehearse", "import")):
        source = _source(asked, served)
        images = below(served.root, asked.images) if asked.images else None
    if asked.kind.endswith("project"):
        target = served.shelf.folder
        if target is None:
            raise RequestError(
                "this server has no folder for new projects",
                fix="start it on a folder of projects:  boxscore start --target DIR",
                code="E-SHELF-NONE",
            )
    else:
        project = served.shelf.project(chosen).path
    names = names_for(
        {
            source: storable(source.name) if source else "",
            project: storable(project.name) if project else "",
            images: storable(images.name) if images else "",
            target: storable(target.name) if target else "",
        }
    )
    told = asked.model_dump(include={"format", "name", "mapping", "strict", "replace"})
    told |= {"source": source, "images": images, "target": target, "project": project}
    told = {key: str(v) if isinstance(v, Path) else v for key, v in told.items()}
    return told, names, None if project is None else served.shelf.id_of(project)


def _source(asked: documents.Asked, served: Served) -> Path:
    if (asked.upload is None) == (asked.place is None):
        raise RequestError(
            "one source is needed", fix="name an upload or a place", code="E-SOURCE-ONE"
        )
    if asked.upload is not None:
        return served.uploads.get(asked.upload).source()
    return below(served.root, asked.place or "")


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def events(request: Request, served: ServedHere) -> StreamingResponse:
    """Server-sent events: `jobs` at every news of a job, `project` when it was changed."""
    if served.streams >= MOST_STREAMS:
        raise RequestError(
            f"{MOST_STREAMS} browsers listen already", fix="close some", code="E-STREAMS-MANY"
        )
    chosen = getattr(request.state, "project", None)
    headers = {"cache-control": "no-store"}
    return StreamingResponse(_news(served, chosen), media_type="text/event-stream", headers=headers)


async def _news(served: Served, chosen: str | None) -> AsyncIterator[str]:
    served.streams += 1
    seen: dict[str, object] = {}
    quiet = 0
    try:
        while True:
            told = ""
            for event, value in (await asyncio.to_thread(_facts, served, chosen)).items():
                if seen.get(event) != value:
                    seen[event] = value
                    told += f"event: {event}\ndata: {json.dumps(value)}\n\n"
            quiet = 0 if told else quiet + 1
            if told or quiet % (QUIET_SECONDS * LOOKS_PER_SECOND) == 0:
                yield told or ": here\n\n"  # a client that is gone shows when it is written to
            await asyncio.sleep(1 / LOOKS_PER_SECOND)
    finally:
        served.streams -= 1


def _facts(served: Served, chosen: str | None) -> dict[str, object]:
    """What a listener is told when it differs from the last time."""
    facts: dict[str, object] = {"jobs": served.jobs.changes}
    try:
        path = served.shelf.project(chosen).path
        with Catalogue(path) as catalogue:
            facts["project"] = [catalogue.generation(), catalogue.tags()]
    except BoxscoreError:
        facts["project"] = None
    return facts
