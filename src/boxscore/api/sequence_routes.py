"""Videos and sequences: what a run gets right and wrong on each frame."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from boxscore.api.current import ProjectHere
from boxscore.api.questions import AskedOfRun
from boxscore.api.sequence_documents import Frames

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])
Sequence = Annotated[
    str | None,
    Query(max_length=1_000, description="Name of a sequence; default: the only one."),
]


@router.get("/{run:path}/frames", response_model=Frames)
def frames(
    run: str,
    project: ProjectHere,
    asked: AskedOfRun,
    sequence: Sequence = None,
) -> object:
    """Every frame of a sequence in time, with its counts and identity switches."""
    return project.frames(run, sequence, **asked.arguments())
