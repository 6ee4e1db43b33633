"""The shape of projects in a list, uploads, folders and jobs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from boxscore.api.documents import Document

Kind = Literal[
    "rehearse-run", "import-run", "rehearse-project", "import-project", "measure", "embed", "verify"
]
Name = Annotated[str, Field(max_length=200)]


class ProjectCard(Document):
    """One project of the list; `problem` says why it cannot be read."""

    id: str
    name: str
    images: int
    runs: int
    best_run: str | None
    best_ap: float | None
    changed: str
    problem: str | None


class Projects(Document):
    """All projects; `here` is the one that addresses without an id mean."""

    projects: list[ProjectCard]
    here: str | None
    can_make: bool
    can_browse: bool


class Entry(Document):
    name: str
    folder: bool
    size: int | None


class Folder(Document):
    """What lies in a folder below the allowed one."""

    path: str
    entries: list[Entry]
    total: int


class UploadState(Document):
    """An upload: its id, and what arrived."""

    upload: str
    files: int
    bytes: int


class Asked(Document):
    """A job to do; an import's source is an upload, or a place below the allowed folder."""

    kind: Kind
    upload: Annotated[str | None, Field(max_length=32)] = None
    place: Annotated[str | None, Field(max_length=4_000)] = None
    images: Annotated[str | None, Field(max_length=4_000)] = None
    format: Annotated[str, Field(max_length=60)] = "auto"
    name: Name | None = None
    mapping: Annotated[str | None, Field(max_length=900_000)] = None
    strict: bool = False
    replace: bool = False


class JobProblem(Document):
    code: str
    detail: str
    fix: str


class JobState(Document):
    """A job, its steps so far, and its outcome."""

    id: str
    kind: Kind
    title: str
    project: str | None
    state: Literal["running", "done", "failed", "cancelled"]
    steps: list[str]
    progress: str | None
    seconds: float
    result: dict[str, JsonValue] | None
    problem: JobProblem | None


class JobList(Document):
    """All jobs, the newest first."""

    jobs: list[JobState]
