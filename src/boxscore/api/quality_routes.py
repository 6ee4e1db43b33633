"""What quality metrics say to do: findings, images to label next, drift."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from boxscore.api import metric_documents as documents
from boxscore.api.current import Classes, ProjectHere, ServedHere, Where
from boxscore.api.served import Served
from boxscore.evaluation.queries import MOST_ROWS
from boxscore.project import Project

router = APIRouter(prefix="/api/v1", tags=["quality"])
Name = Annotated[str | None, Query(max_length=200)]


@router.get("/findings", response_model=documents.Findings)
def findings(
    project: ProjectHere,
    classes: Classes,
    run: Name = None,
    code: Annotated[str | None, Query(max_length=20, description="As IMG001.")] = None,
    severity: Literal["severe", "moderate"] | None = None,
    metric: Name = None,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 60,
    where: Where = None,
) -> object:
    """Counts by code, outliers by metric, and one page of findings; decodes no images."""
    return project.findings(
        run, code=code, severity=severity, metric=metric, offset=offset, limit=limit,
        pixels=False, where=where, classes=classes,
    )  # fmt: skip


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


Against = Annotated[str | None, Query(max_length=2_000, description="The other slice.")]
Other = Annotated[
    str | None, Query(max_length=40, description="Id of another project of this server.")
]


Rest = Annotated[bool, Query(description="Against the images that the slice leaves out.")]


def _other(served: Served, here: Project, chosen: str | None) -> Project | None:
    """The project of the other side; None where it is this one."""
    other = None if chosen is None else served.shelf.project(chosen)
    return None if other is None or other.path == here.path else other


@router.get("/drift", response_model=documents.Drift)
def drift(
    project: ProjectHere,
    served: ServedHere,
    where: Where = None,
    against: Against = None,
    other: Other = None,
    rest: Rest = False,
) -> object:
    """How metrics and classes of two slices, or of two projects, differ; decodes no images."""
    second = _other(served, project, other)
    return project.drift(second, where=where, against=against, rest=rest, pixels=False)


@router.get("/drift/metric", response_model=documents.DriftedMetric)
def drift_metric(
    metric: Annotated[str, Query(max_length=200)],
    project: ProjectHere,
    served: ServedHere,
    where: Where = None,
    against: Against = None,
    other: Other = None,
    rest: Rest = False,
    bins: Annotated[int, Query(ge=1, le=100)] = 20,
    number: Annotated[int | None, Query(ge=0, le=100, alias="bin")] = None,
    limit: Annotated[int, Query(ge=0, le=200)] = 24,
) -> object:
    """One metric on both sides of a drift over common bins, and the values of one bin."""
    second = _other(served, project, other)
    return project.drift_metric(
        metric, second, where=where, against=against, rest=rest, bins=bins, bin=number,
        limit=limit, pixels=False,
    )  # fmt: skip
