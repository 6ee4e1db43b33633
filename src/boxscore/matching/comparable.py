"""The rows of ground truth and predictions that one task compares, aligned for the kernels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Kind, Task
from boxscore.schema.tables import Annotations, Table, boxes_of

MaskArrays = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison, N rows.

    Attributes:
        rows: (N,) rows of the annotation table that take part.
        item, class_id: (N,) int32.
        box: (N, 4) x, y, width, height in pixels.
        area: (N,) square pixels, for the area ranges.
        masks: Compressed run lengths, flat with offsets, heights and widths; None for boxes.
        theta: (N,) degrees clockwise of rotated boxes; None where the task ignores rotation.
        keypoints: (N, K, 3) x, y, visibility, padded with zeros; None for other tasks.
        track: (N,) track number, -1 without; None where the task knows no tracks.
    """

    rows: NDArray[np.int64]
    item: NDArray[np.int32]
    class_id: NDArray[np.int32]
    box: NDArray[np.float64]
    area: NDArray[np.float64]
    masks: MaskArrays | None = None
    theta: NDArray[np.float64] | None = None
    keypoints: NDArray[np.float64] | None = None
    track: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What only some protocols read; None where the data does not say.

    Attributes:
        group_of: (G,) one box around many objects (Open Images).
        truncation, occlusion: (G,) as given (KITTI: 0 to 1, and 0 to 3).
        verified: (N, 3) int32: item, class_id, `schema.kinds.Verdict`.
        frequency: (C,) "r", "c", "f" or "" (LVIS).
        parent: (C,) int32 class above each class, -1 at the top (Open Images).
        sequence: (items,) int32 number of the video or sequence of each item, -1 without.
        position: (items,) int32 place of each item in its sequence.
        names: (C,) class names.
        sigmas: (C, K) per-keypoint deviations of OKS.
        thing: (C,) bool, classes of countable objects; the others are stuff (panoptic).
    """

    group_of: NDArray[np.bool_] | None = None
    truncation: NDArray[np.float64] | None = None
    occlusion: NDArray[np.float64] | None = None
    verified: NDArray[np.int32] | None = None
    frequency: NDArray[np.str_] | None = None
    parent: NDArray[np.int32] | None = None
    sequence: NDArray[np.int32] | None = None
    position: NDArray[np.int32] | None = None
    names: tuple[str, ...] = ()
    sigmas: NDArray[np.float64] | None = None
    thing: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """Both sides of one task, and what had to be left out or assumed.

    Attributes:
        crowd: (G,) uint8, crowd regions among the ground truth: matched repeatedly, overlap is
            the share of the prediction inside, never counted.
        ignored: (G,) uint8, ground truth that never counts but is matched once like any other.
        confidence: (P,) float64.
        left_out: Predictions that have no geometry of this task.
        assumed: Ground truths without a mask, compared by their box as a mask.
    """

    task: Task
    items: int
    classes: int
    truth: Side
    crowd: NDArray[np.uint8]
    predictions: Side
    confidence: NDArray[np.float64]
    left_out: int = 0
    assumed: int = 0
    ignored: NDArray[np.uint8] | None = None
    facts: Facts = field(default_factory=Facts)

    @property
    def counted(self) -> NDArray[np.bool_]:
        """(G,) ground truths that count: no crowd regions, nothing ignored."""
        plain: NDArray[np.bool_] = self.crowd == 0
        return plain if self.ignored is None else plain & (self.ignored == 0)


def compare_rows(
    task: Task, items: Table, classes: int, ground_truth: Annotations, predictions: Annotations
) -> Comparable:
    """Choose the object annotations that a task can compare.

    Args:
        task: BBOX compares boxes (of masks: the boxes around them), SEGM masks.
        items: The project's items; masks have their sizes.
        classes: How many object classes there are; class_id below it takes part.
    """
    truth_rows = _objects(ground_truth.table, classes)
    rows = _objects(predictions.table, classes)
    left_out = 0
    if task is Task.SEGM:
        masked = np.isin(rows, predictions.masks["row"])
        left_out = int((~masked).sum())
        rows = rows[masked]
    truth, assumed = _side(task, items, ground_truth, truth_rows)
    found, _ = _side(task, items, predictions, rows)
    return Comparable(
        task=task,
        items=items.rows,
        classes=classes,
        truth=truth,
        crowd=ground_truth.table["crowd"][truth_rows].astype(np.uint8),
        predictions=found,
        confidence=predictions.table["confidence"][rows],
        left_out=left_out,
        assumed=assumed,
    )


def _objects(table: Table, classes: int) -> NDArray[np.int64]:
    chosen = (table["class_id"] < classes) & (table["kind"] != Kind.CLASSIFICATION)
    return np.flatnonzero(chosen & np.isfinite(table["x"])).astype(np.int64)


def _side(
    task: Task, items: Table, annotations: Annotations, rows: NDArray[np.int64]
) -> tuple[Side, int]:
    everything = rows.size == annotations.rows
    table = annotations.table if everything else annotations.table.take(rows)
    masks, assumed = (None, 0) if task is Task.BBOX else _masks(items, annotations, rows, table)
    side = Side(
        rows=rows,
        item=table["item"],
        class_id=table["class_id"],
        box=boxes_of(table),
        area=table["area"],
        masks=masks,
    )
    return side, assumed


def _masks(
    items: Table, annotations: Annotations, rows: NDArray[np.int64], table: Table
) -> tuple[MaskArrays, int]:
    """Masks aligned with `rows`; a row without one becomes its box, filled."""
    height, width = items["height"][table["item"]], items["width"][table["item"]]
    texts: list[bytes] = [b""] * rows.size
    place = np.searchsorted(rows, annotations.masks["row"])
    inside = place < rows.size
    for at, row, counts in zip(
        place[inside].tolist(),
        annotations.masks["row"][inside].tolist(),
        annotations.masks["counts"][inside],
        strict=True,
    ):
        if rows[at] == row:
            texts[at] = counts
    empty = [k for k, text in enumerate(texts) if not text]
    for k, text in zip(empty, _filled_boxes(table, empty, height, width), strict=True):
        texts[k] = text
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    counts = np.frombuffer(b"".join(texts), np.uint8)
    return (counts, offsets, height, width), len(empty)


def _filled_boxes(
    table: Table, rows: list[int], height: NDArray[np.int32], width: NDArray[np.int32]
) -> list[bytes]:
    if not rows:
        return []
    from boxscore.kernels import _core

    box = boxes_of(table)[rows]
    x0, y0, x1, y1 = box[:, 0], box[:, 1], box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]
    corners = np.stack([x0, y0, x0, y1, x1, y1, x1, y0], axis=1).ravel()
    parts = np.arange(len(rows) + 1, dtype=np.int64)
    counts, offsets, _ = _core.masks_from_polygons(
        corners, parts * 8, parts, height[rows].copy(), width[rows].copy()
    )
    flat = counts.tobytes()
    return [flat[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
