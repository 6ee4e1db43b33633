"""Rows of the catalogue as plain records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One imported prediction set.

    Attributes:
        run_id: Given by the store when it is 0.
        created: UTC, ISO 8601.
        source: Name of the file it came from.
        sha256: Of that file.
        rows: Predictions.
        details: Further facts, as JSON.
    """

    run_id: int
    name: str
    created: str
    source: str
    sha256: str
    format: str
    task: str
    rows: int
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """One Parquet file of the store."""

    name: str
    owner: str
    table: str
    rows: int
    bytes: int
    sha256: str
