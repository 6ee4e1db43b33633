"""The shapes of all answers; the app's client is generated from them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Document(BaseModel):
    """Base of all answers."""


class Counts(Document):
    iou: float | None
    confidence: float | None
    tp: int
    fp: int
    fn: int
    ignored: int
    precision: float | None
    recall: float | None
    f1: float | None


class Run(Document):
    name: str
    letter: str
    task: str
    format: str
    file: str
    sha256: str
    predictions: int
    created: str
    default_confidence: float | None
    metrics: dict[str, float | None]
    counts: Counts


class ClassInfo(Document):
    class_id: int
    name: str
    feature_hash: str
    color: str
    kind: Literal["object", "classification"]
    ground_truth: int


class Split(Document):
    name: str
    images: int


class Overview(Document):
    name: str
    images: int
    images_with_pixels: int
    ground_truth: int
    crowd: int
    classes: list[ClassInfo]
    splits: list[Split]
    runs: list[Run]


class Runs(Document):
    runs: list[Run]


class ClassRow(Document):
    class_name: str
    class_id: int
    feature_hash: str
    ground_truth: int
    predictions: int
    ap: float | None
    ap50: float | None
    ar100: float | None
    tp: int
    fp: int
    fn: int
    precision: float | None
    recall: float | None
    f1: float | None


class Summary(Document):
    run: str
    task: str
    protocol: str
    images: int
    ground_truth: int
    predictions: int
    metrics: dict[str, float | None]
    counts: Counts
    per_class: list[ClassRow]
    recount_ms: float


class PrecisionRecall(Document):
    recall: list[float | None]
    precision: list[float | None]
    confidence: list[float | None]


class ConfidenceCurves(Document):
    at: list[float | None]
    precision: list[float | None]
    recall: list[float | None]
    f1: list[float | None]


class Best(Document):
    confidence: float | None
    f1: float | None


class Curves(Document):
    precision_recall: PrecisionRecall
    confidence: ConfidenceCurves
    best: Best


class Item(Document):
    data_hash: str
    frame: int
    title: str
    width: int
    height: int
    has_pixels: bool
    split: str
    licence: str


class Partner(Document):
    id: str
    class_id: int
    class_name: str
    box: list[float]
    iou: float | None


Kind = Literal["class", "location", "both", "duplicate", "background", "missed"]


class Object(Document):
    id: str
    outcome: Literal["tp", "fp", "fn"]
    kind: Kind | None
    class_id: int
    class_name: str
    confidence: float | None
    box: list[float]
    item: Item
    partner: Partner | None
    reason: str


class ErrorCost(Document):
    count: int
    delta_ap: float | None


class ErrorBudget(Document):
    run: str
    iou: float
    ap: float | None
    kinds: dict[str, ErrorCost]
    false_positive: float | None
    false_negative: float | None


class Interval(Document):
    estimate: float | None
    low: float | None
    high: float | None
    reason: str | None


class RunIntervals(Document):
    intervals: dict[str, Interval]


class OutcomeCounts(Document):
    tp: int
    fp: int
    fn: int


class ClassCount(Document):
    class_id: int
    count: int


class Facets(Document):
    outcome: OutcomeCounts
    kind: dict[str, int]
    classes: list[ClassCount]


class ErrorPage(Document):
    total: int
    confidence: float
    facets: Facets
    objects: list[Object]
    next_offset: int | None


class ImageRow(Item):
    tp: int
    fp: int
    fn: int
    f1: float | None


class ImagePage(Document):
    total: int
    images: list[ImageRow]
    next_offset: int | None


class ItemObject(Document):
    id: str
    role: Literal["ground_truth", "prediction"]
    outcome: Literal["tp", "fp", "fn", "ignored"]
    kind: Kind | None
    class_id: int
    class_name: str
    confidence: float | None
    box: list[float]
    crowd: bool
    partner_id: str | None
    iou: float | None
    outlines: list[list[float]] | None
    reason: str


class ItemView(Item):
    confidence: float | None
    objects: list[ItemObject]


class Health(Document):
    status: Literal["ok"]
