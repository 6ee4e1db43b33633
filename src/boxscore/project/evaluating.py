"""From the annotations of a run to its evaluation, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.classification import ClassificationNumbers, classification_numbers
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.run_view import RunView
from boxscore.matching.coco import candidate_pairs, match
from boxscore.matching.comparable import Comparable, compare_rows
from boxscore.matching.policy import Options, coco
from boxscore.schema.kinds import MASKED, Kind, Task
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import VERDICTS, Annotations, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What predictions are compared with."""

    items: Table
    ontology: Ontology
    ground_truth: Annotations
    verdicts: Table = field(default_factory=lambda: Table.empty(VERDICTS))


def default_task(truth: Truth, predictions: Annotations) -> Task:
    """The task that fits a run: its answers, its masks if the truth has masks too, else boxes."""
    kinds = set(np.unique(predictions.table["kind"]).tolist())
    if kinds == {Kind.CLASSIFICATION}:
        return Task.CLASSIFICATION
    objects = kinds - {Kind.CLASSIFICATION}
    if objects and objects <= set(MASKED) and truth.ground_truth.masks.rows:
        return Task.SEGM
    return Task.BBOX


def compare(truth: Truth, predictions: Annotations, task: Task) -> Comparable:
    """The rows that a box or mask task compares."""
    classes = truth.ontology.object_count
    return compare_rows(task, truth.items, classes, truth.ground_truth, predictions)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A freshly evaluated box or mask run: what the store keeps, and the live view."""

    numbers: Numbers
    pairs: Table
    outcomes: Table
    run: RunView


def evaluate_objects(
    truth: Truth, predictions: Annotations, task: Task, max_detections: int = 100
) -> Evaluated:
    """Match, reduce to COCO's numbers, and keep every candidate pair."""
    view = compare(truth, predictions, task)
    matching = match(view, coco(Options(max_detections=max_detections), task))
    numbers = coco_numbers(matching)
    outcomes = matching.outcomes()
    del matching
    pairs = candidate_pairs(view)
    return Evaluated(numbers, pairs, outcomes, RunView(view, pairs, numbers, max_detections))


def evaluate_answers(truth: Truth, predictions: Annotations) -> ClassificationNumbers:
    """Compare the classifications of a run with the labels."""
    return classification_numbers(questions(truth.ontology), truth.ground_truth, predictions)


def questions(ontology: Ontology) -> np.ndarray[Any, np.dtype[np.int64]]:
    """(C,) number of the question that each class row answers; -1 for objects."""
    numbers: dict[str, int] = {}
    found = [
        -1 if row.attribute_hash is None else numbers.setdefault(row.attribute_hash, len(numbers))
        for row in ontology.classes
    ]
    return np.array(found, np.int64)
