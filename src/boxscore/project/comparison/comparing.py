"""Runs of one project side by side: each against the first, every difference with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.document import defined
from boxscore.project.comparison.answers import compared_answers
from boxscore.project.comparison.objects import compared_objects
from boxscore.project.comparison.rates import Point, cut_of, rate_differences
from boxscore.project.comparison.shared_images import shared_images
from boxscore.project.comparison.words import sentences
from boxscore.project.loading import Loaded
from boxscore.project.slices.narrowing import meant
from boxscore.project.slices.slicing import Mask, Where
from boxscore.schema.kinds import DETECTION, Task

Document = dict[str, Any]
MOST_RUNS = 12
GROUPINGS = ("split", "sequence", "size")
MOST_GROUPS = 30
"""Groups with an interval of their own, the ones with the most images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared.

    Attributes:
        runs: The first one is what the others are compared with.
        iou: Least IoU of a match of the objects that are followed.
        where: A slice.
        by: "split", "sequence" or "size"; None is no grouping.
        images: See `shared_images`.
        confidence: Of every run; None is each one's own, that of its best F1.
        rates: Whether precision, recall and F1 are compared as well.
    """

    runs: tuple[str, ...]
    iou: float = 0.5
    where: Where = None
    by: str | None = None
    images: str = "auto"
    confidence: float | None = None
    rates: bool = False

    def __post_init__(self) -> None:
        if not 2 <= len(self.runs) <= MOST_RUNS or len(set(self.runs)) not in (1, len(self.runs)):
            raise RequestError(
                f"{len(self.runs)} runs cannot be compared, or one is named twice",
                fix=f"name 2 to {MOST_RUNS} different runs",
                code="E-COMPARE-RUNS",
            )
        if self.by is not None and self.by not in GROUPINGS:
            raise RequestError(
                f"there is no grouping by {self.by!r}",
                fix=near_misses(self.by, GROUPINGS),
                code="E-COMPARE-BY",
            )


def compare(state: Loaded, asked: Comparison) -> Document:
    """Every other run against the first one, and how far all of them agree.

    Raises:
        RequestError: The runs have different tasks, or one that cannot be followed object by
            object; they share no image; the slice or the grouping does not exist.
    """
    task = task_of_all(state, asked.runs)
    slice_of = meant(state, asked.where)
    shared = shared_images(state, asked.runs, slice_of.items, asked.images)
    groups = _groups(state, asked.by, shared.items)
    if task is Task.CLASSIFICATION:
        if asked.by == "size":
            raise RequestError(
                "answers have no size", fix="group by split or sequence", code="E-COMPARE-BY"
            )
        slice_of.only_images(task)
        found = compared_answers(state, asked.runs, shared.items, groups)
    else:
        both = replace(slice_of, items=shared.items)
        point = Point(asked.iou, asked.confidence)
        found = compared_objects(state, asked.runs, task, point, both, groups)
        if asked.rates:
            first, *others = asked.runs
            for pair, other in zip(found.pairs, others, strict=True):
                pair["rates"] = rate_differences(state, (first, other), task, point, both)
    count = state.truth().items.rows
    document: Document = {
        "runs": list(asked.runs),
        "task": task.value,
        "slice": asked.where if isinstance(asked.where, str) else None,
        "by": asked.by,
        "images": count if shared.items is None else int(shared.items.sum()),
        "restricted": shared.restricted,
        "notes": list(shared.notes),
        "iou": asked.iou if task in DETECTION else None,
        "confidences": found.confidences,
        "agreement": _matrix(found.agreement),
        "pairs": found.pairs,
    }
    for pair in found.pairs:
        pair["sentences"] = sentences(pair, document["images"], asked.by)
    return document


def compare_rates(state: Loaded, asked: Comparison) -> Document:
    """Precision, recall and F1 of the second run less those of the first, with their intervals."""
    first, second = asked.runs
    task = task_of_all(state, asked.runs)
    slice_of = meant(state, asked.where)
    shared = shared_images(state, asked.runs, slice_of.items, asked.images)
    if task not in DETECTION:
        raise RequestError(
            "answers have no confidence to cut at", fix="compare runs of objects",
            code="E-TASK-OBJECTS",
        )  # fmt: skip
    both = replace(slice_of, items=shared.items)
    point = Point(asked.iou, asked.confidence)
    cuts = [cut_of(both.view(state, run, task), point, both.items) for run in asked.runs]
    return {
        "runs": [first, second],
        "iou": asked.iou,
        "confidences": [defined(cut) for cut in cuts],
        "rates": rate_differences(state, (first, second), task, point, both),
    }


def task_of_all(state: Loaded, runs: Sequence[str]) -> Task:
    """The one task of some runs.

    Raises:
        RequestError: They have several, or one whose numbers rest on no single objects.
    """
    tasks = [Task(state.record(run).task) for run in runs]
    for (one, first), (other, second) in pairwise(zip(runs, tasks, strict=True)):
        if first is not second:
            raise RequestError(
                f"runs {one!r} and {other!r} have different tasks: {first} and {second}",
                fix="compare runs of one task",
                code="E-COMPARE-TASK",
            )
    if tasks[0] not in DETECTION and tasks[0] is not Task.CLASSIFICATION:
        raise RequestError(
            f"runs of task {tasks[0]} cannot be compared object by object",
            fix="compare runs of boxes, masks, keypoints or answers",
            code="E-COMPARE-TASK",
        )
    return tasks[0]


def _groups(state: Loaded, by: str | None, items: Items) -> list[tuple[str, Mask]]:
    """Images of each split or sequence, the largest first; sizes are no images."""
    if by in (None, "size"):
        return []
    values = state.truth().items[str(by)].astype(str)
    inside = np.ones(values.size, np.bool_) if items is None else items
    names, counts = np.unique(values[inside & (values != "")], return_counts=True)
    if not names.size:
        raise RequestError(f"no image has a {by}", fix="leave --by out", code="E-COMPARE-BY")
    order = np.argsort(-counts, kind="stable")[:MOST_GROUPS]
    return [(name, inside & (values == name)) for name in names[order].tolist()]


def _matrix(shares: NDArray[np.float64]) -> list[list[float | None]]:
    return [[defined(value) for value in row] for row in shares.tolist()]
