"""False positives of two runs side by side: the same ones, new ones, and those that are gone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items, chosen
from boxscore.evaluation.run_view import RunView
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable, Facts
from boxscore.matching.recount import LiveMatching
from boxscore.matching.restrict import chosen as chosen_rows
from boxscore.schema.kinds import Task

EVERY = 65535
"""Most false positives of an image and class that are matched."""


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Rows of the second run's new false positives, and of the first run's that are gone.

    Attributes:
        new: Rows of the second run's compared predictions.
        removed: Rows of the first run's.
        kept: How many both runs have.
    """

    new: NDArray[np.int64]
    removed: NDArray[np.int64]
    kept: int


def false_positives(
    run: RunView, iou: float, confidence: float, items: Items = None
) -> NDArray[np.int64]:
    """Rows of the false positives shown at one operating point."""
    shown = run.live.at(iou).wrong & (run.view.confidence >= confidence)
    return np.flatnonzero(shown & chosen(run.view, run.view.predictions, items))


def false_alarms(
    first: RunView,
    second: RunView,
    iou: float,
    confidences: tuple[float, float],
    items: Items = None,
) -> FalseAlarms:
    """Match the false positives of both runs with each other.

    Two are the same when they are of one class and overlap by at least `iou` (keypoints: their
    boxes); each is matched once, the second run's most confident first.
    """
    before = false_positives(first, iou, confidences[0], items)
    after = false_positives(second, iou, confidences[1], items)
    view = _as_truth(first.view, second.view, before, after)
    matches = LiveMatching(view, candidate_pairs(view, iou), EVERY).at(iou)
    same = matches.ground_truth >= 0
    return FalseAlarms(after[~same], before[matches.prediction < 0], int(same.sum()))


def _as_truth(
    first: Comparable, second: Comparable, before: NDArray[np.int64], after: NDArray[np.int64]
) -> Comparable:
    """The first run's false positives in the place of ground truth."""
    old = chosen_rows(first, predictions=before).predictions
    view = chosen_rows(second, predictions=after)
    if view.task is Task.KEYPOINTS:
        view = replace(view, task=Task.BBOX)
    return replace(
        view,
        truth=old,
        crowd=np.zeros(before.size, np.uint8),
        ignored=None,
        excused=None,
        facts=Facts(),
    )
