"""Average precision and recall from the curves of all classes, by COCO's definition.

Source: cocoapi, `COCOeval.accumulate` and `COCOeval.summarize`; 101 recall points. A class without
ground truth has no AP: undefined, not 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.numbers import Numbers
from boxscore.kernels import _core
from boxscore.matching.coco import Matching, positives
from boxscore.matching.policy import Policy
from boxscore.schema.kinds import Task

SIZES = {"small": "s", "medium": "m", "large": "l"}
SIZES_UNKNOWN = (
    "Numbers of small, medium and large objects are undefined: the sizes of images are not known. "
    "Import the ground truth with --images FOLDER."
)


class Averages:
    """Means over curves by their published names; nan is undefined.

    Args:
        curves: Of a matched run.
        policy: What it was matched by.
    """

    def __init__(self, curves: _core.Curves, policy: Policy, classes: int) -> None:
        self._curves, self._policy = curves, policy
        self._every = list(range(len(policy.iou_thresholds)))
        self._classes = list(range(classes))

    def ap(
        self, area: int = 0, iou: float | None = None, classes: Sequence[int] | None = None
    ) -> float:
        """Mean precision over recall points, thresholds and classes, at the last limit."""
        chosen = self._classes if classes is None else list(classes)
        return _core.average_precision(self._curves, area, self._at(iou), chosen)

    def ar(self, area: int = 0, limit: int = -1, iou: float | None = None) -> float:
        """Mean of the last recall over thresholds and classes, at one limit."""
        place = limit % len(self._policy.max_detections)
        return _core.average_recall(self._curves, area, place, self._at(iou))

    def _at(self, iou: float | None) -> list[int]:
        thresholds = self._policy.iou_thresholds
        return self._every if iou is None else [t for t in self._every if thresholds[t] == iou]

    def sizes(self) -> list[tuple[int, str]]:
        """Number and suffix of every area range but the first, which is everything."""
        names = enumerate(self._policy.area_names)
        return [(a, SIZES.get(name, f"-{name}")) for a, name in names if a]


def detection_averages(averages: Averages, policy: Policy) -> dict[str, float]:
    """COCO's twelve numbers, or those of other limits and area ranges, in its own order."""
    sizes = averages.sizes()
    limits = enumerate(policy.max_detections)
    return {
        "AP": averages.ap(),
        "AP50": averages.ap(iou=0.5),
        "AP75": averages.ap(iou=0.75),
        **{f"AP{size}": averages.ap(area) for area, size in sizes},
        **{f"AR{most}": averages.ar(limit=limit) for limit, most in limits},
        **{f"AR{size}": averages.ar(area) for area, size in sizes},
    }


def keypoint_averages(averages: Averages) -> dict[str, float]:
    """COCO's ten numbers of keypoints in its own order."""
    sizes = averages.sizes()
    return {
        "AP": averages.ap(),
        "AP50": averages.ap(iou=0.5),
        "AP75": averages.ap(iou=0.75),
        **{f"AP{size}": averages.ap(area) for area, size in sizes},
        "AR": averages.ar(),
        "AR50": averages.ar(iou=0.5),
        "AR75": averages.ar(iou=0.75),
        **{f"AR{size}": averages.ar(area) for area, size in sizes},
    }


def curves_of(matching: Matching, threads: int = 0) -> _core.Curves:
    """Precision at the last limit and recall at every one, per class, area range and threshold."""
    protocol = matching.policy.kernel()
    return _core.accumulate(
        matching.matches, protocol, threads=threads, scores=False, every_limit=False
    )


def coco_numbers(matching: Matching, threads: int = 0) -> Numbers:
    """COCO's numbers and the per-class table of a matched run."""
    view = matching.view
    found = np.bincount(view.predictions.class_id, minlength=view.classes)
    curves = curves_of(matching, threads)
    return curve_numbers(curves, matching.policy, positives(view), found, view.task)


def curve_numbers(
    curves: _core.Curves,
    policy: Policy,
    ground_truth: NDArray[np.int64],
    predictions: NDArray[np.int64],
    task: Task = Task.BBOX,
) -> Numbers:
    """COCO's numbers and the per-class table from curves.

    Args:
        ground_truth, predictions: (C,) objects that count, and predictions.
    """
    averages = Averages(curves, policy, ground_truth.size)
    keypoints = task is Task.KEYPOINTS
    return Numbers(
        overall=keypoint_averages(averages) if keypoints else detection_averages(averages, policy),
        ground_truth=ground_truth,
        predictions=predictions,
        per_class=class_columns(curves, policy),
        notes=size_notes(policy),
    )


def size_notes(policy: Policy) -> tuple[str, ...]:
    """Why the numbers of small, medium and large objects are undefined, or nothing."""
    return (SIZES_UNKNOWN,) if policy.sizeless else ()


def class_columns(curves: _core.Curves, policy: Policy) -> dict[str, NDArray[np.float64]]:
    """(C,) ap, ap50 and the last limit's ar by column name."""
    precision = np.asarray(curves.precision)[:, :, :, 0, -1]
    recall = np.asarray(curves.recall)[:, :, 0, -1]
    half = np.array(policy.iou_thresholds) == 0.5
    return {
        "ap": _mean(precision, axis=(0, 1)),
        "ap50": _mean(precision[half], axis=(0, 1)),
        f"ar{policy.max_detections[-1]}": _mean(recall, axis=0),
    }


def _mean(values: NDArray[np.float64], axis: int | tuple[int, ...]) -> NDArray[np.float64]:
    """Mean of what is defined; the kernels mark undefined cells with -1, as pycocotools does."""
    known = values > -1
    with np.errstate(invalid="ignore"):  # a class without ground truth: nan
        result: NDArray[np.float64] = np.sum(np.where(known, values, 0), axis=axis) / np.sum(
            known, axis=axis
        )
    return result
