"""What every source of predictions hands over: one run's annotations and how they were matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from boxscore.schema.tables import Annotations
from boxscore.sources.report import ImportReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTables:
    """Predictions as read from a source; nothing is stored yet.

    Attributes:
        format: Name of the source.
        mapping: How images and classes were matched: {"images": ..., "classes": ...}.
        decisions: As `sources.decisions` tells them; None where the format leaves none.
    """

    predictions: Annotations
    report: ImportReport
    format: str
    mapping: dict[str, str]
    decisions: dict[str, Any] | None = None
