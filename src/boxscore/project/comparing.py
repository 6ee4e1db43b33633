"""Two runs of one project: the difference of every number, with its interval, and every flip."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.errors import RequestError
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.flips import Flips, flips, mcnemar
from boxscore.evaluation.intervals import paired
from boxscore.matching.coco import Matching, match
from boxscore.matching.policy import coco
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Task

Document = dict[str, Any]
COMPARED = (Task.BBOX, Task.OBB, Task.SEGM, Task.BOUNDARY)
FEWEST = 10
"""Objects that a class needs for its flips to be tested."""


def compare(state: Loaded, first: str, second: str, iou: float) -> Document:
    """The second run against the first, on all images of the project.

    Raises:
        RequestError: The runs have different tasks, or one whose numbers are not COCO's twelve.
    """
    task = _task(state, first, second)
    views = [state.view(run, task) for run in (first, second)]
    confidences = views[0].default_confidence(), views[1].default_confidence()
    policy = coco(task=task)
    matchings: list[Matching] = [match(run.view, policy) for run in views]
    difference = paired(*matchings, clusters=Clusters.images(views[0].view.items))
    changed = flips(views[0], views[1], iou, confidences)
    metrics: Document = {}
    for name, found in difference.overall.document().items():
        values = [_number(run.numbers.overall[name]) for run in views]
        metrics[name] = {"first": values[0], "second": values[1]} | {
            "difference": found["estimate"],
            "low": found["low"],
            "high": found["high"],
            "p": found["p"],
            "verdict": verdict(found["low"], found["high"]),
            "reason": found["reason"],
        }
    counts = changed.counts()
    return {
        "runs": [first, second],
        "task": task.value,
        "images": views[0].view.items,
        "iou": iou,
        "confidences": list(confidences),
        "metrics": metrics,
        "flips": counts | {"p": mcnemar(counts["fixed"], counts["broken"])},
        "per_class": _classes(state, changed),
    }


def _task(state: Loaded, first: str, second: str) -> Task:
    tasks = [Task(state.record(run).task) for run in (first, second)]
    if tasks[0] is not tasks[1]:
        raise RequestError(
            f"runs {first!r} and {second!r} have different tasks: {tasks[0]} and {tasks[1]}",
            fix="compare runs of one task",
            code="E-COMPARE-TASK",
        )
    if tasks[0] not in COMPARED:
        raise RequestError(
            f"runs of task {tasks[0]} cannot be compared object by object yet",
            fix="compare runs of boxes or masks",
            code="E-COMPARE-TASK",
        )
    return tasks[0]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def verdict(low: float | None, high: float | None) -> str:
    """What an interval of a difference says: better, worse or cannot tell."""
    if low is None or high is None:
        return "cannot tell"
    return "better" if low > 0 else "worse" if high < 0 else "cannot tell"


def _classes(state: Loaded, changed: Flips) -> list[Document]:
    """Classes with objects, most broken first; p adjusted by Benjamini and Hochberg."""
    rows: list[Document] = []
    ontology = state.truth().ontology
    for one in ontology.classes[: ontology.object_count]:
        chosen = changed.class_id == one.class_id
        if not chosen.any():
            continue
        counts = changed.counts(chosen)
        objects = int(chosen.sum())
        p = mcnemar(counts["fixed"], counts["broken"]) if objects >= FEWEST else None
        known = {"class": one.name, "class_id": one.class_id, "objects": objects}
        rows.append(known | counts | {"p": p})
    tested = [row for row in rows if row["p"] is not None]
    tested.sort(key=lambda row: row["p"])
    least = 1.0
    for rank in range(len(tested), 0, -1):
        least = min(least, tested[rank - 1]["p"] * len(tested) / rank)
        tested[rank - 1]["q"] = least
    for row in rows:
        row.setdefault("q", None)
    return sorted(rows, key=lambda row: (row["fixed"] - row["broken"], row["class_id"]))
