"""Scores of plain arrays: one call, or batch by batch over any number of processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from boxscore.errors import RequestError
from boxscore.evaluation.document import numbers_document
from boxscore.evaluation.protocols import default_protocol, protocol_of
from boxscore.matching.arrays import Layout
from boxscore.matching.policy import Options
from boxscore.project.arrays.answers import Answers
from boxscore.project.arrays.maps import ClassMaps, SegmentMaps, is_map
from boxscore.project.arrays.rows import Rows, local
from boxscore.schema.kinds import Task

Document = dict[str, Any]


def evaluate(ground_truth: Any, predictions: Any, **settings: Any) -> Document:
    """The scores of arrays, without a project or a file.

    Args:
        ground_truth: Objects: either one mapping of arrays, a row an object: "image", "class",
            and by task "box" (N, 4), "mask", "theta", "keypoints" (N, K, 3), "track"; optionally
            "area", "crowd", "ignored", ... Or a list of such mappings, one per image.
            Classification: (N,) classes, (N,) bools of a yes-or-no question, or (N, C) bools.
            Semantic: class-index maps (N, H, W), or a list of (H, W). Panoptic: a list of
            mappings with "map" (H, W) of segment ids, "ids" and "class" (S,), "crowd".
        predictions: The same with "confidence"; for classification (N,) classes, or confidences
            (N, C), or (N,) of a yes.
        **settings: The fields of `Evaluator`: task, protocol, classes, box_format, ...

    Returns:
        task, protocol, images, ground_truth, predictions, metrics, per_class, notes.

    Raises:
        RequestError: A field is missing, unknown or of another length; a parameter is out of range.

    >>> truth = {"image": [1, 1], "class": ["cat", "dog"], "box": [[0, 0, 9, 9], [20, 0, 9, 9]]}
    >>> found = {"image": [1], "class": ["cat"], "box": [[0, 0, 9, 9]], "confidence": [0.9]}
    >>> round(evaluate(truth, found)["metrics"]["AP"], 3)
    0.5
    >>> evaluate([0, 1, 1], [0, 1, 0], task="classification")["metrics"]["balanced_accuracy"]
    0.75
    """
    evaluator = Evaluator(**settings)
    evaluator.update(ground_truth, predictions)
    return evaluator.compute()


@dataclass(kw_only=True)
class Evaluator:
    """Collects batches of a training loop and scores them at the end.

    `update` takes what `evaluate` takes; `merge` adds what another process collected; `compute`
    gives the document of `evaluate` and can be called at any time. It can be pickled, so a worker
    may send it. Images without an id are numbered in order of arrival.

    Attributes:
        task: bbox, obb, segm, boundary, keypoints, classification, semantic, panoptic, tracking.
        protocol: coco, voc07, voc12, lvis, ...; default: that of the task, none of classification.
        images: All image ids; needed when some have no row and the protocol counts them.
        classes: Class names in order; class numbers then count them. Maps need them.
        box_format: "xywh" (left, top, width, height), "xyxy" (corners), "cxcywh" (centre, size).
        sequence: Sequence of each image id, for tracking.
        sigmas: (K,) or (C, K) deviations of keypoints; default: COCO's 17.
        threshold: Least confidence of a given answer: multi-label and binary classification.
        ignored: A class index of semantic truth that is not looked at.
        things: Names of the countable classes, for panoptic maps.
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
    threshold: float = 0.5
    ignored: int | None = None
    things: Sequence[Any] | None = None
    _collected: Rows | Answers | ClassMaps | SegmentMaps | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.task not in set(Task):
            raise _refused(f"task {self.task!r} is unknown", f"one of {', '.join(Task)}")
        task = Task(self.task)
        if task is Task.CLASSIFICATION:
            if self.protocol is not None:
                raise _refused("classification has no protocols", "leave out protocol=")
            return
        self.protocol = self.protocol or default_protocol(task)
        card = protocol_of(self.protocol)
        if task not in card.tasks:
            allowed = ", ".join(card.tasks)
            raise _refused(f"protocol {card.name} does not score task {self.task}", f"of {allowed}")
        self._rows()

    def update(self, ground_truth: Any, predictions: Any) -> None:
        """Add a batch; see `evaluate`."""
        if self._collected is None:
            self._collected = self._for(ground_truth)
        self._collected.update(local(ground_truth), local(predictions))

    def merge(self, other: Self) -> Self:
        """Add what another evaluator of the same settings collected; returns this one."""
        mine, theirs = ((e.task, e.protocol, e.box_format, e.class_agnostic) for e in (self, other))
        if mine != theirs:
            raise _refused(
                f"evaluators differ: {mine} and {theirs}", "merge evaluators of one setting"
            )
        if self._collected is None:
            self._collected = other._collected
        elif other._collected is not None:
            if type(self._collected) is not type(other._collected):
                raise _refused("evaluators hold different things", "give all batches in one form")
            self._collected.merge(other._collected)  # type: ignore[arg-type]
        return self

    def compute(self) -> Document:
        """The scores of everything collected so far."""
        collected = self._for({}) if self._collected is None else self._collected
        names, numbers, images = collected.numbers()
        head = {"task": self.task, "protocol": self.protocol, "images": images}
        return head | numbers_document(names, numbers)

    def _for(self, batch: Any) -> Rows | Answers | ClassMaps | SegmentMaps:
        """What collects batches like this one."""
        if self.task == Task.CLASSIFICATION:
            return Answers(classes=self.classes, threshold=self.threshold)
        if self.task not in (Task.SEMANTIC, Task.PANOPTIC) or not is_map(batch):
            return self._rows()
        if self.classes is None:
            raise _refused("maps hold numbers only", "name the classes with classes=")
        if self.task == Task.SEMANTIC:
            return ClassMaps(self.classes, self.ignored)
        return SegmentMaps(self.classes, self.things)

    def _rows(self) -> Rows:
        return Rows(
            task=Task(self.task),
            protocol=str(self.protocol),
            layout=Layout(
                images=self.images,
                classes=self.classes,
                box_format=self.box_format,
                sequence=self.sequence,
                sigmas=self.sigmas,
            ),
            options=Options(
                iou_thresholds=None if self.iou_thresholds is None else tuple(self.iou_thresholds),
                max_detections=self.max_detections,
                class_agnostic=self.class_agnostic,
                only_predicted=self.only_predicted,
            ),
        )


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-ARRAYS")
