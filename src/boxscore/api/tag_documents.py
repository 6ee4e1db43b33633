"""The shapes of tags, notes and saved slices, asked and answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxscore.api.documents import Document

MOST_SELECTED = 100_000
Name = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[str, Field(max_length=2_000)]

Images = Annotated[list[Words], Field(max_length=MOST_SELECTED)]
Objects = Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=MOST_SELECTED)]


class Selected(Document):
    """Images by a slice or by identity, or objects of a run's lists."""

    where: Words | None = None
    images: Images = Field(default_factory=list)
    objects: Objects = Field(default_factory=list)
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


class Changed(Document):
    changed: int


class Undone(Document):
    undone: str | None


class Tag(Document):
    tag: str
    images: int
    labels: int
    predictions: dict[str, int]


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
