"""What every route works on: the project that the path names, or the one of this server."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from boxscore.api.served import Served
from boxscore.errors import RequestError
from boxscore.project import Project
from boxscore.schema.kinds import Task as TaskName


def what_is_served(request: Request) -> Served:
    """Everything that this server serves."""
    served: Served = request.app.state.served
    return served


def current_project(request: Request) -> Project:
    """The project whose id is in the path (`/p/ID/...`), or the one of this server."""
    chosen: str | None = getattr(request.state, "project", None)
    return what_is_served(request).shelf.project(chosen)


ServedHere = Annotated[Served, Depends(what_is_served)]
ProjectHere = Annotated[Project, Depends(current_project)]
Iou = Annotated[float, Query(ge=0.1, le=1, description="Least IoU of a match.")]
Confidence = Annotated[
    float | None, Query(description="Least confidence; default: the run's best F1.")
]

Task = Annotated[
    TaskName | None, Query(description="What is compared; default: the run's own task.")
]
Protocol = Annotated[
    str | None, Query(max_length=40, description="Name of a protocol; default: the task's own.")
]
Where = Annotated[
    str | None,
    Query(
        max_length=20_000,
        description="Images that count, and objects where they are judged, as "
        "split=val,object.area=..1024; default: all.",
        alias="slice",
    ),
]


def chosen_classes(
    classes: Annotated[
        str | None, Query(max_length=20_000, description="Class ids, separated by commas.")
    ] = None,
) -> tuple[int, ...] | None:
    """Class ids of the `classes` parameter; None is all of them."""
    if classes is None or not classes.strip():
        return None
    parts = classes.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise RequestError(
            "classes must be numbers separated by commas", fix="for example 0,3", code="E-QUERY"
        )
    return tuple(dict.fromkeys(map(int, parts)))


Classes = Annotated[tuple[int, ...] | None, Depends(chosen_classes)]
