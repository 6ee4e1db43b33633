"""PASCAL VOC: each prediction may claim only the object it overlaps most, at IoU 0.5.

Source: Everingham et al. 2010, "The PASCAL Visual Object Classes (VOC) Challenge"; VOCdevkit,
`VOCevaldet.m` and `VOCap.m`. Until 2009 AP is the mean of eleven recall levels, since 2010 the
area under the envelope of every recall step.

VOCdevkit accepts an overlap equal to the threshold (`>=`), and so do we; some ports ask for more
(`>`). Its boxes are whole pixels from 1, both ends inclusive, so that a width is xmax - xmin + 1:
boxes that came in with that width give its overlaps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.interpolation import (
    ELEVEN,
    Curve,
    area,
    at_levels,
    curves,
    mean_defined,
)
from boxscore.evaluation.numbers import Numbers
from boxscore.matching.argmax import (
    Nearest,
    by_confidence,
    first_claims,
    nearest_of_class,
    never_counts,
)
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options

Average = Callable[[Curve], float]

LEAST_IOU = 0.5


def evaluate(view: Comparable, options: Options) -> Numbers:
    """VOC 2010 to 2012: mAP over classes, AP as the area under the envelope.

    Ground truth marked as ignored is VOC's "difficult", and so are crowd regions: a prediction
    whose nearest object is difficult does not count. With several IoU thresholds mAP is the mean
    over them. A class without objects has no AP.

    Raises:
        RequestError: The options name area ranges or most detections, which VOC does not have.
    """
    return _evaluate(view, options, lambda curve: area(curve.recall, curve.precision))


def evaluate_2007(view: Comparable, options: Options) -> Numbers:
    """VOC 2005 to 2009: the same with the mean precision at recall 0, 0.1, ..., 1."""
    return _evaluate(view, options, lambda curve: at_levels(curve.recall, curve.precision, ELEVEN))


def _evaluate(view: Comparable, options: Options, average: Average) -> Numbers:
    options.refuse("voc", "area_ranges", "max_detections")
    least = options.thresholds(LEAST_IOU)
    near = nearest_of_class(view, least[0])
    difficult = never_counts(view)
    objects = np.bincount(view.truth.class_id[~difficult], minlength=view.classes)
    ap = np.array([_ap(view, near, difficult, objects, iou, average) for iou in least])
    per_class = ap.mean(axis=0)
    return Numbers(
        overall={"mAP": mean_defined(per_class)}
        | {f"AP{100 * iou:g}": mean_defined(row) for iou, row in zip(least, ap, strict=True)},
        ground_truth=objects,
        predictions=np.bincount(view.predictions.class_id, minlength=view.classes),
        per_class={"ap": per_class}
        | {f"ap{100 * iou:g}": row for iou, row in zip(least, ap, strict=True)},
    )


def _ap(
    view: Comparable,
    near: Nearest,
    difficult: NDArray[np.bool_],
    objects: NDArray[np.int64],
    iou: float,
    average: Average,
) -> NDArray[np.float64]:
    """(C,) AP at one threshold."""
    claims = near.claims(iou)
    on_difficult = np.append(difficult, False)[claims]  # a claim of -1 reads the last cell
    right = first_claims(claims, by_confidence(view.confidence)) & ~on_difficult
    found = curves(view.predictions.class_id, view.confidence, right, ~on_difficult, objects)
    return np.array([average(curve) if curve.objects else np.nan for curve in found])
