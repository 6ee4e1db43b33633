"""What routes about a run are asked with, read in one place: a slice, a point, a filter, a page.

Each class is a dependency: its fields are the route's parameters, its `arguments` those of the
project's methods. What a route does not take it does not inherit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any

from fastapi import Depends, Query

from boxscore.api.current import Classes, Confidence, Iou, Task, Where
from boxscore.evaluation.queries import MOST_ROWS, ClassOrNone

Among = Annotated[
    str | None,
    Query(max_length=2_000, description="Only objects of a slice, as object.class=person."),
]
Tag = Annotated[str | None, Query(max_length=100, description="Only objects that have it.")]
Offset = Annotated[int, Query(ge=0, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Parameters that several routes share."""

    def arguments(self) -> dict[str, Any]:
        """By name, as the methods of a project and its queries take them."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Point(Asked):
    """The operating point that objects are judged at, and the classes that are looked at."""

    classes: Classes
    iou: Iou = 0.5
    confidence: Confidence = None


@dataclass(frozen=True, kw_only=True)
class ObjectFilter(Asked):
    """Which of the judged objects are meant."""

    outcome: str | None = None
    kind: str | None = None
    labelled: ClassOrNone = None
    predicted: ClassOrNone = None
    below: float | None = None
    tag: Tag = None
    among: Among = None


@dataclass(frozen=True, kw_only=True)
class Page(Asked):
    """Which rows of a list."""

    offset: Offset = 0
    limit: Limit = 60


@dataclass(frozen=True, kw_only=True)
class Under(Asked):
    """The images and objects that count, and what is compared."""

    task: Task = None
    where: Where = None


@dataclass(frozen=True, kw_only=True)
class AtIou(Under):
    """Whatever the confidence."""

    iou: Iou = 0.5


@dataclass(frozen=True, kw_only=True)
class AtPoint(AtIou):
    """At one operating point, of all classes."""

    confidence: Confidence = None


@dataclass(frozen=True, kw_only=True)
class OfClasses(AtIou):
    """Of the chosen classes, whatever the confidence."""

    classes: Classes


@dataclass(frozen=True, kw_only=True)
class RunQuestion(AtPoint, OfClasses):
    """Everything that a question about a run can depend on."""


AskedPoint = Annotated[Point, Depends()]
AskedObjects = Annotated[ObjectFilter, Depends()]
AskedPage = Annotated[Page, Depends()]
AskedUnder = Annotated[Under, Depends()]
AskedAtIou = Annotated[AtIou, Depends()]
AskedAtPoint = Annotated[AtPoint, Depends()]
AskedOfClasses = Annotated[OfClasses, Depends()]
AskedOfRun = Annotated[RunQuestion, Depends()]
