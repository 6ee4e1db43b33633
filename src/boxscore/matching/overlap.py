"""How much rows overlap, by the geometry that the task compares: one seam for all of matching."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable, Side
from boxscore.matching.keypoints import COCO_SIGMAS
from boxscore.schema.kinds import Task

T = TypeVar("T")


def overlap_of(view: Comparable) -> _core.Overlap | None:
    """The overlap of a comparison's rows for the kernels; None is that of upright boxes.

    Rotated boxes: intersection over union of the two rectangles, exact. Keypoints: object keypoint
    similarity (COCO). Boundaries: the lesser of mask IoU and boundary IoU (Cheng et al. 2021,
    "Boundary IoU"; boundaries are 2 % of the image's diagonal wide). For a crowd region the union
    is the prediction.

    Raises:
        RequestError: A side lacks the geometry of the task, or its sigmas.
    """
    if view.task is Task.OBB:
        return _rotated(view)
    if view.task is Task.KEYPOINTS:
        return _keypoints(view)
    if view.task is Task.BOUNDARY:
        truth, found = _both(view, "masks", view.truth.masks, view.predictions.masks)
        return _core.boundary_overlap(truth, found, view.crowd)
    if view.truth.masks is None and view.predictions.masks is None:
        return None
    truth, found = _both(view, "masks", view.truth.masks, view.predictions.masks)
    return _core.mask_overlap(truth, found, view.crowd)


def _rotated(view: Comparable) -> _core.Overlap:
    truth, found = _both(view, "rotation", view.truth.theta, view.predictions.theta)
    return _core.rotated_overlap(view.truth.box, truth, view.predictions.box, found, view.crowd)


def _keypoints(view: Comparable) -> _core.Overlap:
    truth, found = _both(view, "keypoints", view.truth.keypoints, view.predictions.keypoints)
    sigmas = sigmas_of(view, max(_points(view.truth), _points(view.predictions)))
    return _core.keypoint_overlap(
        view.truth.class_id, view.truth.box, view.truth.area, truth, found, sigmas
    )


def sigmas_of(view: Comparable, points: int) -> NDArray[np.float64]:
    """(C, K) deviations of keypoints: as the data gives them, else COCO's for 17.

    Raises:
        RequestError: There are none for this many points, or one is negative or 0.
    """
    sigmas = view.facts.sigmas
    if sigmas is None and points in (0, COCO_SIGMAS.size):
        return np.tile(COCO_SIGMAS[:points], (view.classes, 1))
    if sigmas is None:
        raise _refused(
            f"objects of {points} keypoints have no sigmas", "give sigmas, one for each keypoint"
        )
    if (sigmas <= 0).any():
        raise _refused("a keypoint has a sigma of 0 or less", "give sigmas above 0")
    return np.ascontiguousarray(sigmas, np.float64)


def _points(side: Side) -> int:
    return 0 if side.keypoints is None or not side.rows.size else side.keypoints.shape[1]


def _both(view: Comparable, what: str, truth: T | None, found: T | None) -> tuple[T, T]:
    if truth is None or found is None:
        side = "ground truth" if truth is None else "predictions"
        raise _refused(
            f"task {view.task.value} compares {what}, and the {side} have none",
            "choose another task",
        )
    return truth, found


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-TASK-GEOMETRY")
