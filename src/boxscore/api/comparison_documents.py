"""The shapes of what is said about several runs at once."""

from __future__ import annotations

from typing import Literal

from boxscore.api.documents import Document, Item

Verdict = Literal["better", "worse", "cannot tell"]


class Difference(Document):
    """One number of two runs; `reason` says why there are no bounds."""

    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None = None
    verdict: Verdict
    reason: str | None


class Flips(Document):
    """Objects or answers followed from one run to another."""

    right_in_both: int
    fixed: int
    broken: int
    wrong_in_both: int


class AllFlips(Flips):
    p: float


class FlipRow(Flips):
    """Flips of a class, a size or a group of images; `new` and `removed` are false positives."""

    name: str
    objects: int
    new: int
    removed: int
    p: float | None
    q: float | None
    verdict: Verdict


class ClassFlips(FlipRow):
    class_id: int
    change: Difference


class GroupFlips(FlipRow):
    images: int
    change: Difference


class FalsePositives(Document):
    new: int
    removed: int
    kept: int


class KindChange(Document):
    kind: str
    new: int
    removed: int


class MissChange(Document):
    """Why what was broken is missed now, and why what was fixed was missed before."""

    why: str
    broken: int
    fixed: int


class PairDocument(Document):
    first: str
    second: str
    headline: str
    verdict: Verdict
    sentences: list[str]
    metrics: dict[str, Difference]
    rates: dict[str, Difference]
    followed: Literal["objects", "answers"]
    flips: AllFlips
    false_positives: FalsePositives | None
    per_class: list[ClassFlips]
    sizes: list[FlipRow]
    kinds: list[KindChange]
    misses: list[MissChange]
    groups: list[GroupFlips]


class ComparisonDocument(Document):
    runs: list[str]
    task: str
    slice: str | None
    by: str | None
    images: int
    restricted: bool
    notes: list[str]
    iou: float | None
    confidences: list[float | None]
    agreement: list[list[float | None]]
    pairs: list[PairDocument]


class ComparedRates(Document):
    """Of precision, recall and f1."""

    runs: list[str]
    iou: float
    confidences: list[float | None]
    rates: dict[str, Difference]


class SideOfObject(Document):
    """What one run made of an object; a miss has no confidence and no box."""

    outcome: Literal["tp", "fp", "fn", "ignored"]
    kind: str | None
    confidence: float | None
    box: list[float] | None
    theta: float
    reason: str


class FlippedObject(Document):
    id: str
    class_id: int
    class_name: str
    box: list[float]
    theta: float
    area: float | None
    item: Item
    first: SideOfObject | None
    second: SideOfObject | None


class ClassTally(Document):
    class_id: int
    count: int


class FlippedPage(Document):
    runs: list[str]
    state: str
    iou: float
    confidences: list[float | None]
    total: int
    classes: list[ClassTally]
    objects: list[FlippedObject]
    next_offset: int | None


class Hashes(Document):
    """SHA-256 of what a run's numbers rest on."""

    model: str
    images: str
    classes: str
    labels: str
    protocol: str


class HistoryEntry(Document):
    run: str
    created: str
    file: str
    format: str
    task: str
    predictions: int
    headline: str | None
    value: float | None
    metrics: dict[str, float | None]
    hashes: Hashes


class History(Document):
    project: str
    runs: list[HistoryEntry]
