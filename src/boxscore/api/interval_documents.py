"""The shapes of intervals."""

from __future__ import annotations

from boxscore.api.documents import Curves, Document, ErrorBudget


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


class Drawn(Document):
    """How bounds were made; `reason` says why there are none."""

    reason: str | None
    confidence: float
    replicates: int
    seed: int
    unit: str
    clusters: int


class CurveBand(Drawn):
    """The ends of the interval of the precision at each recall."""

    recall: list[float]
    low: list[float | None]
    high: list[float | None]


class BandedCurves(Curves):
    band: CurveBand | None = None


class Ends(Document):
    low: float | None
    high: float | None


class BudgetIntervals(Drawn):
    """The ends of the interval of what each kind of error costs."""

    kinds: dict[str, Ends]


class BoundedBudget(ErrorBudget):
    intervals: BudgetIntervals | None = None
