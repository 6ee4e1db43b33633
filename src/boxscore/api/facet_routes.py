"""The counts beside every choice of the filter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from boxscore.api import facet_documents as documents
from boxscore.api.current import Classes, Confidence, Iou, ProjectHere, Task, Where
from boxscore.api.run_routes import Among, Tag
from boxscore.evaluation.queries import ClassOrNone, ErrorQuery
from boxscore.project.slices.facets import FacetQuery

router = APIRouter(prefix="/api/v1", tags=["facets"])
Ranges = Annotated[
    str | None,
    Query(max_length=2_000, description="Histograms, as metric.brightness,object.iou."),
]


@router.get("/facets", response_model=documents.FilterFacets)
def facets(
    project: ProjectHere,
    classes: Classes,
    run: Annotated[str | None, Query(max_length=200)] = None,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    outcome: str | None = None,
    kind: str | None = None,
    labelled: ClassOrNone = None,
    predicted: ClassOrNone = None,
    below: float | None = None,
    tag: Tag = None,
    among: Among = None,
    ranges: Ranges = None,
    task: Task = None,
    where: Where = None,
) -> object:
    """Images by every choice, and a run's objects; each count is under all other conditions."""
    errors = ErrorQuery(
        iou=iou, confidence=confidence, classes=classes, outcome=outcome, kind=kind,
        labelled=labelled, predicted=predicted, below=below, tag=tag, among=among,
    )  # fmt: skip
    keys = tuple(dict.fromkeys(key.strip() for key in (ranges or "").split(",") if key.strip()))
    return project.facets(FacetQuery(where=where, run=run, task=task, errors=errors, ranges=keys))
