"""What the filter leaves where nothing is judged: images, and labels or predictions on them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.counts import Classes
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes
from boxscore.project.slices.narrowing import Meant, fulfilling, meant
from boxscore.project.slices.slicing import Mask, Where


@dataclass(frozen=True, slots=True, eq=False)
class Remaining:
    """A slice of images and objects, and the classes that are chosen; None is all of them."""

    state: Loaded
    slice_of: Meant
    classes: Classes

    @property
    def items(self) -> Items:
        """(items,) images that are left; None is all."""
        return self.slice_of.items

    @property
    def key(self) -> Hashable:
        """Equal where the same is left."""
        return self.slice_of.key, self.classes

    @property
    def every_object(self) -> bool:
        """Whether every object of the images is left."""
        return not self.slice_of.parts and self.classes is None

    def annotations(self, run: str | None = None) -> Mask | None:
        """(N,) predictions of a run, or ground truths, that are left; None is all.

        Raises:
            RequestError: A condition on objects is unknown.
        """
        if self.every_object and self.items is None:
            return None
        state = self.state
        table = (state.truth().ground_truth if run is None else state.predictions(run)).table
        mask = np.ones(table.rows, np.bool_)
        if self.items is not None:
            mask &= self.items[table["item"]]
        if self.classes is not None:
            mask &= np.isin(table["class_id"], self.classes)
        if self.slice_of.parts:
            mask &= fulfilling(state, run, self.slice_of.parts)
        return mask


def remaining(state: Loaded, where: Where, classes: Classes = None) -> Remaining:
    """Read the filter.

    Raises:
        RequestError: A key, a value or a class is unknown, or no image is meant.
    """
    check_classes(classes, len(state.truth().ontology.classes))
    return Remaining(state, meant(state, where), classes)
