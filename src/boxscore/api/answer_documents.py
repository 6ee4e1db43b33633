"""The shape of a list of answers."""

from __future__ import annotations

from boxscore.api.documents import ClassCount, Document, Item


class RightAnswer(Document):
    class_id: int
    class_name: str


class GivenAnswer(RightAnswer):
    confidence: float | None


class Answer(Document):
    """One question about one image."""

    item: Item
    question: int
    right: bool
    labelled: list[RightAnswer]
    given: list[GivenAnswer]
    tags: list[str]
    note: str | None


class AnswerFacets(Document):
    right: int
    wrong: int
    unanswered: int
    labelled: list[ClassCount]
    predicted: list[ClassCount]


class AnswerPage(Document):
    total: int
    facets: AnswerFacets
    answers: list[Answer]
    next_offset: int | None
