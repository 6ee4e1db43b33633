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
