"""Quality metrics: their cards, values, and a run's performance against one."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from boxscore.api import metric_documents as documents
from boxscore.api.current import Classes, ProjectHere, Where
from boxscore.api.questions import AskedAtPoint, AskedOfRun
from boxscore.evaluation.queries import MOST_ROWS

router = APIRouter(prefix="/api/v1", tags=["metrics"])
Bins = Annotated[int, Query(ge=1, le=100, description="Bins, at most.")]


@router.get("/metrics", response_model=documents.Metrics)
def metrics(project: ProjectHere) -> object:
    """Every metric: what it means, and how much of it is computed."""
    return {"metrics": project.metrics}


@router.get("/metrics/{metric}/values", response_model=documents.MetricValues)
def values(
    metric: str,
    project: ProjectHere,
    classes: Classes,
    run: str | None = None,
    bins: Bins = 20,
    sort: Literal["row", "lowest", "highest"] = "row",
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 60,
    where: Where = None,
) -> object:
    """A metric's values: summary, histogram and one page of rows.

    Metrics of pixels are not computed here: `missing` says how many values still are.
    """
    return project.metric(
        metric, run=run, bins=bins, sort=sort, offset=offset, limit=limit, pixels=False,
        where=where, classes=classes,
    )  # fmt: skip


@router.get("/runs/{run:path}/metric-by-class", response_model=documents.MetricByClass)
def by_class(
    run: str,
    metric: Annotated[str, Query(max_length=200)],
    project: ProjectHere,
    asked: AskedAtPoint,
) -> object:
    """Recall and precision of every class against a metric, the largest drop first."""
    return project.metric_by_class(run, metric, pixels=False, **asked.arguments())


@router.get("/runs/{run:path}/metric-performance", response_model=documents.MetricPerformance)
def performance(
    run: str,
    metric: Annotated[str, Query(max_length=200)],
    project: ProjectHere,
    asked: AskedOfRun,
    bins: Bins = 10,
) -> object:
    """Precision, recall and mean confidence of a run over bins of a metric; decodes no images."""
    return project.metric_performance(run, metric, bins=bins, pixels=False, **asked.arguments())
