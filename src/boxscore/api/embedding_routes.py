"""Embeddings: maps, what looks like what, duplicates and leakage."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from boxscore.api import embedding_documents as documents
from boxscore.api.current import ProjectHere, Task, Where
from boxscore.api.questions import AskedAtPoint

router = APIRouter(prefix="/api/v1", tags=["embeddings"])
Cosine = Annotated[
    float, Query(gt=0, le=1, description="Least cosine of two images that are nearly the same.")
]
Row = Annotated[int | None, Query(ge=0, le=2**53, description="Row of an annotation.")]
Of = Literal["images", "objects"]


@router.get("/embeddings", response_model=documents.EmbeddingState)
def embeddings(project: ProjectHere) -> object:
    """What is embedded, by which model, and what could be."""
    return project.embedding_state()


@router.get("/map", response_model=documents.DataMap)
def data_map(
    project: ProjectHere,
    asked: AskedAtPoint,
    of: Of = "images",
    method: Literal["auto", "pca"] = "auto",
    run: str | None = None,
    groups: Annotated[int | None, Query(ge=1, le=1000)] = None,
) -> object:
    """Images or labelled objects in two dimensions, with what a run made of them."""
    return project.map(of, method=method, run=run, groups=groups, **asked.arguments())


@router.get("/places", response_model=documents.Places)
def places(
    project: ProjectHere,
    of: Of,
    rows: Annotated[list[int], Query(max_length=200, description="Rows of items or labels.")],
) -> object:
    """Image, box and class of some images or labelled objects."""
    return {"places": project.places(of, rows)}


@router.get("/similar", response_model=documents.Neighbours)
def similar(
    project: ProjectHere,
    item: Annotated[str | None, Query(max_length=2_000)] = None,
    annotation: Row = None,
    run: str | None = None,
    k: Annotated[int, Query(ge=1, le=200)] = 12,
) -> object:
    """The images most like one, or the labelled objects most like one."""
    return project.neighbours(item, annotation=annotation, run=run, k=k)


@router.get("/search", response_model=documents.TextFound)
def search(
    project: ProjectHere,
    text: Annotated[str, Query(max_length=1_000, description="What is to be seen.")],
    of: Of = "images",
    run: str | None = None,
    top: Annotated[int, Query(ge=1, le=200)] = 24,
    where: Where = None,
) -> object:
    """The images or objects that a text describes best, where their model knows text."""
    return project.search(text, of=of, run=run, top=top, where=where)


@router.get("/duplicates", response_model=documents.Duplicates)
def duplicates(
    project: ProjectHere,
    cosine: Cosine = 0.85,
    limit: Annotated[int, Query(ge=0, le=1000)] = 50,
) -> object:
    """Images that are there twice, exactly or nearly, the most alike first."""
    return project.duplicates(cosine=cosine, limit=limit)


@router.get("/runs/{run:path}/leakage", response_model=documents.Leakage)
def leakage(run: str, project: ProjectHere, cosine: Cosine = 0.85, task: Task = None) -> object:
    """A run's scores on images that another split has too, and on those that none has."""
    return project.leakage(run, task=task, cosine=cosine)
