"""The shapes of label issues, decisions on them, and what they change."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from boxscore.api.documents import Document, Item

IssueKind = Literal["missing", "swapped", "located", "duplicate", "spurious"]
State = Literal["open", "accepted", "rejected", "skipped"]
Choice = Literal["accept", "reject", "skip"]


class NamedBox(Document):
    class_id: int
    class_name: str
    box: list[float] | None


class Label(NamedBox):
    source_id: int


class RunSays(Document):
    run: str
    class_id: int | None
    class_name: str | None
    box: list[float] | None
    confidence: float | None


class Fact(Document):
    name: str
    value: str


class LabelIssue(Document):
    key: str
    kind: IssueKind
    score: float
    state: State
    note: str
    time: str | None
    image: Item | None
    label: Label | None
    other: Label | None
    suggestion: NamedBox | None
    run: str
    runs: list[RunSays]
    removed: bool
    sentence: str
    facts: list[Fact]


class KindCount(Document):
    kind: IssueKind
    count: int


class StateCounts(Document):
    open: int
    accepted: int
    rejected: int
    skipped: int


class LabelIssues(Document):
    task: str
    runs: list[str]
    notes: list[str]
    kinds: list[KindCount]
    states: StateCounts
    total: int
    issues: list[LabelIssue]
    next_offset: int | None


class Ask(Document):
    key: str = Field(max_length=64)
    choice: Choice
    note: str = Field("", max_length=2000)


class Undo(Document):
    key: str | None = Field(None, max_length=64)


class ShapeOfFix(Document):
    kind: int
    x: float
    y: float
    width: float
    height: float
    theta: float
    area: float
    mask: str | None


class LabelFix(Document):
    data_hash: str
    frame: int
    label: str | None
    class_hash: str | None
    shape: ShapeOfFix | None
    removed: bool


class LabelDecision(Document):
    key: str
    kind: IssueKind
    choice: Choice
    note: str
    time: str
    score: float
    fix: LabelFix


class LabelReview(Document):
    decisions: list[LabelDecision]
    accepted: int
    rejected: int
    skipped: int


class CorrectedScores(Document):
    run: str
    task: str
    now: dict[str, float | None]
    accepted: dict[str, float | None]
    upper: dict[str, float | None]


class CorrectedRuns(Document):
    accepted_fixes: int
    upper_fixes: int
    suspected_by: list[str]
    runs: list[CorrectedScores]
