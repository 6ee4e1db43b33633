"""The shape of what to fix first."""

from __future__ import annotations

from boxscore.api.documents import Document, Kind


class Fix(Document):
    what: str
    name: str
    ap: float | None
    gain: float | None
    low: float | None
    high: float | None
    errors: int
    images: int
    per_hundred: float | None
    outcome: str | None = None
    kind: Kind | None = None
    class_id: int | None = None
    labelled: int | None = None
    predicted: int | None = None
    where: str | None = None


class FixFirst(Document):
    run: str
    iou: float
    confidence: float
    ap: float | None
    order: str
    groups: int
    fixes: list[Fix]
