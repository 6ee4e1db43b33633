"""The shapes of intervals."""

from __future__ import annotations

from boxscore.api.documents import Document


class Interval(Document):
    estimate: float | None
    low: float | None
    high: float | None
    reason: str | None


class ClassIntervals(Document):
    class_id: int
    class_name: str
    metrics: dict[str, Interval]


class RunIntervals(Document):
    intervals: dict[str, Interval]
    replicates: int
    seed: int
    confidence: float
    unit: str
    clusters: int
    per_class: list[ClassIntervals]


class RateIntervals(Document):
    """Of precision, recall and f1 at one operating point."""

    iou: float
    confidence: float
    intervals: dict[str, Interval]
    replicates: int
    seed: int
    unit: str
    clusters: int
