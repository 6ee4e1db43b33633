"""LVIS: federated evaluation, where no image is annotated for every class.

An image judges a class only when the class has an object there or is verified absent. Where a
class is marked as not exhaustively annotated, what matches nothing is neither right nor wrong. Of
an image's predictions the 300 most confident ones count, over all classes.

Source: Gupta et al. 2019, "LVIS: A Dataset for Large Vocabulary Instance Segmentation"; lvis-api,
`LVISEval`. Equal to it to the bit. It knows no crowd regions: they are objects like any other.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.ap import Averages, class_columns, curves_of, size_notes
from boxscore.evaluation.numbers import Numbers
from boxscore.matching.coco import Matching, match, positives
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import COCO, Options, Policy, changed
from boxscore.matching.restrict import by_class, chosen, class_agnostic, only_predicted
from boxscore.schema.kinds import Verdict

LVIS = Policy("lvis", COCO.area_ranges, (300,))
"""LVISEval's parameters (lvis-api, `Params`)."""

FREQUENCIES = ("r", "c", "f")
"""Classes on 1 to 10, 11 to 100 and more training images."""


def evaluate(view: Comparable, options: Options) -> Numbers:
    """The thirteen numbers and the per-class table.

    Raises:
        RequestError: The ground truth does not say which classes were verified.
    """
    options.refuse("lvis", "recall_limits")
    matching = match_federated(view, options)
    curves, judged = curves_of(matching), matching.view
    averages = Averages(curves, matching.policy, judged.classes)
    frequency = None if options.class_agnostic else view.facts.frequency
    return Numbers(
        overall=_overall(averages, matching.policy, _groups(frequency)),
        ground_truth=positives(judged),
        predictions=np.bincount(judged.predictions.class_id, minlength=judged.classes),
        per_class=class_columns(curves, matching.policy),
        notes=_notes(view, judged, frequency) + size_notes(matching.policy),
    )


def match_federated(view: Comparable, options: Options) -> Matching:
    """Match what the images judge."""
    policy = changed(LVIS, options)
    if view.facts.verified is None:
        raise RequestError(
            "protocol lvis needs to know which classes were verified on each image",
            fix="import ground truth with neg_category_ids and not_exhaustive_category_ids, "
            "or choose protocol coco",
            code="E-LVIS-VERIFIED",
        )
    if options.only_predicted:
        view = only_predicted(view)
    judged = federated(view, policy.max_detections[-1])
    judged = replace(judged, crowd=np.zeros_like(judged.crowd))
    unsure = excused(judged)
    if options.class_agnostic:
        unsure, judged = unsure[by_class(judged.predictions)], class_agnostic(judged)
    return match(judged, policy, excused=unsure)


def federated(view: Comparable, most: int = 300) -> Comparable:
    """The most confident predictions of each image, without those that it cannot judge."""
    found = view.predictions
    own = _cells(view, view.truth.item, view.truth.class_id)
    judging = np.concatenate(
        [own, _verified(view, Verdict.NEGATIVE), _verified(view, Verdict.POSITIVE)]
    )
    judged = np.isin(_cells(view, found.item, found.class_id), judging)
    return chosen(view, predictions=np.flatnonzero(judged & most_confident(view, most)))


def most_confident(view: Comparable, most: int) -> NDArray[np.bool_]:
    """(P,) the `most` surest predictions of each image; of equal ones, the earlier in the file.

    Raises:
        RequestError: A confidence is NaN, which has no place in this order.
    """
    if np.isnan(view.confidence).any():
        raise RequestError("a confidence is NaN", fix="give numbers", code="E-CONFIDENCE")
    item = view.predictions.item
    full = np.bincount(item, minlength=view.items) > most
    rows = np.flatnonzero(full[item])
    rows = rows[np.lexsort((-view.confidence[rows], item[rows]))]
    first = np.searchsorted(item[rows], item[rows])
    kept = np.ones(item.size, np.bool_)
    kept[rows] = np.arange(rows.size) - first < most
    return kept


def excused(view: Comparable) -> NDArray[np.uint8]:
    """(P,) predictions of a class that is not exhaustively annotated on their image."""
    cells = _cells(view, view.predictions.item, view.predictions.class_id)
    return np.isin(cells, _verified(view, Verdict.NOT_EXHAUSTIVE)).astype(np.uint8)


def _cells(
    view: Comparable, item: NDArray[np.int32], class_id: NDArray[np.int32]
) -> NDArray[np.int64]:
    """One number for each pair of an image and a class."""
    return item.astype(np.int64) * max(view.classes, 1) + class_id


def _verified(view: Comparable, verdict: Verdict) -> NDArray[np.int64]:
    verified = view.facts.verified
    if verified is None:
        return np.empty(0, np.int64)
    rows = verified[verified[:, 2] == verdict]
    return _cells(view, rows[:, 0], rows[:, 1])


def _groups(frequency: NDArray[np.str_] | None) -> dict[str, list[int]]:
    """Classes of each frequency; none where the ground truth does not say."""
    if frequency is None:
        return {letter: [] for letter in FREQUENCIES}
    return {letter: np.flatnonzero(frequency == letter).tolist() for letter in FREQUENCIES}


def _overall(averages: Averages, policy: Policy, groups: dict[str, list[int]]) -> dict[str, float]:
    sizes, most = averages.sizes(), policy.max_detections[-1]
    return {
        "AP": averages.ap(),
        "AP50": averages.ap(iou=0.5),
        "AP75": averages.ap(iou=0.75),
        **{f"AP{size}": averages.ap(area) for area, size in sizes},
        **{f"AP{letter}": averages.ap(classes=rows) for letter, rows in groups.items()},
        f"AR@{most}": averages.ar(),
        **{f"AR{size}@{most}": averages.ar(area) for area, size in sizes},
    }


def _notes(
    view: Comparable, judged: Comparable, frequency: NDArray[np.str_] | None
) -> tuple[str, ...]:
    left = view.predictions.rows.size - judged.predictions.rows.size
    notes = []
    if left:
        notes.append(f"{left} predictions are of classes that their image does not judge, or late.")
    if frequency is None:
        notes.append("APr, APc and APf are undefined: the classes have no frequencies.")
    return tuple(notes)
