"""Which rows of ground truth and predictions a task compares, and their geometry."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.matching.comparable import Comparable, Facts, MaskArrays, Side
from boxscore.matching.facts import facts_of
from boxscore.matching.keypoints import (
    agreed_counts,
    counts_of,
    keypoint_rows,
    padded_keypoints,
    sigmas_of,
    widened,
)
from boxscore.matching.masks import aligned_masks
from boxscore.schema.kinds import MASK_TASKS, Kind, Mark, Task
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import VERDICTS, Annotations, Table, boxes_of, unsized

COVERING = (Task.SEMANTIC, Task.PANOPTIC)
"""Tasks that ask for pixels: no box stands in for a mask that is missing."""

NEEDS = {
    Task.BBOX: "box",
    Task.OBB: "rotated box",
    Task.SEGM: "mask or polygon",
    Task.BOUNDARY: "mask or polygon",
    Task.SEMANTIC: "mask or polygon",
    Task.PANOPTIC: "mask or polygon",
    Task.KEYPOINTS: "keypoints",
    Task.TRACKING: "track id",
}
"""What a task cannot do without; a polyline has nothing that any of them compares."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One side before its geometry is made: the annotations and the rows of them that take part."""

    name: str
    annotations: Annotations
    rows: NDArray[np.int64]
    left_out: int


def compare_rows(
    task: Task,
    items: Table,
    ontology: Ontology,
    ground_truth: Annotations,
    predictions: Annotations,
    *,
    verdicts: Table | None = None,
    ignore_marked: bool = False,
) -> Comparable:
    """Choose the annotations that a task can compare.

    Boxes stand for all objects: of masks and keypoints it is the box around them. A task of masks
    or keypoints leaves out the predictions that have none.

    Args:
        items: The project's items; masks have their sizes.
        verdicts: What was verified of classes on whole images.
        ignore_marked: Whether ground truth marked as ignored (difficult, DontCare) never counts.
            COCO does not know such a mark: pycocotools overwrites `ignore` by `iscrowd`.

    Raises:
        RequestError: A side has objects, but none with the geometry that the task compares, or
            the two sides have different keypoints.
    """
    truth = _part("the ground truth", task, ontology, ground_truth, assumes=task not in COVERING)
    found = _part("the run", task, ontology, predictions, assumes=False)
    classified = task is Task.CLASSIFICATION
    classes = len(ontology.classes) if classified else ontology.object_count
    facts = facts_of(
        task,
        items,
        ontology,
        ground_truth,
        truth.rows,
        Table.empty(VERDICTS) if verdicts is None else verdicts,
    )
    truth_side, assumed = _side(task, items, truth)
    found_side, _ = _side(task, items, found)
    if task is Task.KEYPOINTS:
        truth_side, found_side, facts = _with_keypoints(
            truth, found, truth_side, found_side, ontology, facts
        )
    if task is Task.TRACKING:
        truth_side, found_side = _with_tracks(truth, found, truth_side, found_side)
    return Comparable(
        task=task,
        items=items.rows,
        classes=classes,
        truth=truth_side,
        crowd=ground_truth.table["crowd"][truth.rows].astype(np.uint8),
        predictions=found_side,
        confidence=predictions.table["confidence"][found.rows],
        left_out=found.left_out,
        assumed=assumed,
        ignored=_ignored(truth, truth_side, marked=ignore_marked),
        facts=facts,
        sizes_known=_sizes_known(items, ground_truth.table),
    )


def _sizes_known(items: Table, truth: Table) -> bool:
    """Whether areas are in pixels.

    An image without a file, stated size or labels is kept as 1 x 1 pixels as well where the others
    end at their labels, which are in pixels then.
    """
    bare = unsized(items)
    labelled = np.zeros(items.rows, np.bool_)
    labelled[truth["item"]] = True
    guessed = labelled & ~bare & np.equal(items["file"].astype(np.str_), "")
    return not (bare & labelled).any() and not (bare.any() and not guessed.any())


SHARDED = (Task.BBOX, Task.OBB, Task.SEGM)
"""Tasks whose predictions can be compared some items at a time: nothing is agreed on by all."""


def with_predictions(
    view: Comparable, items: Table, ontology: Ontology, predictions: Annotations
) -> Comparable:
    """The same ground truth with other predictions, of a task of SHARDED.

    Whether the task fits them is not asked: of some items' predictions none may have its geometry.
    """
    objects = _objects(predictions.table, ontology.object_count)
    fitting = _fitting(Task.BBOX if view.task is Task.OBB else view.task, predictions, objects)
    rows = objects if fitting.all() else objects[fitting]
    part = _Part("the run", predictions, rows, objects.size - rows.size)
    side, _ = _side(view.task, items, part)
    confidence = predictions.table["confidence"][rows]
    return replace(view, predictions=side, confidence=confidence, left_out=part.left_out)


def _part(
    name: str, task: Task, ontology: Ontology, annotations: Annotations, *, assumes: bool
) -> _Part:
    """The rows of one side; `assumes`: a box stands in for a mask that is missing.

    Raises:
        RequestError: There are objects, but not one fits the task.
    """
    table = annotations.table
    if task is Task.CLASSIFICATION:
        answers = np.flatnonzero(table["kind"] == Kind.CLASSIFICATION)
        return _Part(name, annotations, answers, table.rows - answers.size)
    objects = _objects(table, ontology.object_count)
    fitting = _fitting(task, annotations, objects)
    if objects.size and not fitting.any():
        other = "" if task is Task.BBOX else "choose --task bbox, or "
        raise RequestError(
            f"{name} has no {NEEDS[task]}: task {task.value} cannot compare it",
            fix=f"{other}import what has them",
            code="E-TASK-GEOMETRY",
        )
    if task in (Task.OBB, Task.TRACKING) or (task in MASK_TASKS and assumes):
        fitting = _fitting(Task.BBOX, annotations, objects)
    rows = objects if fitting.all() else objects[fitting]
    return _Part(name, annotations, rows, objects.size - rows.size)


def fitting_tasks(
    ontology: Ontology, ground_truth: Annotations, predictions: Annotations
) -> tuple[Task, ...]:
    """The tasks of which ground truth and predictions both have the geometry, in `Task`'s order."""
    sides = (ground_truth, predictions)
    objects = [_objects(side.table, ontology.object_count) for side in sides]
    answers = [bool((side.table["kind"] == Kind.CLASSIFICATION).any()) for side in sides]

    def fits(task: Task) -> bool:
        if task is Task.CLASSIFICATION:
            return all(answers)
        both = zip(sides, objects, strict=True)
        return all(_fitting(task, side, rows).any() for side, rows in both) and (
            task is not Task.KEYPOINTS or _keypoints_agree(ontology, sides, objects)
        )

    return tuple(task for task in Task if fits(task))


def _keypoints_agree(
    ontology: Ontology, sides: tuple[Annotations, Annotations], rows: list[NDArray[np.int64]]
) -> bool:
    both = zip(sides, rows, strict=True)
    counts = [counts_of(side, row, ontology.object_count) for side, row in both]
    try:
        agreed_counts(counts[0], counts[1], ontology)
    except RequestError:
        return False
    return True


def _objects(table: Table, classes: int) -> NDArray[np.int64]:
    chosen = (table["class_id"] < classes) & (table["kind"] != Kind.CLASSIFICATION)
    return np.flatnonzero(chosen & np.isfinite(table["x"])).astype(np.int64)


def _fitting(task: Task, annotations: Annotations, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(N,) which rows have what the task cannot do without."""
    if task is Task.OBB:
        return np.asarray(annotations.table["theta"][rows] != 0)
    if task in MASK_TASKS:
        return np.isin(rows, annotations.masks["row"])
    if task is Task.KEYPOINTS:
        return np.isin(rows, keypoint_rows(annotations))
    if task is Task.TRACKING:
        return np.asarray(annotations.table["track"][rows] != "")
    return np.asarray(annotations.table["kind"][rows] != Kind.POLYLINE)


def _side(task: Task, items: Table, part: _Part) -> tuple[Side, int]:
    everything = part.rows.size == part.annotations.rows
    table = part.annotations.table if everything else part.annotations.table.take(part.rows)
    masks: MaskArrays | None = None
    assumed = 0
    if task in MASK_TASKS:
        masks, assumed = aligned_masks(items, part.annotations, part.rows, table)
    side = Side(
        rows=part.rows,
        item=table["item"],
        class_id=table["class_id"],
        box=boxes_of(table),
        area=table["area"],
        masks=masks,
        theta=table["theta"] if task is Task.OBB else None,
    )
    return side, assumed


def _with_keypoints(
    truth: _Part, found: _Part, a: Side, b: Side, ontology: Ontology, facts: Facts
) -> tuple[Side, Side, Facts]:
    classes = ontology.object_count
    counts = agreed_counts(
        counts_of(truth.annotations, truth.rows, classes),
        counts_of(found.annotations, found.rows, classes),
        ontology,
    )
    most = int(counts.max(initial=0))
    first, second = (
        replace(side, keypoints=widened(padded_keypoints(part.annotations, part.rows), most))
        for part, side in ((truth, a), (found, b))
    )
    return first, second, replace(facts, sigmas=sigmas_of(ontology, counts, most))


def _with_tracks(truth: _Part, found: _Part, a: Side, b: Side) -> tuple[Side, Side]:
    """Number the tracks: one text has one number on both sides."""
    texts = [part.annotations.table["track"][part.rows].astype(np.str_) for part in (truth, found)]
    both = np.concatenate(texts)
    numbers = np.full(both.size, -1, np.int64)
    numbers[both != ""] = np.unique(both[both != ""], return_inverse=True)[1]
    first, second = numbers[: a.rows.size], numbers[a.rows.size :]
    return replace(a, track=first), replace(b, track=second)


def _ignored(truth: _Part, side: Side, *, marked: bool) -> NDArray[np.uint8] | None:
    """COCO ignores objects without a labelled keypoint, where keypoints are compared."""
    ignored = np.zeros(truth.rows.size, np.bool_)
    if side.keypoints is not None:
        ignored |= ~(side.keypoints[:, :, 2] > 0).any(axis=1)
    if marked:
        ignored |= truth.annotations.table["marks"][truth.rows] & np.uint16(Mark.IGNORED) != 0
    return ignored.astype(np.uint8) if ignored.any() else None
