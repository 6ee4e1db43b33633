"""What a source of predictions may know of the project that they are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import Annotations, Table

if TYPE_CHECKING:
    from boxscore.sources.doctor.mapping import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectContext:
    """Items and classes to which ids and names of a file are matched.

    `ground_truth` is evidence of how boxes and class numbers are meant; `mapping` holds what the
    user decided.
    """

    items: Table
    ontology: Ontology
    ground_truth: Annotations | None = None
    mapping: Mapping | None = None
