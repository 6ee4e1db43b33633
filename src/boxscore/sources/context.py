"""What a source of predictions may know of the project that they are for."""

from __future__ import annotations

from dataclasses import dataclass

from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectContext:
    """Items and classes to which ids and names of a file are matched."""

    items: Table
    ontology: Ontology
