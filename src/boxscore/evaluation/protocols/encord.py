"""Encord Active's own two definitions of mAP, faults included, so that old numbers come back.

Both let a prediction claim only the object of its class that it overlaps most, with no second
choice, and know no ignored objects. Crowd regions are left out, as its import of COCO labels did.
`evaluate_legacy` is what the Streamlit app showed (until 2023), `evaluate` what the summary page
of the later app shows. The notes of the numbers name each fault; protocols coco and voc12 do not
have them.

Source: the behaviour of Encord Active 0.1.83, described in our own words.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.interpolation import (
    HUNDRED_AND_ONE,
    Curve,
    at_levels,
    curves,
    mean_defined,
)
from boxscore.evaluation.numbers import Numbers
from boxscore.matching.argmax import Nearest, by_confidence, first_claims, nearest_of_class
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options
from boxscore.matching.restrict import chosen

Floats = NDArray[np.float64]

LEAST_IOU = 0.5
RECALL_IOUS = tuple(tenth / 10 for tenth in range(5, 11))
EPSILON = float(np.finfo(np.float64).eps)

_MATCHING = (
    "A prediction may claim only the object it overlaps most: where two compete for one object, "
    "the loser is wrong even if a second object fits it.",
    "Crowd regions are left out, so predictions on them are wrong; ignored objects count as "
    "ordinary objects.",
)
LEGACY_NOTES = (
    *_MATCHING,
    "A class with a single object never reaches recall 1, for 2.2e-16 is added to the number of "
    "objects: its AP is at most 100/101.",
    "mAR is the mean recall at this IoU threshold, not a mean over thresholds.",
)
NOTES = (
    *_MATCHING,
    "Precision at a recall is taken from the last prediction before the next hit, its lowest, "
    "and recall is rounded to two decimals.",
    "A class that has predictions but no objects counts with AP, AR, P, R and F1 of 0.",
    "F1 is 2PR / max(P + R, 1): too low wherever P + R is below 1.",
    "AR is twice the area under recall from IoU 0.5 to 1 in steps of 0.1; the app labels the mean "
    "recall (mR) as mAR.",
)


def evaluate_legacy(view: Comparable, options: Options) -> Numbers:
    """mAP at 101 recall levels and mean recall, over the classes that have objects.

    Raises:
        RequestError: The options name several IoU thresholds, area ranges or most detections.
    """
    least, view = _threshold(options, "encord-legacy"), _without_crowds(view)
    near, objects = nearest_of_class(view, least), _objects(view)
    right = first_claims(near.claims(least), by_confidence(view.confidence))
    found = _curves(view, right, objects)
    ap = np.array([_ap_legacy(c) if c.objects else np.nan for c in found])
    ar = np.array([_final_recall(c) if c.objects else np.nan for c in found])
    return Numbers(
        overall={"mAP": mean_defined(ap), "mAR": mean_defined(ar)},
        ground_truth=objects,
        predictions=_predictions(view),
        per_class={"ap": ap, "ar": ar},
        notes=LEGACY_NOTES,
    )


def _ap_legacy(curve: Curve) -> float:
    recall = curve.found / (curve.objects + EPSILON)
    return at_levels(recall, curve.found / (curve.shown + EPSILON), HUNDRED_AND_ONE)


def _final_recall(curve: Curve) -> float:
    return float(curve.found[-1] / (curve.objects + EPSILON)) if curve.found.size else 0.0


def evaluate(view: Comparable, options: Options) -> Numbers:
    """The summary page: mAP, mAR, mP, mR and mF1 over all classes seen, and the totals.

    Of the predictions that claim one object the most confident is right; of equally confident
    ones, that of the greatest overlap.

    Raises:
        RequestError: The options name several IoU thresholds, area ranges or most detections.
    """
    least, view = _threshold(options, "encord"), _without_crowds(view)
    near, objects = nearest_of_class(view, min(least, *RECALL_IOUS)), _objects(view)
    order = np.lexsort((-near.overlap, -view.confidence))
    right = first_claims(near.claims(least), order)
    tp, shown = _per_class(view, right), _predictions(view)
    seen = (objects > 0) | (shown > 0)
    p, r = tp / np.maximum(shown, 1), tp / np.maximum(objects, 1)
    columns = {
        "ap": np.array([_ap(curve) for curve in _curves(view, right, objects)]),
        "ar": _ar(view, near, order, objects),
        "p": p,
        "r": r,
        "f1_encord": 2 * p * r / np.maximum(p + r, 1),
    }
    per_class = {name: np.where(seen, values, np.nan) for name, values in columns.items()}
    names = ("mAP", "mAR", "mP", "mR", "mF1")
    means = {n: mean_defined(v) for n, v in zip(names, per_class.values(), strict=True)}
    total = int(tp.sum())
    counts = {"tTP": total, "tFP": int(shown.sum()) - total, "tFN": int(objects.sum()) - total}
    return Numbers(
        overall=means | counts,
        ground_truth=objects,
        predictions=shown,
        per_class=per_class,
        notes=NOTES,
    )


def _ap(curve: Curve) -> float:
    """Mean over recall 0, 0.1, ..., 1 of the highest of the lowest precisions at or beyond."""
    if not curve.objects:
        return 0.0
    hits = np.flatnonzero(np.diff(curve.found, prepend=0))
    number = np.arange(1, hits.size + 1)
    lowest = number / np.append(hits[1:], curve.found.size)
    hundredths = (200 * number + curve.objects) // (2 * curve.objects)  # halves up, as SQL rounds
    return at_levels(hundredths.astype(np.float64), lowest, np.arange(0.0, 101.0, 10.0))


def _ar(
    view: Comparable, near: Nearest, order: NDArray[np.int64], objects: NDArray[np.int64]
) -> Floats:
    """(C,) twice the area under recall against IoU, by trapezoids."""
    claimed = [first_claims(near.claims(iou), order) for iou in RECALL_IOUS]
    recall = np.array([_per_class(view, right) for right in claimed]) / np.maximum(objects, 1)
    steps = np.diff(RECALL_IOUS)[:, None]
    result: Floats = 2 * np.sum(steps * (recall[1:] + recall[:-1]) / 2, axis=0)
    return result


def _without_crowds(view: Comparable) -> Comparable:
    return chosen(view, truth=np.flatnonzero(view.crowd == 0)) if view.crowd.any() else view


def _threshold(options: Options, protocol: str) -> float:
    options.refuse(protocol, "area_ranges", "max_detections")
    return options.threshold(LEAST_IOU, protocol)


def _curves(view: Comparable, right: NDArray[np.bool_], objects: NDArray[np.int64]) -> list[Curve]:
    everything = np.ones(right.size, np.bool_)
    return curves(view.predictions.class_id, view.confidence, right, everything, objects)


def _objects(view: Comparable) -> NDArray[np.int64]:
    return np.bincount(view.truth.class_id, minlength=view.classes)


def _predictions(view: Comparable) -> NDArray[np.int64]:
    return np.bincount(view.predictions.class_id, minlength=view.classes)


def _per_class(view: Comparable, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.bincount(view.predictions.class_id[rows], minlength=view.classes)
