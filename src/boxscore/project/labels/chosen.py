"""The label issues that the filter leaves: those of its images, whose object it means.

The object of an issue is its label; of a missing label it is the prediction that suggests one, or
the shape that was decided on where no run suggests it any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from boxscore.evaluation.counts import Classes
from boxscore.matching.comparable import Side
from boxscore.project.labels.fixes import Fix, class_key, label_names
from boxscore.project.loading import Loaded
from boxscore.project.slices.object_conditions import AREA, OBJECT, POSITIONS, fitting
from boxscore.project.slices.remaining import Remaining, remaining
from boxscore.project.slices.slicing import Mask, Where

if TYPE_CHECKING:
    from boxscore.project.labels.issues import Entry

OF_SHAPES = tuple(OBJECT + name for name in ("class", AREA, *POSITIONS))
"""Conditions that a shape without a row can fulfil."""


def chosen_entries(
    state: Loaded, entries: Sequence[Entry], where: Where, classes: Classes
) -> list[Entry]:
    """The entries that are left, in their order.

    Raises:
        RequestError: A key, a value or a class is unknown, or no image is meant.
    """
    rest = remaining(state, where, classes)
    if rest.items is None and rest.every_object:
        return list(entries)
    chosen = _Chosen(state, rest)
    return [entry for entry in entries if chosen.means(entry)]


class _Chosen:
    def __init__(self, state: Loaded, rest: Remaining) -> None:
        self.state, self.rest = state, rest
        self.classes = {class_key(row): row.class_id for row in state.truth().ontology.classes}
        self._sides: dict[str | None, Mask | None] = {}

    def means(self, entry: Entry) -> bool:
        """Whether the image of an entry is left, and its object."""
        suspect = entry.suspect
        item = suspect.item if suspect else self.places.get(_place(entry.fix), -1)
        if item < 0 or (self.rest.items is not None and not self.rest.items[item]):
            return False
        if self.rest.every_object:
            return True
        if suspect and suspect.row < 0:
            return self._holds(suspect.run, suspect.prediction)
        if suspect:
            return self._holds(None, suspect.row)
        if entry.fix.label is not None:
            return self._holds(None, self.labels.get((*_place(entry.fix), entry.fix.label), -1))
        return self._shape_fits(item, entry.fix)

    @cached_property
    def places(self) -> dict[tuple[str, int], int]:
        """Rows of the images."""
        items = self.state.truth().items
        pairs = zip(items["data_hash"].tolist(), items["frame"].tolist(), strict=True)
        return {pair: row for row, pair in enumerate(pairs)}

    @cached_property
    def labels(self) -> dict[tuple[str, int, str], int]:
        """Rows of the labels."""
        truth = self.state.truth()
        names = self.state.remembered(("label-names",), lambda: label_names(truth))
        places, item = list(self.places), truth.ground_truth.table["item"].tolist()
        return {(*places[item[row]], name): row for row, name in enumerate(names)}

    def _holds(self, run: str | None, row: int) -> bool:
        if row < 0:
            return False
        if run not in self._sides:
            self._sides[run] = self.rest.annotations(run)
        mask = self._sides[run]
        return mask is None or bool(mask[row])

    def _shape_fits(self, item: int, fix: Fix) -> bool:
        class_id = self.classes.get(fix.class_hash or "", -1)
        if self.rest.classes is not None and class_id not in self.rest.classes:
            return False
        assert fix.shape is not None
        shape = fix.shape
        side = Side(
            rows=np.array([-1]),
            item=np.array([item], np.int32),
            class_id=np.array([class_id], np.int32),
            box=np.array([[shape.x, shape.y, shape.width, shape.height]]),
            area=np.array([shape.area]),
        )
        return all(
            part.removeprefix("!").partition("=")[0].strip() in OF_SHAPES
            and bool(fitting(self.state, side, None, part)[0])
            for part in self.rest.slice_of.parts
        )


def _place(fix: Fix) -> tuple[str, int]:
    return fix.data_hash, fix.frame
