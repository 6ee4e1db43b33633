"""Beyond a run's scores: what its errors cost, where its threshold belongs, how sure they are."""

from __future__ import annotations

from typing import Any

from boxscore.errors import RequestError
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.intervals import bootstrap
from boxscore.evaluation.run_view import RunView
from boxscore.evaluation.thresholds import Goal, choose_thresholds, thresholds_document
from boxscore.evaluation.tide import tide_document
from boxscore.matching.coco import match
from boxscore.matching.policy import coco
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import DETECTION, Task

Document = dict[str, Any]


def _view(state: Loaded, run: str) -> RunView:
    """The live view of a run whose predictions are matched one by one.

    Raises:
        RequestError: The run has another task.
    """
    task = Task(state.record(run).task)
    if task not in DETECTION:
        raise RequestError(
            f"run {run!r} is of task {task.value}, which matches no objects",
            fix="choose a run of boxes, masks or keypoints",
            code="E-TASK-OBJECTS",
        )
    return state.view(run, task)


def error_budget(state: Loaded, run: str, iou: float) -> Document:
    """AP that would be gained if one kind of error were mended, by TIDE's kinds."""
    found = _view(state, run).tide(iou, published=False)
    document = tide_document(found)
    classes = state.truth().ontology.classes
    for row in document["per_class"]:
        row["class"] = classes[row["class_id"]].name
    return {"run": run} | document


def thresholds(state: Loaded, run: str, iou: float, goal: Goal) -> Document:
    """The confidence thresholds, one for all and one a class, that serve a goal best."""
    view = _view(state, run)
    chosen = choose_thresholds(view.view, view.live, iou, goal)
    rows = state.truth().ontology.classes[: view.view.classes]
    return {"run": run} | thresholds_document(rows, chosen)


def intervals(state: Loaded, run: str) -> Document:
    """95 % intervals of COCO's numbers from resampled images.

    Raises:
        RequestError: The run has a task whose numbers are not COCO's twelve.
    """
    view = _view(state, run)
    if view.view.task is Task.KEYPOINTS:
        raise RequestError(
            "keypoint scores have no intervals yet", fix="leave --intervals out", code="E-INTERVALS"
        )
    clusters = Clusters.images(view.view.items)
    found = bootstrap(match(view.view, coco(task=view.view.task)), clusters=clusters)
    return found.overall.document()
