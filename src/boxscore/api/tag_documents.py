"""The shapes of tags, notes and saved slices, asked and answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxscore.api.documents import Document
from boxscore.evaluation.queries import ClassOrNone

MOST_SELECTED = 100_000
Name = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[str, Field(max_length=2_000)]

Images = Annotated[list[Words], Field(max_length=MOST_SELECTED)]
Objects = Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=MOST_SELECTED)]


Finite = Annotated[float | None, Field(allow_inf_nan=False)]
Classes = Annotated[list[Annotated[int, Field(ge=0, le=2**31)]] | None, Field(max_length=10_000)]


class ObjectFilter(Document):
    """Everything that a run's list of objects shows, on all of its pages."""

    iou: Annotated[float, Field(ge=0.1, le=1)] = 0.5
    confidence: Finite = None
    classes: Classes = None
    outcome: Name | None = None
    kind: Name | None = None
    labelled: ClassOrNone = None
    predicted: ClassOrNone = None
    below: Finite = None
    tag: Name | None = None
    among: Words | None = None
    slice: Words | None = None


class Selected(Document):
    """Images by a slice or by identity, or objects of a run's lists."""

    where: Words | None = None
    images: Images = Field(default_factory=list)
    objects: Objects = Field(default_factory=list)
    filter: ObjectFilter | None = None
    run: Words | None = None
    task: Words | None = None


class TagChange(Document):
    tag: Name
    selection: Selected


class NoteChange(Document):
    text: Annotated[str, Field(max_length=10_000)]
    selection: Selected


class SliceChange(Document):
    name: Name
    where: Words


class Subset(Document):
    name: Name
    selection: Selected
    symlinks: bool = False


class Export(Document):
    what: Words
    format: Name
    selection: Selected


class SubsetMade(Document):
    project: str
    images: int
    ground_truth: int
    runs: list[str]


class Changed(Document):
    changed: int


class Undone(Document):
    undone: str | None


class Tag(Document):
    tag: str
    images: int
    labels: int
    predictions: dict[str, int]
    holding: int


class Note(Document):
    on: str
    run: str | None
    row: int
    title: str
    text: str
    created: str


class SavedSlice(Document):
    name: str
    where: str


class Labels(Document):
    """Everything that people said of the project's images and objects."""

    tags: list[Tag]
    notes: list[Note]
    slices: list[SavedSlice]
