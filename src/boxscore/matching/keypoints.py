"""Keypoints of some annotations as one padded array, and the deviations that OKS asks for."""

from __future__ import annotations

import re
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.schema.kinds import Kind
from boxscore.schema.ontology import ObjectDef, Ontology
from boxscore.schema.tables import KEYPOINT_PART, Annotations, Table

TENTHS = (
    0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72,
    0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89,
)  # fmt: skip
COCO_SIGMAS = np.array(TENTHS) / 10.0
"""Of a person's 17 keypoints. Source: cocoapi, `Params.setKpParams`."""
COCO_NAMES = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip",
    "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
"""What COCO calls them, in its order."""


def keypoint_rows(annotations: Annotations) -> NDArray[np.int64]:
    """Rows that have keypoints, ascending."""
    rows: NDArray[np.int64] = np.unique(_joints(annotations)["row"])
    return rows


def _joints(annotations: Annotations) -> Table:
    """The points that are keypoints, not vertices."""
    points = annotations.points
    kind = annotations.table["kind"][points["row"]]
    return points.take((points["part"] == KEYPOINT_PART) | (kind == Kind.KEYPOINTS))


def padded_keypoints(annotations: Annotations, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N, K, 3) x, y, visibility of some rows; zeros beyond a row's own.

    Args:
        rows: (N,) ascending rows of the annotations.
    """
    joints = _joints(annotations)
    joints = joints.take(np.isin(joints["row"], rows))
    row, each = np.unique(joints["row"], return_counts=True)
    starts = np.cumsum(each) - each
    nth = np.arange(joints.rows) - np.repeat(starts, each)
    out = np.zeros((rows.size, int(each.max(initial=0)), 3))
    place = np.repeat(np.searchsorted(rows, row), each)
    for k, name in enumerate(("x", "y", "visibility")):
        out[place, nth, k] = joints[name]
    return out


def widened(keypoints: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """(N, count, 3): the same with more zeros."""
    return np.pad(keypoints, ((0, 0), (0, count - keypoints.shape[1]), (0, 0)))


def counts_of(annotations: Annotations, rows: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """(C,) the most keypoints that an object of each class has among some rows."""
    joints = _joints(annotations)
    row, each = np.unique(joints["row"], return_counts=True)
    mine = np.isin(row, rows)
    counts = np.zeros(classes, np.int64)
    np.maximum.at(counts, annotations.table["class_id"][row[mine]], each[mine])
    return counts


def agreed_counts(
    truth: NDArray[np.int64], found: NDArray[np.int64], ontology: Ontology
) -> NDArray[np.int64]:
    """(C,) keypoints of each class on both sides.

    Raises:
        RequestError: The sides, or the sigmas given, disagree on one class.
    """
    given = np.array([len(o.sigmas) for o in ontology.objects], np.int64)
    for a, b, what in ((truth, found, "the predictions have"), (truth, given, "there are sigmas")):
        odd = np.flatnonzero((a != b) & (a > 0) & (b > 0))
        if odd.size:
            name = ontology.classes[odd[0]].name
            known = ontology.objects[odd[0]].skeleton.names
            named = f" ({', '.join(known)})" if len(known) == a[odd[0]] else ""
            raise RequestError(
                f"class {name!r} has {a[odd[0]]} keypoints{named}, {what} {b[odd[0]]}"
                + (" keypoints" if b is found else ""),
                fix="keypoints are compared one by one: give the same ones, in the same order",
                code="E-TASK-KEYPOINTS",
            )
    agreed: NDArray[np.int64] = np.maximum(truth, found)
    return agreed


def sigmas_of(ontology: Ontology, counts: NDArray[np.int64], most: int) -> NDArray[np.float64]:
    """(C, most) deviations: as the class gives them; COCO's for its 17 keypoints; else 1 / K each.

    Equal deviations of 1 / K are what Ultralytics takes for other skeletons. nan beyond a class's
    own keypoints.
    """
    out = np.full((counts.size, most), np.nan)
    for c, (count, known) in enumerate(zip(counts.tolist(), ontology.objects, strict=True)):
        if count:
            out[c, :count] = {
                Deviations.GIVEN: known.sigmas,
                Deviations.COCO: COCO_SIGMAS,
                Deviations.EQUAL: 1 / count,
            }[deviations_of(known, count)]
    return out


class Deviations(Enum):
    """Where the deviations of a class's keypoints are from."""

    GIVEN = "given"
    COCO = "coco"
    EQUAL = "equal"


def deviations_of(known: ObjectDef, count: int) -> Deviations:
    """COCO's belong to 17 keypoints that have COCO's names, or none.

    Without names pycocotools and Ultralytics take them for a person's too.
    """
    if known.sigmas:
        return Deviations.GIVEN
    names = tuple(_plain(name) for name in known.skeleton.names)
    own = count == COCO_SIGMAS.size and names in ((), tuple(map(_plain, COCO_NAMES)))
    return Deviations.COCO if own else Deviations.EQUAL


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()
