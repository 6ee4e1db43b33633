"""Average precision and recall from the curves of all classes, by COCO's definition.

Source: cocoapi, `COCOeval.accumulate` and `COCOeval.summarize`; 101 recall points, ten IoU
thresholds from 0.50 to 0.95. A class without ground truth has no AP: undefined, not 0.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.matching.coco import Matching, positives

NAMES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
"""COCO's twelve numbers in its own order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CocoNumbers:
    """What COCO publishes of a run, overall and per class; nan is undefined.

    Attributes:
        overall: The twelve numbers by name.
        ground_truth, predictions: (C,) objects that count, and predictions.
        ap, ap50, ar100: (C,) per class, area range "all".
    """

    overall: dict[str, float]
    ground_truth: NDArray[np.int64]
    predictions: NDArray[np.int64]
    ap: NDArray[np.float64]
    ap50: NDArray[np.float64]
    ar100: NDArray[np.float64]


def coco_numbers(matching: Matching, threads: int = 0) -> CocoNumbers:
    """The twelve numbers and the per-class table of a matched run."""
    protocol = matching.policy.kernel()
    curves = _core.accumulate(
        matching.matches, protocol, threads=threads, scores=False, every_limit=False
    )
    precision = np.asarray(curves.precision)[:, :, :, 0, -1]
    recall = np.asarray(curves.recall)[:, :, 0, -1]
    view = matching.view
    return CocoNumbers(
        overall=dict(zip(NAMES, _core.summarize(curves, protocol), strict=True)),
        ground_truth=positives(view),
        predictions=np.bincount(view.predictions.class_id, minlength=view.classes),
        ap=_mean(precision, axis=(0, 1)),
        ap50=_mean(precision[0], axis=0),
        ar100=_mean(recall, axis=0),
    )


def _mean(values: NDArray[np.float64], axis: int | tuple[int, ...]) -> NDArray[np.float64]:
    """Mean of what is defined; the kernels mark undefined cells with -1, as pycocotools does."""
    defined = np.where(values > -1, values, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a class without ground truth: nan
        result: NDArray[np.float64] = np.nanmean(defined, axis=axis)
    return result
