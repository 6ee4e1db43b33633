"""Weighted box fusion: several runs become one whose boxes are means of those that agree.

Source: Solovyev, Wang, Gabruseva 2021, "Weighted boxes fusion: Ensembling boxes from different
object detection models", as the authors' program computes it (ensemble_boxes 1.0, conf_type "avg").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import PREDICTIONS, Annotations, Table, boxes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionPlan:
    """How boxes are fused.

    Attributes:
        weights: One for each run, above 0; () weighs them alike.
        iou: Overlap above which a box joins a cluster.
        skip: Confidence below which a box is left out.

    Raises:
        RequestError: A value is out of range.
    """

    weights: tuple[float, ...] = ()
    iou: float = 0.55
    skip: float = 0.0

    def __post_init__(self) -> None:
        if not all(0 < w < np.inf for w in self.weights):
            raise RequestError(
                f"weights {self.weights} are not all above 0",
                fix="leave out a run instead of giving it the weight 0",
                code="E-FUSE-WEIGHTS",
            )
        if not 0 <= self.skip <= 1:
            raise RequestError(
                f"a least confidence of {self.skip} is outside 0 to 1",
                fix="0 leaves nothing out",
                code="E-FUSE-SKIP",
            )
        if not 0 < self.iou < 1:
            raise RequestError(
                f"an overlap of {self.iou} is outside 0 to 1",
                fix="0.55 is usual",
                code="E-FUSE-IOU",
            )


def fused(runs: Sequence[Annotations], plan: FusionPlan) -> Annotations:
    """One run of the fused boxes, by image, class and falling confidence.

    A cluster's confidence is the mean of its members' (each times its run's weight), times the
    share of the runs that saw it; so a box of one run among three keeps a third.

    Raises:
        RequestError: There are too few runs or weights, something is no box, or a confidence lies
            outside 0 to 1.
    """
    if len(runs) < 2 or len(plan.weights) not in (0, len(runs)):
        raise RequestError(
            f"{len(runs)} runs with {len(plan.weights)} weights cannot be fused",
            fix="name two or more runs, and a weight for each or none",
            code="E-FUSE-RUNS",
        )
    weights = np.array(plan.weights or [1.0] * len(runs))
    tables = [_checked(run.table, plan.skip) for run in runs]
    given = Table.concat(PREDICTIONS, tables)
    weight = np.repeat(weights, [table.rows for table in tables])
    confidence = given["confidence"] * weight
    order = np.lexsort((-confidence, given["class_id"], given["item"]))
    item, class_id = given["item"][order], given["class_id"][order]
    edge = np.append(True, (item[1:] != item[:-1]) | (class_id[1:] != class_id[:-1]))
    first = np.flatnonzero(edge[: item.size])
    start = np.append(first, item.size).astype(np.int64)
    boxes = np.ascontiguousarray(boxes_of(given)[order])
    cluster, box, total, members = _core.fuse_boxes(start, boxes, confidence[order], plan.iou)
    mean = total / members * np.minimum(members, len(runs)) / weights.sum()
    group = np.repeat(np.arange(first.size), _clusters_of(start, cluster, members.size))
    return _run(item[first][group], class_id[first][group], box, mean)


def _clusters_of(
    start: NDArray[np.int64], cluster: NDArray[np.int64], clusters: int
) -> NDArray[np.int64]:
    """(groups,) how many clusters each group has; they are numbered group by group."""
    if not cluster.size:
        return np.zeros(0, np.int64)
    lowest = np.minimum.reduceat(cluster, start[:-1])
    return np.diff(np.append(lowest, clusters))


def _checked(table: Table, skip: float) -> Table:
    """The rows to fuse."""
    other = table["kind"] != Kind.BOX
    if other.any():
        raise RequestError(
            f"{int(other.sum())} of {table.rows} predictions are no plain boxes",
            fix="fuse runs of boxes; masks, rotated boxes and keypoints have no mean",
            code="E-FUSE-KIND",
        )
    confidence = table["confidence"]
    if confidence.size and not (confidence.min() >= 0 and confidence.max() <= 1):
        raise RequestError(
            f"confidences from {confidence.min():g} to {confidence.max():g} cannot be averaged",
            fix="fuse runs whose confidences lie from 0 to 1",
            code="E-FUSE-CONFIDENCE",
        )
    return table.take(confidence >= skip)


def _run(
    item: NDArray[np.int32],
    class_id: NDArray[np.int32],
    box: NDArray[np.float64],
    confidence: NDArray[np.float64],
) -> Annotations:
    order = np.lexsort((-confidence, class_id, item))
    size, box = order.size, box[order]
    track = np.full(size, "", object)
    table = Table(
        PREDICTIONS,
        {
            "item": item[order],
            "class_id": class_id[order],
            "kind": np.full(size, Kind.BOX, np.uint8),
            "x": box[:, 0].copy(),
            "y": box[:, 1].copy(),
            "width": box[:, 2].copy(),
            "height": box[:, 3].copy(),
            "theta": np.zeros(size),
            "area": box[:, 2] * box[:, 3],
            "marks": np.zeros(size, np.uint16),
            "track": track,
            "source_row": np.arange(size),
            "confidence": confidence[order],
        },
    )
    empty = Annotations.empty(PREDICTIONS)
    return Annotations(table=table, masks=empty.masks, points=empty.points)
