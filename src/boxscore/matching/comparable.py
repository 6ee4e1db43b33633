"""What one task compares: rows of ground truth and predictions, aligned for the kernels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Task

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
        track: (N,) track number, -1 without; both sides number one id alike, and one id in two
            sequences is two tracks; None where the task knows no tracks.
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
        truncation, occlusion: (G,) as given (KITTI: 0 to 1, and 0 to 3); nan where not given.
        verified: (N, 3) int32: item, class_id, `schema.kinds.Verdict`.
        frequency: (C,) "r", "c", "f" or "" (LVIS).
        parent: (C,) int32 class above each class, -1 at the top (Open Images).
        sequence: (items,) int32 number of the video or sequence of each item, -1 without.
        position: (items,) int32 place of each item in its sequence.
        names: (C,) class names.
        sigmas: (C, K) per-keypoint deviations of OKS; nan beyond a class's own keypoints.
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
        ignored: (G,) uint8, ground truth that never counts but is matched once like any other:
            objects without a labelled keypoint, and what is marked so where the protocol asks
            for it (COCO does not); None when there is none.
        excused: (P,) uint8, predictions that are not wrong when nothing matches them: those
            outside the objects that are asked about; None when there is none.
        confidence: (P,) float64.
        left_out: Predictions that have no geometry of this task.
        assumed: Ground truths without a mask, compared by their box as a mask.
        sizes_known: Whether areas are in pixels; of images without files and sizes, what is given
            in shares of them has none, and no place among the area ranges.
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
    excused: NDArray[np.uint8] | None = None
    facts: Facts = field(default_factory=Facts)
    sizes_known: bool = True

    @property
    def counted(self) -> NDArray[np.bool_]:
        """(G,) ground truths that count: no crowd regions, nothing ignored."""
        plain: NDArray[np.bool_] = self.crowd == 0
        return plain if self.ignored is None else plain & (self.ignored == 0)
