"""Runs: their scores, curves, objects and images."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from boxscore.api import documents
from boxscore.api.current import Classes, Confidence, Iou, ProjectHere, Protocol, Task, Where
from boxscore.api.fix_documents import FixFirst
from boxscore.api.interval_documents import RateIntervals, RunIntervals
from boxscore.evaluation.queries import MOST_ROWS, ClassOrNone, ErrorQuery, ImageQuery

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])
Among = Annotated[
    str | None,
    Query(max_length=2_000, description="Only objects of a slice, as object.class=person."),
]
Tag = Annotated[str | None, Query(max_length=100, description="Only objects that have it.")]
Offset = Annotated[int, Query(ge=0, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


@router.get("", response_model=documents.Runs)
def runs(project: ProjectHere) -> object:
    """Every run with its scores."""
    return {"runs": project.run_cards()}


@router.get("/{run:path}/summary", response_model=documents.Summary)
def summary(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    task: Task = None,
    protocol: Protocol = None,
    where: Where = None,
) -> object:
    """Scores of the run; counts at one operating point and for chosen classes."""
    document = project.summary(
        run,
        iou=iou,
        confidence=confidence,
        classes=classes,
        task=task,
        protocol=protocol,
        where=where,
    )
    return document | {"per_class": _named(document["per_class"])}


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`class` is a reserved word where clients are generated."""
    return [{"class_name": row["class"]} | row for row in rows]


@router.get("/{run:path}/curves", response_model=documents.Curves)
def curves(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    task: Task = None,
    where: Where = None,
) -> object:
    """Precision-recall and confidence curves, pooled over classes."""
    return project.curves(run, iou=iou, classes=classes, task=task, where=where)


@router.get("/{run:path}/error-budget", response_model=documents.ErrorBudget)
def error_budget(
    run: str, project: ProjectHere, iou: Iou = 0.5, task: Task = None, where: Where = None
) -> object:
    """What each kind of error costs in AP at one IoU threshold."""
    return project.error_budget(run, iou=iou, task=task, where=where)


@router.get("/{run:path}/fix-first", response_model=FixFirst)
def fix_first(
    run: str,
    project: ProjectHere,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    order: Literal["effort", "gain"] = "effort",
    limit: Limit = 20,
    each: Annotated[int | None, Query(ge=1, le=MOST_ROWS)] = None,
    intervals: bool = True,
    task: Task = None,
    where: Where = None,
) -> object:
    """What AP would be if a class, error, confusion, slice or the accepted labels were fixed."""
    return project.fix_first(
        run,
        iou=iou,
        confidence=confidence,
        order=order,
        limit=limit,
        each=each,
        intervals=intervals,
        task=task,
        where=where,
    )


@router.get("/{run:path}/confusion", response_model=documents.Confusion)
def confusion(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    task: Task = None,
    where: Where = None,
) -> object:
    """Who is taken for whom: rows labelled, columns predicted, the last of each background."""
    return project.confusion(
        run, iou=iou, confidence=confidence, classes=classes, task=task, where=where
    )


@router.get("/{run:path}/calibration", response_model=documents.Calibration)
def calibration(
    run: str, project: ProjectHere, iou: Iou = 0.5, task: Task = None, where: Where = None
) -> object:
    """How often predictions of a confidence are right."""
    return project.calibration(run, iou=iou, task=task, where=where)


@router.get("/{run:path}/class-curves", response_model=documents.ClassCurves)
def class_curves(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    task: Task = None,
    where: Where = None,
) -> object:
    """Precision, recall, F1 and accuracy of each class against confidence, with the optima."""
    document = project.class_curves(run, iou=iou, classes=classes, task=task, where=where)
    return document | {name: _named(document[name]) for name in ("best", "per_class")}


@router.get("/{run:path}/lrp", response_model=documents.Lrp)
def lrp(
    run: str, project: ProjectHere, iou: Iou = 0.5, task: Task = None, where: Where = None
) -> object:
    """oLRP, overall and per class: 0 is perfect, 1 is useless."""
    document = project.lrp(run, iou=iou, task=task, where=where)
    return document | {"per_class": _named(document["per_class"])}


@router.get("/{run:path}/intervals", response_model=RunIntervals)
def intervals(run: str, project: ProjectHere, task: Task = None, where: Where = None) -> object:
    """95 % intervals of COCO's numbers, from resampled images."""
    document = project.intervals(run, task=task, where=where)
    return document | {
        "intervals": document["metrics"],
        "per_class": _named(document["per_class"]),
    }


@router.get("/{run:path}/rate-intervals", response_model=RateIntervals)
def rate_intervals(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    task: Task = None,
    where: Where = None,
) -> object:
    """95 % intervals of precision, recall and F1 at one point, from resampled images."""
    return project.rate_intervals(
        run, iou=iou, confidence=confidence, classes=classes, task=task, where=where
    )


@router.get("/{run:path}/errors", response_model=documents.ErrorPage)
def errors(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    outcome: str | None = None,
    kind: str | None = None,
    class_id: int | None = None,
    labelled: ClassOrNone = None,
    predicted: ClassOrNone = None,
    below: float | None = None,
    tag: Tag = None,
    among: Among = None,
    sort: str = "severity",
    offset: Offset = 0,
    limit: Limit = 60,
    task: Task = None,
    where: Where = None,
) -> Any:
    """One page of objects, with the counts beside every filter."""
    query = ErrorQuery(
        iou=iou,
        confidence=confidence,
        classes=classes,
        outcome=outcome,
        kind=kind,
        class_id=class_id,
        labelled=labelled,
        predicted=predicted,
        below=below,
        tag=tag,
        among=among,
        sort=sort,
        offset=offset,
        limit=limit,
    )
    return project.errors(run, query, task=task, where=where)


@router.get("/{run:path}/images", response_model=documents.ImagePage)
def images(
    run: str,
    project: ProjectHere,
    classes: Classes,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    outcome: str | None = None,
    kind: str | None = None,
    labelled: ClassOrNone = None,
    predicted: ClassOrNone = None,
    below: float | None = None,
    tag: Tag = None,
    among: Among = None,
    sort: str = "worst",
    offset: Offset = 0,
    limit: Limit = 60,
    task: Task = None,
    where: Where = None,
) -> Any:
    """One page of images with their own counts."""
    query = ImageQuery(
        iou=iou,
        confidence=confidence,
        classes=classes,
        outcome=outcome,
        kind=kind,
        labelled=labelled,
        predicted=predicted,
        below=below,
        tag=tag,
        among=among,
        sort=sort,
        offset=offset,
        limit=limit,
    )
    return project.image_list(run, query, task=task, where=where)
