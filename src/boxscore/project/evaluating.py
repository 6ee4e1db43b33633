"""From the annotations of a run to its evaluation, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.classification import ClassificationNumbers, classification_numbers
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.protocols import ProtocolCard
from boxscore.evaluation.run_view import RunView
from boxscore.matching.coco import candidate_pairs, match
from boxscore.matching.comparable import Comparable
from boxscore.matching.compare import compare_rows
from boxscore.matching.keypoints import keypoint_rows
from boxscore.matching.policy import Options, coco
from boxscore.matching.restrict import restricted, some_items
from boxscore.schema.kinds import DETECTION, MASKED, Kind, Mark, Task
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import VERDICTS, Annotations, Table


def _unmeasured(_name: str) -> NDArray[np.float64]:
    raise RequestError(
        "quality metrics belong to a project", fix="import one", code="E-METRIC-PROJECT"
    )


def _untagged(_key: str, _name: str) -> NDArray[np.bool_]:
    raise RequestError("tags belong to a project", fix="import one", code="E-TAG-PROJECT")


def _unembedded(_key: str, _value: str) -> NDArray[np.bool_]:
    raise RequestError("embeddings belong to a project", fix="import one", code="E-EMBED-PROJECT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What predictions are compared with.

    Attributes:
        measured: (items,) values of a metric of images, by its id or title.
        tagged: (items,) bool of a tag or a saved slice, by "tag" or "slice" and its name.
        alike: (items,) images of a slice by embeddings, by its key and value.
    """

    items: Table
    ontology: Ontology
    ground_truth: Annotations
    verdicts: Table = field(default_factory=lambda: Table.empty(VERDICTS))
    measured: Callable[[str], NDArray[np.float64]] = _unmeasured
    tagged: Callable[[str, str], NDArray[np.bool_]] = _untagged
    alike: Callable[[str, str], NDArray[np.bool_]] = _unembedded


def default_task(truth: Truth, predictions: Annotations) -> Task:
    """The task that fits a run, by the geometry that it and the ground truth have.

    Its guesses at classes; its keypoints when it has nothing else; masks, or rotated boxes, when
    both sides have them; else boxes.
    """
    kinds = set(np.unique(predictions.table["kind"]).tolist())
    return task_of(truth, kinds, boxed=_boxed(predictions))


def task_of(truth: Truth, kinds: set[int], *, boxed: bool) -> Task:
    """The same for a run of these kinds; `boxed`: any of its boxes was given."""
    labels = truth.ground_truth
    if kinds == {Kind.CLASSIFICATION}:
        return Task.CLASSIFICATION
    objects = kinds - {Kind.CLASSIFICATION}
    if objects == {Kind.KEYPOINTS} and (keypoint_rows(labels).size or not boxed):
        return Task.KEYPOINTS
    if objects and objects <= set(MASKED) and labels.masks.rows:
        return Task.SEGM
    if Kind.ROTATED_BOX in objects and np.any(labels.table["theta"] != 0):
        return Task.OBB
    return Task.BBOX


def _boxed(predictions: Annotations) -> bool:
    """Whether any box was given, not merely taken from the points."""
    return bool(np.any(predictions.table["marks"] & np.uint16(Mark.BOX_COMPUTED) == 0))


def compare(
    truth: Truth, predictions: Annotations, task: Task, *, ignore_marked: bool = False
) -> Comparable:
    """The rows that a task compares; see `compare_rows`."""
    return compare_rows(
        task,
        truth.items,
        truth.ontology,
        truth.ground_truth,
        predictions,
        verdicts=truth.verdicts,
        ignore_marked=ignore_marked,
    )


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A freshly evaluated box or mask run: what the store keeps, and the live view."""

    numbers: Numbers
    pairs: Table
    outcomes: Table
    run: RunView


def evaluate_objects(
    truth: Truth, predictions: Annotations, task: Task, max_detections: int | None = None
) -> Evaluated:
    """Match, reduce to COCO's numbers, and keep every candidate pair."""
    view = compare(truth, predictions, task)
    policy = coco(Options(max_detections=max_detections), task)
    matching = match(view, policy)
    numbers = coco_numbers(matching)
    outcomes = matching.outcomes()
    del matching
    pairs = candidate_pairs(view)
    return Evaluated(
        numbers, pairs, outcomes, RunView(view, pairs, numbers, policy.max_detections[-1])
    )


def evaluate_protocol(
    truth: Truth,
    predictions: Annotations,
    task: Task,
    card: ProtocolCard,
    options: Options,
    items: Items = None,
    narrowed: Callable[[Comparable], Comparable] = lambda view: view,
) -> tuple[Numbers, RunView | None]:
    """A run under any protocol and options; with it, for what is matched one by one, a view.

    Args:
        items: Images that count; None is all.
        narrowed: Says which objects count.
    """
    view = narrowed(compare(truth, predictions, task, ignore_marked=card.ignore_marked))
    if items is not None:
        view = some_items(view, items)
    numbers = card.evaluate(view, options)
    if task not in DETECTION:
        return numbers, None
    view = restricted(view, options)
    limit = coco(Options(max_detections=options.max_detections), task).max_detections[-1]
    return numbers, RunView(view, candidate_pairs(view), numbers, limit)


def evaluate_answers(
    truth: Truth, predictions: Annotations, items: Items = None
) -> ClassificationNumbers:
    """Compare the classifications of a run with the labels, on all images or some."""
    labels, given = of_items(truth.ground_truth, items), of_items(predictions, items)
    return classification_numbers(questions(truth.ontology), labels, given)


def of_items(annotations: Annotations, items: Items) -> Annotations:
    """The answers on some images; what belongs to rows of objects is not taken along."""
    if items is None:
        return annotations
    table = annotations.table
    chosen = np.flatnonzero(items[table["item"]])
    return replace(Annotations.empty(table.schema), table=table.take(chosen))


def questions(ontology: Ontology) -> np.ndarray[Any, np.dtype[np.int64]]:
    """(C,) number of the question that each class row answers; -1 for objects."""
    numbers: dict[str, int] = {}
    found = [
        -1 if row.attribute_hash is None else numbers.setdefault(row.attribute_hash, len(numbers))
        for row in ontology.classes
    ]
    return np.array(found, np.int64)
