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
    depends: list[Literal["runs", "training_size"]]


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


class MetricSubject(Document):
    row: int
    data_hash: str
    frame: int
    title: str
    width: int
    height: int
    has_pixels: bool
    class_name: str | None
    box: list[float] | None


class MetricRow(MetricSubject):
    value: float | None


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
    most: float
    predictions: int
    objects: int
    tp: int
    fp: int
    fn: int
    precision: Estimate
    recall: Estimate
    mean_confidence: Estimate
    calibration_gap: Estimate


class Undefined(Document):
    predictions: int
    objects: int


class MetricPerformance(Document):
    run: str
    iou: float | None
    confidence: float | None
    metric: MetricCard
    bins: list[PerformanceBin]
    precision: float | None
    recall: float | None
    undefined: Undefined
    notes: list[str]


class ClassShare(Document):
    value: float | None
    best: float | None
    worst: float | None
    drop: float | None
    correlation: float | None
    q: float | None


class ClassAgainstMetric(Document):
    class_id: int
    class_name: str
    objects: int
    predictions: int
    recall: ClassShare
    precision: ClassShare


class MetricByClass(Document):
    run: str
    iou: float | None
    confidence: float | None
    metric: MetricCard
    classes: list[ClassAgainstMetric]
    notes: list[str]


class FindingCode(Document):
    code: str
    title: str
    severity: Literal["severe", "moderate"]
    metric: str
    metric_title: str
    unit: str
    side: Literal["low", "high"]
    threshold: float
    default: float
    count: int
    advice: str


class Outliers(Document):
    code: str
    metric: str
    metric_title: str
    run: str | None
    on: Literal["image", "object"]
    moderate: int
    severe: int
    moderate_low: float | None
    moderate_high: float | None
    severe_low: float | None
    severe_high: float | None


class FindingRow(MetricSubject):
    code: str
    severity: Literal["severe", "moderate"]
    metric: str
    run: str | None
    value: float
    threshold: float | None


class Findings(Document):
    run: str | None
    codes: list[FindingCode]
    outliers: list[Outliers]
    not_computed: list[str]
    total: int
    rows: list[FindingRow]
    next_offset: int | None


class ImageToLabel(Document):
    rank: int
    data_hash: str
    frame: int
    title: str
    uncertainty: float | None
    distance: float | None


class LabelNext(Document):
    run: str | None
    candidates: int
    known: int
    weight: float
    vectors: str
    notes: list[str]
    images: list[ImageToLabel]


class DriftSide(Document):
    name: str
    images: int
    ground_truth: int


class MetricApart(Document):
    id: str
    title: str
    unit: str
    on: Literal["image", "object"]
    values: list[int]
    medians: list[float]
    ks: float
    p: float
    delta: float


class MetricDrift(MetricApart):
    q: float
    drifted: bool


class ClassDrift(Document):
    class_name: str
    counts: list[int]
    shares: list[float | None]


class Drift(Document):
    first: DriftSide
    second: DriftSide
    metrics: list[MetricDrift]
    classes: list[ClassDrift]
    class_distance: float | None
    not_computed: list[str]


class DriftedMetric(Document):
    metric: MetricCard
    first: DriftSide
    second: DriftSide
    drift: MetricApart
    edges: list[float]
    counts: list[list[int]]
    bin: int | None
    rows: list[list[MetricRow]] | None
