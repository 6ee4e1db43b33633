"""What quality metrics say to do: findings, images to label next, drift."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from boxscore.api import metric_documents as documents
from boxscore.api.current import ProjectHere, Where
from boxscore.evaluation.queries import MOST_ROWS

router = APIRouter(prefix="/api/v1", tags=["quality"])
Name = Annotated[str | None, Query(max_length=200)]


@router.get("/findings", response_model=documents.Findings)
def findings(
    project: ProjectHere,
    run: Name = None,
    code: Annotated[str | None, Query(max_length=20, description="As IMG001.")] = None,
    severity: Literal["severe", "moderate"] | None = None,
    metric: Name = None,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 60,
) -> object:
    """Counts by code, outliers by metric, and one page of findings; decodes no images."""
    return project.findings(
        run, code=code, severity=severity, metric=metric, offset=offset, limit=limit, pixels=False
    )


@router.get("/label-next", response_model=documents.LabelNext)
def label_next(
    project: ProjectHere,
    run: Name = None,
    count: Annotated[int, Query(ge=1, le=10_000)] = 100,
    acquisition: Name = None,
    weight: Annotated[float, Query(ge=0, le=1)] = 0.5,
    where: Where = None,
) -> object:
    """Images to label next; decodes none."""
    return project.label_next(
        count, run=run, acquisition=acquisition, weight=weight, where=where, pixels=False
    )


@router.get("/drift", response_model=documents.Drift)
def drift(
    project: ProjectHere,
    where: Where = None,
    against: Annotated[str | None, Query(max_length=2_000, description="The other slice.")] = None,
) -> object:
    """How metrics and classes of two slices differ; decodes no images."""
    return project.drift(where=where, against=against, pixels=False)
