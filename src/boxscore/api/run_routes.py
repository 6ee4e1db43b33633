"""Runs: their scores, curves, objects and images."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from boxscore.api import documents
from boxscore.api.current import Classes, Confidence, Iou, ProjectHere
from boxscore.evaluation.queries import MOST_ROWS, ErrorQuery, ImageQuery

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])
Offset = Annotated[int, Query(ge=0, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


@router.get("", response_model=documents.Runs)
def runs(project: ProjectHere) -> object:
    """Every run with its scores."""
    return {"runs": project.run_cards()}


@router.get("/{run}/summary", response_model=documents.Summary)
def summary(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    confidence: Confidence = None,
) -> object:
    """Scores of the run; counts at one operating point and for chosen classes."""
    document = project.summary(run, iou=iou, confidence=confidence, classes=classes)
    rows = [{"class_name": row["class"]} | row for row in document["per_class"]]
    return document | {"per_class": rows}


@router.get("/{run}/curves", response_model=documents.Curves)
def curves(run: str, project: ProjectHere, classes: Classes, iou: Iou = 0.5) -> object:
    """Precision-recall and confidence curves, pooled over classes."""
    return project.curves(run, iou=iou, classes=classes)


@router.get("/{run}/error-budget", response_model=documents.ErrorBudget)
def error_budget(run: str, project: ProjectHere, iou: Iou = 0.5) -> object:
    """What each kind of error costs in AP at one IoU threshold."""
    return project.error_budget(run, iou=iou)


@router.get("/{run}/intervals", response_model=documents.RunIntervals)
def intervals(run: str, project: ProjectHere) -> object:
    """95 % intervals of COCO's numbers, from resampled images."""
    return {"intervals": project.intervals(run)}


@router.get("/{run}/errors", response_model=documents.ErrorPage)
def errors(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    outcome: str | None = None,
    kind: str | None = None,
    class_id: int | None = None,
    sort: str = "severity",
    offset: Offset = 0,
    limit: Limit = 60,
) -> Any:
    """One page of objects, with the counts beside every filter."""
    query = ErrorQuery(
        iou=iou,
        confidence=confidence,
        classes=classes,
        outcome=outcome,
        kind=kind,
        class_id=class_id,
        sort=sort,
        offset=offset,
        limit=limit,
    )
    return project.errors(run, query)


@router.get("/{run}/images", response_model=documents.ImagePage)
def images(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    outcome: str | None = None,
    kind: str | None = None,
    sort: str = "worst",
    offset: Offset = 0,
    limit: Limit = 60,
) -> Any:
    """One page of images with their own counts."""
    query = ImageQuery(
        iou=iou,
        confidence=confidence,
        classes=classes,
        outcome=outcome,
        kind=kind,
        sort=sort,
        offset=offset,
        limit=limit,
    )
    return project.image_list(run, query)
