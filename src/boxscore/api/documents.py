"""The shapes of all answers; the app's client is generated from them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


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


class ProtocolChoice(Document):
    name: str
    title: str
    headline: str


class TaskChoice(Document):
    task: str
    protocols: list[ProtocolChoice]


class Run(Document):
    name: str
    letter: str
    task: str
    format: str
    file: str
    sha256: str
    predictions: int
    created: str
    confidences: tuple[float, float] | None
    default_confidence: float | None
    metrics: dict[str, float | None]
    counts: Counts | None
    usual_task: str
    tasks: list[TaskChoice]


class ClassInfo(Document):
    class_id: int
    name: str
    feature_hash: str
    color: str
    kind: Literal["object", "classification"]
    ground_truth: int
    images: int
    keypoints: list[str]
    skeleton: list[tuple[int, int]]
    deviations: Literal["given", "coco", "equal"] | None


class Part(Document):
    """A split or a sequence."""

    name: str
    images: int


class Overview(Document):
    name: str
    images: int
    images_with_pixels: int
    ground_truth: int
    crowd: int
    classes: list[ClassInfo]
    splits: list[Part]
    sequences: list[Part]
    runs: list[Run]


class Runs(Document):
    runs: list[Run]


class ClassRow(Document):
    """One line of the per-class table; columns of its own protocol come beside these."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float | int | str | None] = {}

    class_name: str
    class_id: int
    ground_truth: int
    predictions: int
    feature_hash: str | None = None
    ap: float | None = None
    ap50: float | None = None
    ar100: float | None = None
    tp: int | None = None
    fp: int | None = None
    fn: int | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None


class Summary(Document):
    run: str
    task: str
    protocol: str
    slice: str | None = None
    images: int
    ground_truth: int
    predictions: int
    metrics: dict[str, float | None]
    counts: Counts | None
    per_class: list[ClassRow]
    notes: list[str] = []
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
    theta: float
    iou: float | None
    outlines: list[list[float]] | None = None
    keypoints: list[list[float]] | None = None


Kind = Literal["class", "location", "both", "duplicate", "background", "missed"]


class Object(Document):
    id: str
    outcome: Literal["tp", "fp", "fn"]
    kind: Kind | None
    class_id: int
    class_name: str
    confidence: float | None
    box: list[float]
    theta: float
    item: Item
    partner: Partner | None
    outlines: list[list[float]] | None = None
    keypoints: list[list[float]] | None = None
    reason: str
    tags: list[str] = []
    note: str | None = None


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


class NamedClass(Document):
    class_id: int
    name: str


class ConfusedPair(Document):
    labelled: int | None
    predicted: int | None
    labelled_name: str
    predicted_name: str
    count: int


class Confusion(Document):
    run: str
    iou: float | None
    confidence: float | None
    classes: list[NamedClass]
    matrix: list[list[int]]
    pairs: list[ConfusedPair]


class CalibrationBin(Document):
    low: float
    high: float
    count: int
    confidence: float | None
    precision: float | None


class Calibration(Document):
    run: str
    iou: float | None
    bins: list[CalibrationBin]
    ece: float | None
    mce: float | None
    brier: float | None
    d_ece: float | None
    d_ece_place: float | None
    notes: list[str]


class MeasureCurves(Document):
    precision: list[float | None]
    recall: list[float | None]
    f1: list[float | None]
    accuracy: list[float | None]


class MeanCurves(MeasureCurves):
    best: Best


class ClassCurve(MeasureCurves):
    class_id: int
    class_name: str
    objects: int


class ClassBest(Best):
    class_id: int
    class_name: str
    objects: int


class ClassCurves(Document):
    run: str
    iou: float
    at: list[float]
    pooled: MeanCurves
    mean: MeanCurves
    best: list[ClassBest]
    per_class: list[ClassCurve]


class LrpNumbers(Document):
    value: float | None
    location: float | None
    false_positive: float | None
    false_negative: float | None


class ClassLrp(LrpNumbers):
    class_id: int
    class_name: str
    confidence: float | None


class Lrp(Document):
    run: str
    iou: float
    mean: LrpNumbers
    per_class: list[ClassLrp]


class OutcomeCounts(Document):
    tp: int
    fp: int
    fn: int


class ClassCount(Document):
    class_id: int
    count: int


class LabelledCount(Document):
    class_id: int | None
    count: int


class Facets(Document):
    outcome: OutcomeCounts
    kind: dict[str, int]
    classes: list[ClassCount]
    labelled: list[LabelledCount]


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
    tags: list[str] = []
    note: str | None = None


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
    partner: Partner | None
    outlines: list[list[float]] | None
    keypoints: list[list[float]] | None
    track: str
    reason: str
    tags: list[str] = []
    note: str | None = None


class ItemView(Item):
    sequence: str
    confidence: float | None
    tags: list[str] = []
    note: str | None = None
    objects: list[ItemObject]


class Health(Document):
    status: Literal["ok"]
