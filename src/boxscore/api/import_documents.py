"""The shape of import reports."""

from __future__ import annotations

from typing import Literal

from boxscore.api.documents import Document


class ImportFact(Document):
    """One code of a report: how often it was met, and an example."""

    code: str
    count: int
    example: str


class ImportRecord(Document):
    """One record that was rejected or repaired."""

    outcome: Literal["rejected", "repaired"]
    code: str
    place: str
    problem: str
    fix: str = ""
    original: str | None = None


class ImportReport(Document):
    """What one import read, rejected and repaired."""

    number: int
    report: str
    kind: Literal["project", "predictions"]
    file: str
    rejected: int
    repaired: int
    listed: int
    warnings: list[ImportFact]
    records: list[ImportRecord]
    project: str | None = None
    run: str | None = None
    sha256: str | None = None
    format: str | None = None
    task: str | None = None
    images: int | None = None
    ground_truth: int | None = None
    predictions: int | None = None
    images_with_predictions: int | None = None
    classes: int | None = None
    mapping: dict[str, str] | None = None


class Imports(Document):
    """All reports, the newest import first."""

    imports: list[ImportReport]


class Weighed(Document):
    """One reading of images, classes, boxes or confidences, with its evidence."""

    how: str
    found: float | None = None
    agreement: float | None = None
    valid: float | None = None
    overlap: float | None = None


class Decided(Document):
    """One question, the reading that was taken and those that were not."""

    question: str
    chosen: Weighed
    alternatives: list[Weighed]
    sure: bool
    why: str
    fix: str | None
    unmatched: list[str]


class ClassOfSource(Document):
    """A class of the source and what it became."""

    source: str
    records: int
    class_name: str | None
    left_out: bool
    how: str | None


class ImportCheck(Document):
    """Something that was looked for, and how often it was met."""

    title: str
    count: int
    state: Literal["ok", "note", "look"]
    why: str | None


class Spread(Document):
    """How confidences are spread."""

    edges: list[float]
    counts: list[int]
    least: float
    mean: float
    most: float
    distinct: int
    total: int


class PerImage(Document):
    """Predictions on images that have any."""

    least: int
    most: int
    images: int
    at_most: int


class WholeReport(ImportReport):
    """One import in full."""

    findings: list[Decided]
    classes_read: list[ClassOfSource] | None
    looked_at: int | None
    mapping_file: str | None
    no_mapping: str | None
    checks: list[ImportCheck]
    confidences: Spread | None
    per_image: PerImage | None


class ImportRecords(Document):
    """One page of what an import rejected or repaired."""

    records: list[ImportRecord]
    total: int
    next_offset: int | None
    codes: dict[str, int]
