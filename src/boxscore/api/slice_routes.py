"""Where a run fails more than elsewhere: weak slices, and what its failures depend on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from boxscore.api import slice_documents as documents
from boxscore.api.current import Classes, Confidence, ProjectHere
from boxscore.api.questions import AskedUnder

router = APIRouter(prefix="/api/v1/runs", tags=["slices"])
AnyIou = Annotated[
    float | None,
    Query(
        ge=0.1,
        le=1,
        description="Least IoU of a match. Default: 0.5; with a baseline the mean of 0.5 to 0.95.",
    ),
]


@router.get("/{run:path}/weak-slices", response_model=documents.WeakSlices)
def weak_slices(
    run: str,
    project: ProjectHere,
    under: AskedUnder,
    baseline: str | None = None,
    iou: AnyIou = None,
    confidence: Confidence = None,
    level: Annotated[float, Query(gt=0, lt=1)] = 0.1,
    seed: Annotated[int, Query(ge=0, le=2**53)] = 20,
    pairs: bool = True,
) -> object:
    """Subsets on which the run does worse, or loses against a baseline; decodes no images."""
    return project.weak_slices(
        run, baseline, iou=iou, confidence=confidence, level=level, seed=seed, pairs=pairs,
        pixels=False, **under.arguments(),
    )  # fmt: skip


@router.get("/{run:path}/metric-importance", response_model=documents.MetricImportance)
def metric_importance(
    run: str,
    project: ProjectHere,
    classes: Classes,
    under: AskedUnder,
    baseline: str | None = None,
    iou: AnyIou = None,
    confidence: Confidence = None,
) -> object:
    """Every metric's relation to misses and false positives, or to losses; decodes no images."""
    return project.metric_importance(
        run, baseline, iou=iou, confidence=confidence, classes=classes, pixels=False,
        **under.arguments(),
    )  # fmt: skip
