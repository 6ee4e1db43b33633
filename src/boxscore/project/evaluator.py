"""Scores of plain arrays: one call, or batch by batch over any number of processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from boxscore.errors import RequestError
from boxscore.evaluation.document import ALL_AS_ONE, numbers_document
from boxscore.evaluation.protocols import default_protocol, protocol_of
from boxscore.matching.arrays import Layout, comparable_of
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Task

Document = dict[str, Any]
Fields = Mapping[str, Any]
Batch = Fields | Sequence[Fields]

ALIASES = {
    "images": "image", "image_id": "image", "boxes": "box", "labels": "class", "class_id": "class",
    "classes": "class", "scores": "confidence", "score": "confidence", "masks": "mask",
    "iscrowd": "crowd", "difficult": "ignored",
}  # fmt: skip
"""Names that other evaluators use for our fields."""


def evaluate(
    ground_truth: Batch,
    predictions: Batch,
    *,
    task: str = "bbox",
    protocol: str | None = None,
    images: Sequence[Any] | None = None,
    classes: Sequence[Any] | None = None,
    box_format: str = "xywh",
    sequence: Mapping[Any, Any] | None = None,
    sigmas: Any = None,
    iou_thresholds: Sequence[float] | None = None,
    max_detections: int | None = None,
    class_agnostic: bool = False,
    only_predicted: bool = False,
) -> Document:
    """The scores of arrays, without a project or a file.

    Args:
        ground_truth: Either one mapping of arrays, a row an object: "image", "class", and by
            task "box" (N, 4), "mask", "theta", "keypoints" (N, K, 3), "track"; optionally
            "area", "crowd", "ignored", ... Or a list of such mappings, one per image.
        predictions: The same with "confidence".
        task: bbox, obb, segm, boundary, keypoints, semantic, panoptic or tracking.
        protocol: coco, voc07, voc12, lvis, ...; default: that of the task.
        images: All image ids; needed when some have no row and the protocol counts them.
        classes: Class names in order; class numbers then count them.
        box_format: "xywh" (left, top, width, height), "xyxy" (corners), "cxcywh" (centre, size).

    Returns:
        task, protocol, images, ground_truth, predictions, metrics, per_class, notes.

    Raises:
        RequestError: A field is missing, unknown or of another length; a parameter is out of range.

    >>> truth = {"image": [1, 1], "class": ["cat", "dog"], "box": [[0, 0, 9, 9], [20, 0, 9, 9]]}
    >>> found = {"image": [1], "class": ["cat"], "box": [[0, 0, 9, 9]], "confidence": [0.9]}
    >>> round(evaluate(truth, found)["metrics"]["AP"], 3)
    0.5
    """
    evaluator = Evaluator(
        task=task,
        protocol=protocol,
        images=images,
        classes=classes,
        box_format=box_format,
        sequence=sequence,
        sigmas=sigmas,
        iou_thresholds=iou_thresholds,
        max_detections=max_detections,
        class_agnostic=class_agnostic,
        only_predicted=only_predicted,
    )
    evaluator.update(ground_truth, predictions)
    return evaluator.compute()


@dataclass(kw_only=True)
class Evaluator:
    """Collects batches of a training loop and scores them at the end.

    `update` takes what `evaluate` takes; `merge` adds what another process collected; `compute`
    gives the document of `evaluate` and can be called at any time. It can be pickled, so a worker
    may send it. Images without an id are numbered in order of arrival.
    """

    task: str = "bbox"
    protocol: str | None = None
    images: Sequence[Any] | None = None
    classes: Sequence[Any] | None = None
    box_format: str = "xywh"
    sequence: Mapping[Any, Any] | None = None
    sigmas: Any = None
    iou_thresholds: Sequence[float] | None = None
    max_detections: int | None = None
    class_agnostic: bool = False
    only_predicted: bool = False
    _truth: list[dict[str, Any]] = field(default_factory=list, repr=False)
    _found: list[dict[str, Any]] = field(default_factory=list, repr=False)
    _numbered: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        if self.task not in set(Task):
            raise _refused(f"task {self.task!r} is unknown", f"one of {', '.join(Task)}")
        self.protocol = self.protocol or default_protocol(Task(self.task))
        card = protocol_of(self.protocol)
        if Task(self.task) not in card.tasks:
            allowed = ", ".join(card.tasks)
            raise _refused(f"protocol {card.name} does not score task {self.task}", f"of {allowed}")
        self._layout()

    def update(self, ground_truth: Batch, predictions: Batch) -> None:
        """Add a batch: two mappings of arrays with "image", or two lists with one per image."""
        listed = [isinstance(side, Sequence) for side in (ground_truth, predictions)]
        if any(listed):
            if not all(listed) or len(ground_truth) != len(predictions):
                raise _refused(
                    "ground_truth and predictions do not list the same images",
                    "give two lists with one mapping per image, in the same order",
                )
            start, self._numbered = self._numbered, self._numbered + len(ground_truth)
            for k, (truth, found) in enumerate(zip(ground_truth, predictions, strict=True)):
                self._truth.append(_fields(truth, start + k))  # type: ignore[arg-type]
                self._found.append(_fields(found, start + k))  # type: ignore[arg-type]
        else:
            self._truth.append(_fields(ground_truth, None))  # type: ignore[arg-type]
            self._found.append(_fields(predictions, None))  # type: ignore[arg-type]

    def merge(self, other: Self) -> Self:
        """Add what another evaluator of the same settings collected; returns this one."""
        mine, theirs = ((e.task, e.protocol, e.box_format, e.class_agnostic) for e in (self, other))
        if mine != theirs:
            raise _refused(
                f"evaluators differ: {mine} and {theirs}", "merge evaluators of one setting"
            )
        for own, added in ((self._truth, other._truth), (self._found, other._found)):
            own += [_renumbered(batch, self._numbered) for batch in added]
        self._numbered += other._numbered
        return self

    def compute(self) -> Document:
        """The scores of everything collected so far."""
        task = Task(self.task)
        layout = self._layout()
        if layout.images is None and self._numbered:
            layout = self._layout(range(self._numbered))
        view = comparable_of(task, _joined(self._truth), _joined(self._found), layout)
        options = Options(
            iou_thresholds=None if self.iou_thresholds is None else tuple(self.iou_thresholds),
            max_detections=self.max_detections,
            class_agnostic=self.class_agnostic,
            only_predicted=self.only_predicted,
        )
        numbers = protocol_of(str(self.protocol)).evaluate(view, options)
        names = (ALL_AS_ONE,) if self.class_agnostic else view.facts.names
        head = {"task": task.value, "protocol": self.protocol, "images": view.items}
        return head | numbers_document(names, numbers)

    def _layout(self, images: Sequence[Any] | None = None) -> Layout:
        return Layout(
            images=self.images if images is None else images,
            classes=self.classes,
            box_format=self.box_format,
            sequence=self.sequence,
            sigmas=self.sigmas,
        )


def _fields(given: Fields, image: int | None) -> dict[str, Any]:
    """Our names, arrays on this machine's memory; `image` numbers the rows of a single image."""
    fields = {ALIASES.get(key, key): _local(values) for key, values in given.items()}
    if image is not None:
        fields["image"] = np.full(len(fields["class"]), image)
        fields["numbered"] = True
    return fields


def _local(values: Any) -> Any:
    """A tensor of a training framework as something NumPy reads."""
    return values.detach().cpu().numpy() if hasattr(values, "detach") else values


def _renumbered(batch: dict[str, Any], offset: int) -> dict[str, Any]:
    return batch | {"image": batch["image"] + offset} if batch.get("numbered") else batch


def _joined(batches: list[dict[str, Any]]) -> dict[str, Any]:
    """All batches one after the other."""
    if not batches:
        return {"image": [], "class": [], "confidence": []}
    keys = [key for key in batches[0] if key != "numbered"]
    for batch in batches:
        if missing := set(keys) ^ (set(batch) - {"numbered"}):
            raise _refused(f"batches differ in field {sorted(missing)[0]!r}", "give it always")
    if len(batches) == 1:
        return {key: batches[0][key] for key in keys}
    return {key: _concatenated([batch[key] for batch in batches]) for key in keys}


def _concatenated(parts: list[Any]) -> Any:
    arrays = [part for part in parts if len(part)] or parts[:1]
    if all(isinstance(part, np.ndarray) for part in arrays):
        return np.concatenate(arrays)
    return [value for part in arrays for value in part]


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-ARRAYS")
