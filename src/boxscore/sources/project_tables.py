"""What every source of a project hands over: items, ontology, ground truth, image files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import VERDICTS, Annotations, Table
from boxscore.sources.report import ImportReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A picture that belongs to an item.

    Attributes:
        item: Row of the items table; the first one when several items share the file.
        path: Where it lies now.
        relative: Its name below the project's image folder, with forward slashes.
        sha256: Of its content, as hexadecimal digits.
        size: Bytes.
    """

    item: int
    path: Path
    relative: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectTables:
    """A project as read from a source; nothing is stored yet.

    `items["file"]` holds the `relative` of its image file, or "" when there are no pixels.
    """

    name: str
    items: Table
    ontology: Ontology
    ground_truth: Annotations
    files: list[ImageFile]
    report: ImportReport
    verdicts: Table = field(default_factory=lambda: Table.empty(VERDICTS))
