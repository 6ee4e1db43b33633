"""Several runs side by side: differences, and the objects behind them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from boxscore.api import comparison_documents as documents
from boxscore.api.current import Confidence, Iou, ProjectHere, Where
from boxscore.api.questions import AskedPage
from boxscore.evaluation.queries import FlipQuery

router = APIRouter(prefix="/api/v1", tags=["compare"])
Run = Annotated[str, Query(max_length=400)]
Runs = Annotated[
    list[Run], Query(description="The first one is what the others are compared with.")
]
Images = Annotated[
    str, Query(max_length=10, description="all, shared or auto: which images count.")
]


@router.get("/compare", response_model=documents.ComparisonDocument)
def compare(
    runs: Runs,
    project: ProjectHere,
    iou: Iou = 0.5,
    where: Where = None,
    by: Annotated[str | None, Query(max_length=10)] = None,
    images: Images = "auto",
    confidence: Confidence = None,
    rates: bool = False,
) -> object:
    """Every other run against the first: differences with intervals, objects that flipped."""
    return project.compare(
        *runs, iou=iou, where=where, by=by, images=images, confidence=confidence, rates=rates
    )


@router.get("/compare/rates", response_model=documents.ComparedRates)
def compare_rates(
    first: Run,
    second: Run,
    project: ProjectHere,
    iou: Iou = 0.5,
    confidence: Confidence = None,
    where: Where = None,
    images: Images = "auto",
) -> object:
    """Differences of precision, recall and F1 at the runs' operating points, with intervals."""
    return project.compare_rates(
        first, second, iou=iou, confidence=confidence, where=where, images=images
    )


@router.get("/compare/objects", response_model=documents.FlippedPage)
def flipped(
    first: Run,
    second: Run,
    project: ProjectHere,
    page: AskedPage,
    state: str = "broken",
    iou: Iou = 0.5,
    confidence: Confidence = None,
    class_id: int | None = None,
    size: str | None = None,
    why: str | None = None,
    where: Where = None,
    images: Images = "auto",
    sort: str = "largest",
) -> Any:
    """One page of objects that are broken, fixed, right or wrong in both; or of new and removed
    false positives."""
    query = FlipQuery(
        state=state,
        iou=iou,
        confidence=confidence,
        class_id=class_id,
        size=size,
        why=why,
        where=where,
        images=images,
        sort=sort,
        **page.arguments(),
    )
    return project.flipped(first, second, query)


@router.get("/history", response_model=documents.History)
def history(project: ProjectHere) -> object:
    """The runs over time, with the hashes of model, images, classes, labels and protocol."""
    return project.history()
