"""Average precision and recall from the curves of all classes, by COCO's definition.

Source: cocoapi, `COCOeval.accumulate` and `COCOeval.summarize`; 101 recall points, ten IoU
thresholds from 0.50 to 0.95. A class without ground truth has no AP: undefined, not 0.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.numbers import Numbers
from boxscore.kernels import _core
from boxscore.matching.coco import Matching, positives

NAMES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
"""COCO's twelve numbers in its own order."""


def coco_numbers(matching: Matching, threads: int = 0) -> Numbers:
    """The twelve numbers and the per-class table of a matched run."""
    protocol = matching.policy.kernel()
    curves = _core.accumulate(
        matching.matches, protocol, threads=threads, scores=False, every_limit=False
    )
    view = matching.view
    found = np.bincount(view.predictions.class_id, minlength=view.classes)
    return curve_numbers(curves, protocol, positives(view), found)


def curve_numbers(
    curves: _core.Curves,
    protocol: _core.Protocol,
    ground_truth: NDArray[np.int64],
    predictions: NDArray[np.int64],
) -> Numbers:
    """The twelve numbers and the per-class table from curves.

    Args:
        ground_truth, predictions: (C,) objects that count, and predictions.
    """
    precision = np.asarray(curves.precision)[:, :, :, 0, -1]
    recall = np.asarray(curves.recall)[:, :, 0, -1]
    return Numbers(
        overall=dict(zip(NAMES, _core.summarize(curves, protocol), strict=True)),
        ground_truth=ground_truth,
        predictions=predictions,
        per_class={
            "ap": _mean(precision, axis=(0, 1)),
            "ap50": _mean(precision[0], axis=0),
            "ar100": _mean(recall, axis=0),
        },
    )


def _mean(values: NDArray[np.float64], axis: int | tuple[int, ...]) -> NDArray[np.float64]:
    """Mean of what is defined; the kernels mark undefined cells with -1, as pycocotools does."""
    defined = np.where(values > -1, values, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a class without ground truth: nan
        result: NDArray[np.float64] = np.nanmean(defined, axis=axis)
    return result
