"""Runs: their scores, curves, objects and images."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from boxscore.api import documents
from boxscore.api.answer_documents import AnswerPage
from boxscore.api.current import Classes, ProjectHere, Protocol, Where
from boxscore.api.fix_documents import FixFirst
from boxscore.api.interval_documents import (
    BandedCurves,
    BoundedBudget,
    RateIntervals,
    RunIntervals,
)
from boxscore.api.questions import (
    AskedAtIou,
    AskedAtPoint,
    AskedObjects,
    AskedOfClasses,
    AskedOfRun,
    AskedPage,
    AskedPoint,
    AskedUnder,
    Limit,
)
from boxscore.evaluation.queries import (
    MOST_ROWS,
    AnswerQuery,
    ClassOrNone,
    ErrorQuery,
    ImageQuery,
)

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])


@router.get("", response_model=documents.Runs)
def runs(project: ProjectHere) -> object:
    """Every run with its scores."""
    return {"runs": project.run_cards()}


@router.get("/{run:path}/summary", response_model=documents.Summary)
def summary(run: str, project: ProjectHere, asked: AskedOfRun, protocol: Protocol = None) -> object:
    """Scores of the run; counts at one operating point and for chosen classes."""
    document = project.summary(run, protocol=protocol, **asked.arguments())
    return document | {"per_class": _named(document["per_class"])}


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`class` is a reserved word where clients are generated."""
    return [{"class_name": row["class"]} | row for row in rows]


@router.get("/{run:path}/curves", response_model=BandedCurves)
def curves(
    run: str, project: ProjectHere, asked: AskedOfClasses, intervals: bool = False
) -> object:
    """Precision-recall and confidence curves, pooled over classes; with intervals the band."""
    return project.curves(run, intervals=intervals, **asked.arguments())


@router.get("/{run:path}/error-budget", response_model=BoundedBudget)
def error_budget(
    run: str, project: ProjectHere, asked: AskedAtIou, intervals: bool = False
) -> object:
    """What each kind of error costs in AP at one IoU threshold."""
    return project.error_budget(run, intervals=intervals, **asked.arguments())


@router.get("/{run:path}/fix-first", response_model=FixFirst)
def fix_first(
    run: str,
    project: ProjectHere,
    asked: AskedAtPoint,
    order: Literal["effort", "gain"] = "effort",
    limit: Limit = 20,
    each: Annotated[int | None, Query(ge=1, le=MOST_ROWS)] = None,
    intervals: bool = True,
) -> object:
    """What AP would be if a class, error, confusion, slice or the accepted labels were fixed."""
    return project.fix_first(
        run, order=order, limit=limit, each=each, intervals=intervals, **asked.arguments()
    )


@router.get("/{run:path}/confusion", response_model=documents.Confusion)
def confusion(run: str, project: ProjectHere, asked: AskedOfRun) -> object:
    """Who is taken for whom: rows labelled, columns predicted, the last of each background."""
    return project.confusion(run, **asked.arguments())


@router.get("/{run:path}/calibration", response_model=documents.Calibration)
def calibration(run: str, project: ProjectHere, asked: AskedAtIou) -> object:
    """How often predictions of a confidence are right."""
    return project.calibration(run, **asked.arguments())


@router.get("/{run:path}/class-curves", response_model=documents.ClassCurves)
def class_curves(run: str, project: ProjectHere, asked: AskedOfClasses) -> object:
    """Precision, recall, F1 and accuracy of each class against confidence, with the optima."""
    document = project.class_curves(run, **asked.arguments())
    return document | {name: _named(document[name]) for name in ("best", "per_class")}


@router.get("/{run:path}/lrp", response_model=documents.Lrp)
def lrp(run: str, project: ProjectHere, asked: AskedAtIou) -> object:
    """oLRP, overall and per class: 0 is perfect, 1 is useless."""
    document = project.lrp(run, **asked.arguments())
    return document | {"per_class": _named(document["per_class"])}


@router.get("/{run:path}/intervals", response_model=RunIntervals)
def intervals(run: str, project: ProjectHere, asked: AskedUnder) -> object:
    """95 % intervals of COCO's numbers, from resampled images."""
    document = project.intervals(run, **asked.arguments())
    return document | {
        "intervals": document["metrics"],
        "per_class": _named(document["per_class"]),
    }


@router.get("/{run:path}/rate-intervals", response_model=RateIntervals)
def rate_intervals(run: str, project: ProjectHere, asked: AskedOfRun) -> object:
    """95 % intervals of precision, recall and F1 at one point, from resampled images."""
    return project.rate_intervals(run, **asked.arguments())


@router.get("/{run:path}/errors", response_model=documents.ErrorPage)
def errors(
    run: str,
    project: ProjectHere,
    point: AskedPoint,
    chosen: AskedObjects,
    page: AskedPage,
    under: AskedUnder,
    class_id: int | None = None,
    sort: str = "severity",
) -> Any:
    """One page of objects, with the counts beside every filter."""
    query = ErrorQuery(
        class_id=class_id,
        sort=sort,
        **point.arguments(),
        **chosen.arguments(),
        **page.arguments(),
    )
    return project.errors(run, query, **under.arguments())


@router.get("/{run:path}/images", response_model=documents.ImagePage)
def images(
    run: str,
    project: ProjectHere,
    point: AskedPoint,
    chosen: AskedObjects,
    page: AskedPage,
    under: AskedUnder,
    sort: str = "worst",
) -> Any:
    """One page of images with their own counts."""
    query = ImageQuery(sort=sort, **point.arguments(), **chosen.arguments(), **page.arguments())
    return project.image_list(run, query, **under.arguments())


@router.get("/{run:path}/answers", response_model=AnswerPage)
def answers(
    run: str,
    project: ProjectHere,
    classes: Classes,
    page: AskedPage,
    outcome: Literal["right", "wrong"] | None = None,
    labelled: int | None = None,
    predicted: ClassOrNone = None,
    sort: Literal["surest", "doubtful"] = "surest",
    where: Where = None,
) -> Any:
    """One page of labelled images of a run of answers, with the right and the given ones."""
    query = AnswerQuery(
        outcome=outcome,
        labelled=labelled,
        predicted=predicted,
        classes=classes,
        sort=sort,
        **page.arguments(),
    )
    return project.answers(run, query, where=where)
