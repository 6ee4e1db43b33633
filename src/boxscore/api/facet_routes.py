"""The counts beside every choice of the filter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from boxscore.api import facet_documents as documents
from boxscore.api.current import ProjectHere
from boxscore.api.questions import AskedObjects, AskedPoint, AskedUnder
from boxscore.evaluation.queries import ErrorQuery
from boxscore.project.slices.facets import FacetQuery

router = APIRouter(prefix="/api/v1", tags=["facets"])
Ranges = Annotated[
    str | None,
    Query(max_length=2_000, description="Histograms, as metric.brightness,object.iou."),
]


@router.get("/facets", response_model=documents.FilterFacets)
def facets(
    project: ProjectHere,
    point: AskedPoint,
    chosen: AskedObjects,
    under: AskedUnder,
    run: Annotated[str | None, Query(max_length=200)] = None,
    ranges: Ranges = None,
) -> object:
    """Images by every choice, and a run's objects; each count is under all other conditions."""
    errors = ErrorQuery(**point.arguments(), **chosen.arguments())
    keys = tuple(dict.fromkeys(key.strip() for key in (ranges or "").split(",") if key.strip()))
    return project.facets(FacetQuery(run=run, errors=errors, ranges=keys, **under.arguments()))
