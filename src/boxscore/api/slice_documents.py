"""Shapes of the answers about weak slices and the importance of metrics."""

from __future__ import annotations

from typing import Literal

from boxscore.api.documents import Document
from boxscore.api.metric_documents import Estimate


class SliceCondition(Document):
    facet: str
    title: str
    low: float | None
    high: float | None
    value: str | None


class SliceContrast(Document):
    units: int
    images: int
    inside: float | None
    rest: float | None
    drop: Estimate


class HeldOut(SliceContrast):
    p: float


class WeakSlice(SliceContrast):
    measure: Literal["recall", "precision", "change"]
    name: str
    sentence: str
    where: str | None
    outcome: Literal["fp", "fn"]
    conditions: list[SliceCondition]
    coverage: float
    at_stake: float
    held_out: HeldOut
    q: float
    lost: int | None
    gained: int | None


class SearchedMeasure(Document):
    units: int
    images: int
    value: float | None
    looked_at: int
    tested: int


class WeakSlices(Document):
    run: str
    baseline: str | None
    task: str
    iou: float | None
    confidence: float | None
    baseline_confidence: float | None
    level: float
    looked_at: int
    tested: int
    lead: str | None
    measures: dict[str, SearchedMeasure]
    slices: list[WeakSlice]
    waiting: list[str]
    notes: list[str]


class ImportanceRow(Document):
    metric: str
    title: str
    on: Literal["image", "object"]
    failure: Literal["misses", "false_positives", "losses"]
    units: int
    failures: int
    information: float
    by_chance: float
    p: float
    q: float
    spearman: float | None
    higher: Estimate
    adjusted: Estimate
    adjusted_for: list[str]


class MetricImportance(Document):
    run: str
    baseline: str | None
    iou: float | None
    confidence: float | None
    rows: list[ImportanceRow]
    waiting: list[str]
    notes: list[str]
