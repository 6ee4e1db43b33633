"""The shapes of a gate's outcome, its rules, and what other tools print."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from boxscore.api.documents import Document


class Check(Document):
    status: Literal["passed", "failed", "unsure"]
    blocks: bool
    line: int
    subject: str
    rule: str
    value: float | None
    baseline: float | None
    difference: float | None
    low: float | None
    high: float | None
    objects: int
    reason: str | None


class Outcome(Document):
    run: str
    baseline: str | None
    task: str
    slice: str | None
    ground_truth: str
    passed: bool
    counts: dict[str, int]
    notes: list[str]
    checks: list[Check]
    verdict: str
    comment: str


class RunVerdict(Document):
    run: str
    verdict: Literal["passed", "unsure", "failed"] | None
    counts: dict[str, int]
    block: int
    problem: str | None


class Verdicts(Document):
    kept: bool
    runs: list[RunVerdict]


class Rules(Document):
    text: str
    kept: bool


class NewRules(Document):
    text: Annotated[str, Field(max_length=200_000)]


class OtherTool(Document):
    tool: str
    title: str
    metric: str
    value: float | None
    points: float | None
    matters_most: str | None


class OtherTools(Document):
    run: str
    coco: float | None
    tools: list[OtherTool]
