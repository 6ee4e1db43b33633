"""Records whose image and class are known at once -> annotation tables, without the doctor."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from boxscore.schema.tables import PREDICTIONS, Annotations
from boxscore.sources.context import ProjectContext
from boxscore.sources.raw import Convention, RawBuilder
from boxscore.sources.report import ImportReport
from boxscore.sources.settling import Settlement, annotations_of


class Collector:
    """A raw set whose class references are the project's own class ids.

    Attributes:
        raw: Where records are added; images come from `image`.
    """

    def __init__(
        self,
        form: str,
        path: Path,
        context: ProjectContext,
        report: ImportReport,
        corners: str = "xywh",
    ) -> None:
        self._context, self._report = context, report
        self._convention = Convention(corners=corners, scale="pixels")
        self._items: list[int] = []
        self.raw = RawBuilder(form, path, report, self._convention)
        for c in context.ontology.classes:
            self.raw.class_ref(number=c.class_id, name=c.feature_hash)

    def image(self, row: int) -> int:
        """The raw image of an item."""
        number = self.raw.image(str(row))
        if number == len(self._items):
            self._items.append(row)
        return number

    def annotations(self) -> Annotations:
        """What was collected and can be used; the rest is in the report."""
        items = self._context.items
        settled = Settlement(
            item=np.array(self._items, np.int32),
            class_id=np.arange(len(self.raw.classes), dtype=np.int32),
            convention=self._convention,
            width=items["width"],
            height=items["height"],
        )
        return annotations_of(self.raw.build(), settled, PREDICTIONS, self._report)
