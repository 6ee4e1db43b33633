"""Shapes of the answers about quality metrics."""

from __future__ import annotations

from typing import Literal

from boxscore.api.documents import Document


class MetricCard(Document):
    id: str
    title: str
    version: int
    on: Literal["image", "object"]
    reads: Literal["pixels", "items", "objects", "embeddings"]
    roles: list[Literal["ground_truth", "prediction"]]
    unit: str
    low: float | None
    high: float | None
    bad: Literal["low", "high", "both", "none"]
    meaning: str
    advice: str
    resolution: int | None
    source: str


class MetricState(Document):
    run: str | None
    computed: int
    values: int


class ListedMetric(MetricCard):
    own: bool
    state: list[MetricState]


class Metrics(Document):
    metrics: list[ListedMetric]


class MetricSummary(Document):
    minimum: float | None
    q1: float | None
    median: float | None
    q3: float | None
    maximum: float | None
    mean: float | None


class Histogram(Document):
    edges: list[float]
    counts: list[int]


class MetricRow(Document):
    row: int
    value: float | None
    data_hash: str
    frame: int
    title: str


class MetricValues(Document):
    metric: MetricCard
    run: str | None
    total: int
    missing: int
    undefined: int
    summary: MetricSummary
    histogram: Histogram
    rows: list[MetricRow]
    next_offset: int | None


class Estimate(Document):
    estimate: float | None
    low: float | None
    high: float | None


class PerformanceBin(Document):
    low: float
    high: float
    predictions: int
    objects: int
    tp: int
    fp: int
    fn: int
    precision: Estimate
    recall: Estimate
    mean_confidence: Estimate


class Undefined(Document):
    predictions: int
    objects: int


class MetricPerformance(Document):
    run: str
    iou: float
    confidence: float | None
    metric: MetricCard
    bins: list[PerformanceBin]
    undefined: Undefined
    notes: list[str]
