"""Rankings of classes written out, as they are or with errors fixed, for AP of drawn images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.clusters import Weights
from boxscore.evaluation.drawn_ap import Judged, drawn_ap
from boxscore.evaluation.tide import Errors
from boxscore.matching.comparable import Comparable

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Written:
    """What is left of some classes.

    Attributes:
        classes: (C,) the classes that it is about.
        rows: (N,) their predictions that count, by falling confidence.
        class_id, right: (N,) of these, as mended.
        lost: Rows of missed objects that no longer count.
    """

    classes: Flags
    rows: Rows
    class_id: NDArray[np.int32]
    right: Flags
    lost: Rows


class WrittenRankings:
    """The predictions of the chosen images by falling confidence, and the runs of each class.

    Args:
        here: (P,) predictions on the chosen images.
        truth: (G,) ground truths that count there.
    """

    def __init__(self, view: Comparable, errors: Errors, here: Flags, truth: Flags) -> None:
        self._view, self._errors, self._truth = view, errors, truth
        self._order = errors.ranked.rows[here[errors.ranked.rows]]
        self._place = np.full(here.size, -1, np.int64)
        self._place[self._order] = np.arange(self._order.size)
        self._own = own = view.predictions.class_id[self._order]
        self._of_class = np.split(
            np.argsort(own, kind="stable"), np.cumsum(np.bincount(own, minlength=view.classes))[:-1]
        )

    def untouched(self) -> Written:
        """Every class as it is."""
        rows = self._order[self._errors.point[self._order]]
        every, none = np.ones(self._view.classes, np.bool_), np.zeros(0, np.int64)
        return Written(
            every, rows, self._view.predictions.class_id[rows], self._errors.right[rows], none
        )

    def fixed(self, wrong: Rows, missed: Rows) -> Written:
        """The classes that some errors touch, with those fixed."""
        errors, own = self._errors, self._view.predictions.class_id
        mended = wrong[errors.fixes[wrong]]
        classes = np.zeros(self._view.classes, np.bool_)
        for touched in (own[wrong], errors.fixed_class[mended], self._view.truth.class_id[missed]):
            classes[touched] = True
        runs = [self._of_class[one] for one in np.flatnonzero(classes)]
        places = np.sort(np.concatenate(runs)) if runs else np.zeros(0, np.int64)
        rows, class_id = self._order[places], self._own[places]
        point, right = errors.point[rows], errors.right[rows]
        point[self._among(places, wrong)] = False
        here = mended[self._place[mended] >= 0]
        again = self._among(places, here)
        class_id[again] = errors.fixed_class[here]
        point[again] = right[again] = True
        return Written(classes, rows[point], class_id[point], right[point], missed)

    def _among(self, places: Rows, rows: Rows) -> Rows:
        """Where rows stand among sorted places of the order; rows of other images are left out."""
        at = self._place[rows]
        return np.searchsorted(places, at[at >= 0])

    def drawn_ap(self, weights: Weights, written: Written | None = None) -> NDArray[np.float64]:
        """(B, C) AP of each drawn set of images; nan of the classes that are not written out.

        Args:
            weights: (B, items).
            written: None is as it is.
        """
        written = self.untouched() if written is None else written
        found, side = self._view.predictions, self._view.truth
        counting = self._truth & written.classes[side.class_id]
        counting[written.lost] = False
        counts = np.flatnonzero(counting)
        narrow = written.class_id.astype(np.int16 if self._view.classes < 2**15 else np.int32)
        order = np.argsort(narrow, kind="stable")  # int16: a radix sort
        rows = written.rows[order]
        return drawn_ap(
            Judged(
                class_id=written.class_id[order],
                item=found.item[rows],
                confidence=self._view.confidence[rows],
                right=written.right[order],
                truth_class=side.class_id[counts],
                truth_item=side.item[counts],
                classes=self._view.classes,
            ),
            weights,
        )
