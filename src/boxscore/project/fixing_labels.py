"""What the accepted corrections of labels would bring a run: its AP counted anew with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.fixes import Fixer, Gain, Group
from boxscore.evaluation.run_view import RunView
from boxscore.evaluation.tide import assign
from boxscore.project.analysing import clusters_of
from boxscore.project.evaluating import evaluate_objects
from boxscore.project.labels.decisions import read_review
from boxscore.project.labels.fixes import Fix, corrected, places_of
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Task

LABELS = "labels"
NAME = "accepted label corrections"


@dataclass(frozen=True, slots=True)
class Touched:
    """Labels that corrections add, change or remove.

    Attributes:
        item: (N,) image of each.
    """

    item: NDArray[np.int64]

    @property
    def objects(self) -> int:
        """How many labels; that is the effort."""
        return self.item.size

    @property
    def images(self) -> int:
        """On how many images."""
        return int(np.unique(self.item).size)


def label_gain(
    state: Loaded, run: str, fixer: Fixer, iou: float, items: Items, *, intervals: bool
) -> Gain | None:
    """AP with the accepted corrections against AP as it is; the gain may be negative.

    Nothing is approximated: the run is matched with the corrected labels. Both AP are drawn on the
    same images for the bounds.

    Args:
        fixer: Of the labels as they are, on the same images.
        items: Images that count, chosen by the labels as they are; None is all.

    Returns:
        None where nothing that counts was accepted.
    """
    fixes = _fixes_here(state, items)
    if not fixes:
        return None
    touched = _touched(state, fixes)
    if not touched.objects:
        return None
    view = _corrected_view(state, run, fixer.view.task, fixes)
    again = Fixer(view.view, assign(view.view, view.live.at(iou), view.best), 0.0, items)
    low = high = float("nan")
    if intervals:
        low, high = fixer.bounds_against(again, clusters_of(state, items))
    none = np.zeros(0, np.int64)
    return Gain(
        group=Group(LABELS, (NAME,), none, none, {}),
        ap=again.ap,
        gain=again.ap - fixer.ap,
        errors=touched.objects,
        images=touched.images,
        low=low,
        high=high,
    )


def _fixes_here(state: Loaded, items: Items) -> tuple[Fix, ...]:
    fixes = read_review(state.root).fixes()
    if not fixes:
        return ()
    places = places_of(state.truth())
    found = {fix: places.get((fix.data_hash, fix.frame)) for fix in fixes}
    return tuple(
        fix for fix, item in found.items() if item is not None and (items is None or items[item])
    )


def _touched(state: Loaded, fixes: Sequence[Fix]) -> Touched:
    truth = state.truth()
    done, before = corrected(truth, fixes), truth.ground_truth.table["item"]
    removed = np.setdiff1d(np.arange(before.size), done.was)
    changed = done.truth.ground_truth.table["item"][done.change != ""]
    return Touched(np.concatenate([changed, before[removed]]).astype(np.int64))


def _corrected_view(state: Loaded, run: str, task: Task, fixes: tuple[Fix, ...]) -> RunView:
    key = "corrected-view", state.record(run).run_id, task, fixes

    def make() -> RunView:
        truth = corrected(state.truth(), fixes).truth
        return evaluate_objects(truth, state.predictions(run), task).run

    return state.evaluated(key, make)
