"""Plain arrays of a training loop -> the rows that a task compares; no project, no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses
from boxscore.matching.array_masks import mask_column
from boxscore.matching.comparable import Comparable, Facts, MaskArrays, Side
from boxscore.schema.kinds import MASK_TASKS, Task

Fields = Mapping[str, Any]
GROUND_TRUTH_FIELDS = (
    "image", "class", "box", "area", "mask", "theta", "keypoints", "track",
    "crowd", "ignored", "group_of", "truncation", "occlusion",
)  # fmt: skip
PREDICTION_FIELDS = (
    "image", "class", "box", "area", "mask", "theta", "keypoints", "track", "confidence",
)  # fmt: skip
BOX_FORMATS = ("xywh", "xyxy", "cxcywh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How images, classes and boxes of the arrays are to be read.

    Attributes:
        images: Ids of all images, also of those without a row; None: those that have rows.
        classes: Class names or ids in order; None: those that occur, sorted.
        box_format: "xywh" (left, top, width, height), "xyxy" (corners) or "cxcywh" (centre, size).
        sequence: Sequence of each image id (tracking); None: all images are one sequence.
        sigmas: (K,) or (C, K) deviations of keypoints; None: COCO's 17.
    """

    images: Sequence[Any] | None = None
    classes: Sequence[Any] | None = None
    box_format: str = "xywh"
    sequence: Mapping[Any, Any] | None = None
    sigmas: Any = None

    def __post_init__(self) -> None:
        if self.box_format not in BOX_FORMATS:
            raise _refused(f"box_format {self.box_format!r} is unknown", f"one of {BOX_FORMATS}")


def comparable_of(
    task: Task, ground_truth: Fields, predictions: Fields, layout: Layout | None = None
) -> Comparable:
    """Arrays of equal length, one row an object, as the rows that `task` compares.

    Args:
        ground_truth: "image", "class", and what the task needs: "box" (N, 4) pixels, "mask"
            (N run lengths or bitmaps), "theta" (N,) degrees, "keypoints" (N, K, 3), "track";
            optionally "area", "crowd", "ignored", "group_of", "truncation", "occlusion".
        predictions: The same without the optional ones, and "confidence" (N,).

    Raises:
        RequestError: A field is missing, unknown, of another length, or not finite.
    """
    layout = layout or Layout()
    sides = (
        _Rows("ground_truth", ground_truth, GROUND_TRUTH_FIELDS),
        _Rows("predictions", predictions, PREDICTION_FIELDS),
    )
    image_ids = _ids(sides, "image", layout.images)
    class_ids = _ids(sides, "class", layout.classes)
    for rows in sides:
        rows.item = _codes(rows, "image", image_ids, layout.images is not None)
        rows.class_id = _codes(rows, "class", class_ids, layout.classes is not None)
        rows.sort()
    tracks = _tracks(sides) if task is Task.TRACKING else (None, None)
    truth, found = (
        _side(task, rows, layout, track) for rows, track in zip(sides, tracks, strict=True)
    )
    gt, dt = sides
    ignored = gt.flags("ignored")
    if task is Task.KEYPOINTS and truth.keypoints is not None:
        ignored = ignored | ~(truth.keypoints[:, :, 2] > 0).any(axis=1)
    return Comparable(
        task=task,
        items=len(image_ids),
        classes=len(class_ids),
        truth=truth,
        crowd=gt.flags("crowd").astype(np.uint8),
        ignored=ignored.astype(np.uint8) if ignored.any() else None,
        predictions=found,
        confidence=_confidence(dt),
        facts=_facts(gt, image_ids, class_ids, layout),
    )


class _Rows:
    """One side's fields, checked for length and put in order of images."""

    item: NDArray[np.int32]
    class_id: NDArray[np.int32]

    def __init__(self, name: str, fields: Fields, known: tuple[str, ...]) -> None:
        unknown = [key for key in fields if key not in known]
        if unknown:
            raise _refused(f"{name} has no field {unknown[0]!r}", near_misses(unknown[0], known))
        for key in ("image", "class"):
            if key not in fields:
                raise _refused(f"{name}: field {key!r} is missing", f"give {key!r}, one per row")
        self.name, self.fields = name, dict(fields)
        self.size = len(self.fields["image"])
        for key, values in self.fields.items():
            if len(values) != self.size:
                problem = f"{name}: {key} has {len(values)} rows, image has {self.size}"
                raise _refused(problem, "give arrays of one length")
        self.order: NDArray[np.int64] | None = None

    def sort(self) -> None:
        """By image, stable: the order in which pycocotools sees rows."""
        if self.size and np.any(self.item[1:] < self.item[:-1]):
            # NumPy sorts 16 bits by radix: far faster than 32 bits where they suffice.
            small = self.item.astype(np.uint16) if int(self.item.max()) < 1 << 16 else self.item
            self.order = np.argsort(small, kind="stable")
            self.item, self.class_id = self.item[self.order], self.class_id[self.order]

    def rows(self) -> NDArray[np.int64]:
        """Where each row stood in the caller's arrays."""
        return np.arange(self.size) if self.order is None else self.order

    def has(self, key: str) -> bool:
        return self.fields.get(key) is not None

    def numbers(self, key: str, shape: tuple[int, ...], *, task: Task) -> NDArray[np.float64]:
        """A finite float64 field of shape (N, *shape), -1 standing for any length."""
        if not self.has(key):
            raise _refused(f"{self.name}: task {task.value} needs {key!r}", f"give {key!r}")
        values = np.asarray(self.fields[key])
        if values.dtype.kind not in "fiub":
            raise _refused(f"{self.name}: {key} is {values.dtype}, not numbers", "give numbers")
        values = np.ascontiguousarray(values, np.float64)
        if self.size == 0:
            return np.empty((0, *(max(n, 0) for n in shape)))
        fits = values.ndim == 1 + len(shape) and all(
            want in (-1, got) for want, got in zip(shape, values.shape[1:], strict=True)
        )
        if not fits:
            problem = f"{self.name}: {key} has shape {values.shape}, not (N, {shape})"
            raise _refused(problem, "one row per object")
        if not np.isfinite(values).all():
            raise _refused(f"{self.name}: {key} holds a number that is not finite", "remove it")
        return values if self.order is None else values[self.order]

    def flags(self, key: str) -> NDArray[np.bool_]:
        """(N,) booleans; False where the field is not given."""
        if not self.has(key):
            return np.zeros(self.size, np.bool_)
        values = np.asarray(self.fields[key]).astype(np.bool_)
        return values if self.order is None else values[self.order]

    def listed(self, key: str) -> list[Any]:
        """A field of objects, in order of images."""
        values = self.fields[key]
        return [values[k] for k in self.rows().tolist()]


def _ids(sides: tuple[_Rows, ...], key: str, given: Sequence[Any] | None) -> NDArray[Any]:
    """All ids in order: as given, or those that occur, sorted."""
    if given is not None:
        ids = np.asarray(given if len(given) else np.empty(0, np.int64))
        if np.unique(ids).size != ids.size:
            raise _refused(f"{key} ids repeat", "give each id once")
        return ids
    found = [np.asarray(rows.fields[key]) for rows in sides if rows.size]
    if len({values.dtype.kind in "iu" for values in found}) > 1:
        raise _refused(f"{key} ids are numbers on one side and texts on the other", "use one kind")
    return _distinct(np.concatenate(found)) if found else np.empty(0, np.int64)


def _distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Sorted distinct values; dense whole numbers are marked in a table instead of sorted."""
    if values.dtype.kind not in "iu":
        return np.unique(values)
    low, high = int(values.min()), int(values.max())
    if high - low > 4 * values.size + 1024:
        return np.unique(values)
    met = np.zeros(high - low + 1, np.bool_)
    met[values - low] = True
    return np.flatnonzero(met) + low


def _places(ids: NDArray[Any], values: NDArray[Any]) -> NDArray[np.intp]:
    """Index of each value among distinct `ids`; of a value that is none, any index."""
    if ids.dtype.kind in "iu" and values.dtype.kind in "iu":
        low, high = int(ids.min()), int(ids.max())
        if high - low <= 4 * values.size + 1024:
            table = np.zeros(high - low + 1, np.intp)
            table[ids - low] = np.arange(ids.size)
            return np.asarray(table[np.clip(values, low, high) - low], np.intp)
    order = np.argsort(ids, kind="stable")
    found = np.searchsorted(ids, values, sorter=order)
    return np.asarray(order[np.minimum(found, ids.size - 1)], np.intp)


def _codes(rows: _Rows, key: str, ids: NDArray[Any], given: bool) -> NDArray[np.int32]:
    """Row number of each id among `ids`; class numbers may count given class names."""
    values = np.asarray(rows.fields[key])
    if not rows.size:
        return np.empty(0, np.int32)
    if values.dtype.kind == "f":
        raise _refused(f"{rows.name}: {key} holds fractions", "give whole numbers or texts")
    if given and key == "class" and values.dtype.kind in "iu" and ids.dtype.kind not in "iu":
        ids = np.arange(ids.size)
    code = _places(ids, values) if ids.size else np.zeros(values.size, np.intp)
    wrong = np.flatnonzero(ids[code] != values) if ids.size else np.arange(values.size)
    if wrong.size:
        problem = f"{rows.name}: {key} {values[wrong[0]]!r} is not among the {key} ids given"
        raise _refused(problem, f"give all ids, or none: {wrong.size} rows have an unknown one")
    return code.astype(np.int32)


def _confidence(rows: _Rows) -> NDArray[np.float64]:
    return rows.numbers("confidence", (), task=Task.BBOX)


def _side(task: Task, rows: _Rows, layout: Layout, track: NDArray[np.int64] | None) -> Side:
    masks: MaskArrays | None = None
    keypoints = theta = None
    if task in MASK_TASKS:
        if not rows.has("mask"):
            raise _refused(f"{rows.name}: task {task.value} needs 'mask'", "give 'mask'")
        masks, box, area = mask_column(rows.listed("mask"), rows.name)
    elif task is Task.KEYPOINTS:
        keypoints = rows.numbers("keypoints", (-1, 3), task=task)
        box, area = _around(keypoints)
    else:
        box = _boxes(rows, layout, task)
        area = box[:, 2] * box[:, 3]
    if task is Task.OBB:
        theta = rows.numbers("theta", (), task=task)
    if rows.has("box") and task in (*MASK_TASKS, Task.KEYPOINTS):
        box = _boxes(rows, layout, task)
    if rows.has("area"):
        area = rows.numbers("area", (), task=task)
    return Side(
        rows=rows.rows(),
        item=rows.item,
        class_id=rows.class_id,
        box=box,
        area=np.ascontiguousarray(area),
        masks=masks,
        theta=theta,
        keypoints=keypoints,
        track=track,
    )


def _boxes(rows: _Rows, layout: Layout, task: Task) -> NDArray[np.float64]:
    box = rows.numbers("box", (4,), task=task)
    if layout.box_format == "xyxy":
        box = np.concatenate([box[:, :2], box[:, 2:] - box[:, :2]], axis=1)
    elif layout.box_format == "cxcywh":
        box = np.concatenate([box[:, :2] - box[:, 2:] / 2, box[:, 2:]], axis=1)
    if (box[:, 2:] < 0).any():
        row = int(rows.rows()[np.flatnonzero((box[:, 2:] < 0).any(axis=1))[0]])
        problem = f"{rows.name}: box of row {row} has a negative size as {layout.box_format}"
        raise _refused(problem, f"say which box_format it is: {', '.join(BOX_FORMATS)}")
    return box


def _around(keypoints: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The box around all points of each row and its area, as pycocotools takes it of results."""
    if not keypoints.shape[0] or not keypoints.shape[1]:
        return np.zeros((keypoints.shape[0], 4)), np.zeros(keypoints.shape[0])
    low, high = keypoints[:, :, :2].min(axis=1), keypoints[:, :, :2].max(axis=1)
    size = high - low
    return np.concatenate([low, size], axis=1), size[:, 0] * size[:, 1]


def _tracks(sides: tuple[_Rows, ...]) -> tuple[NDArray[np.int64], ...]:
    """Each side's own track ids as numbers; negative ones stay as they are."""
    coded = []
    for rows in sides:
        if not rows.has("track"):
            raise _refused(f"{rows.name}: task tracking needs 'track'", "give 'track', an id a row")
        values = np.asarray(rows.fields["track"])
        values = values if rows.order is None else values[rows.order]
        coded.append(np.unique(values, return_inverse=True)[1].astype(np.int64))
    return tuple(coded)


def _facts(truth: _Rows, image_ids: NDArray[Any], class_ids: NDArray[Any], layout: Layout) -> Facts:
    def number(key: str) -> NDArray[np.float64] | None:
        return truth.numbers(key, (), task=Task.BBOX) if truth.has(key) else None

    sequence = _sequence(image_ids, layout)
    return Facts(
        group_of=truth.flags("group_of") if truth.has("group_of") else None,
        truncation=number("truncation"),
        occlusion=number("occlusion"),
        sequence=sequence,
        position=np.arange(image_ids.size, dtype=np.int32),
        names=tuple(str(name) for name in class_ids.tolist()),
        sigmas=_sigmas(layout.sigmas, len(class_ids)),
    )


def _sequence(image_ids: NDArray[Any], layout: Layout) -> NDArray[np.int32]:
    if layout.sequence is None:
        return np.zeros(image_ids.size, np.int32)
    names: list[Any] = [layout.sequence.get(image) for image in image_ids.tolist()]
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int32)


def _sigmas(given: Any, classes: int) -> NDArray[np.float64] | None:
    if given is None:
        return None
    values = np.asarray(given, np.float64)
    return np.tile(values, (classes, 1)) if values.ndim == 1 else values


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-ARRAYS")
