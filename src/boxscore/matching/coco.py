"""COCO matching: greedy by falling confidence, per image and class, at several IoU thresholds.

Source: Lin et al. 2014, "Microsoft COCO"; cocoapi, `COCOeval.evaluateImg`. Equal to pycocotools
to the last bit; equal confidences keep the order of images, then of the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable
from boxscore.matching.overlap import overlap_of
from boxscore.matching.policy import PAIR_FLOOR, Policy
from boxscore.schema.tables import OUTCOMES, PAIRS, Table


@dataclass(frozen=True, slots=True)
class Matching:
    """The matches of one run under one protocol.

    Attributes:
        view: The rows compared.
        policy: The protocol's parameters.
        matches: The kernel's table, input of the curves.
    """

    view: Comparable
    policy: Policy
    matches: _core.Matches

    def outcomes(self) -> Table:
        """Per compared prediction: bits of the policy's thresholds, and rank."""
        return Table(
            OUTCOMES,
            {
                "matched": np.asarray(self.matches.matched, np.uint16),
                "ignored": np.asarray(self.matches.ignored, np.uint16),
                "rank": np.asarray(self.matches.rank, np.int32),
            },
        )


def match(
    view: Comparable,
    policy: Policy,
    threads: int = 0,
    *,
    excused: NDArray[np.uint8] | None = None,
) -> Matching:
    """Match one run's predictions with the ground truth.

    Args:
        excused: (P,) uint8, further predictions that are not wrong when nothing matches them
            (LVIS: of a class that is not exhaustively annotated on the image).

    Raises:
        RequestError: A side lacks the geometry of the task.
    """
    policy = fitting(policy, view)
    truth, found = view.truth, view.predictions
    matches = _core.match(
        truth.item,
        truth.class_id,
        truth.box,
        truth.area,
        view.crowd,
        found.item,
        found.class_id,
        found.box,
        found.area,
        view.confidence,
        view.items,
        view.classes,
        policy.kernel(),
        overlap=overlap_of(view),
        truth_ignored=view.ignored,
        excused=_either(excused, view.excused),
        threads=threads,
    )
    return Matching(view, policy, matches)


def fitting(policy: Policy, view: Comparable) -> Policy:
    """The policy for a view: an area is in no range where the sizes of images are not known."""
    return policy if view.sizes_known else policy.without_sizes()


def _either(
    first: NDArray[np.uint8] | None, second: NDArray[np.uint8] | None
) -> NDArray[np.uint8] | None:
    return second if first is None else first if second is None else first | second


def candidate_pairs(view: Comparable, floor: float = PAIR_FLOOR, threads: int = 0) -> Table:
    """Every pair on one image with IoU at or above `floor`, whatever the classes.

    Returns:
        PAIRS, whose `prediction` and `ground_truth` count the rows of `view`.
    """
    truth, found = view.truth, view.predictions
    prediction, ground_truth, iou = _core.candidate_pairs(
        truth.item,
        truth.box,
        view.crowd,
        found.item,
        found.box,
        floor,
        overlap=overlap_of(view),
        threads=threads,
    )
    return Table(PAIRS, {"prediction": prediction, "ground_truth": ground_truth, "iou": iou})


def counted(view: Comparable) -> NDArray[np.bool_]:
    """(G,) ground truths that count: neither crowd regions nor ignored ones."""
    counts = view.crowd == 0
    return np.asarray(counts if view.ignored is None else counts & (view.ignored == 0))


def positives(view: Comparable) -> NDArray[np.int64]:
    """(C,) ground truths that count, per class."""
    rows = view.truth.class_id[counted(view)]
    return np.bincount(rows, minlength=view.classes).astype(np.int64)
