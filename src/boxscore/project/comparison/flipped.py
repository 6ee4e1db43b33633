"""What changed between two runs, object by object, one page at a time for galleries A | B."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.document import defined
from boxscore.evaluation.false_alarms import false_alarms
from boxscore.evaluation.flips import follow, size_of
from boxscore.evaluation.queries import FlipQuery
from boxscore.evaluation.reasons import ErrorKind, Miss
from boxscore.evaluation.run_view import RunView
from boxscore.matching.coco import fitting
from boxscore.matching.comparable import Comparable, Side
from boxscore.matching.policy import coco
from boxscore.project.comparison.comparing import task_of_all
from boxscore.project.comparison.rates import Point, cut_of
from boxscore.project.comparison.shared_images import shared_images
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes
from boxscore.project.slices.narrowing import meant
from boxscore.project.views import Scene, item_document, label_document, prediction_document, turned
from boxscore.schema.kinds import DETECTION

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one side of one run, and the run."""

    rows: NDArray[np.int64]
    side: Side
    labels: bool
    run: int


def flipped_document(state: Loaded, first: str, second: str, query: FlipQuery) -> Document:
    """One page, with how many there are of each class.

    Raises:
        RequestError: The runs follow no objects, or a class or a size does not exist.
    """
    task = task_of_all(state, (first, second))
    if task not in DETECTION:
        raise RequestError(
            "answers are no objects to show", fix="choose runs of objects", code="E-TASK-OBJECTS"
        )
    truth = state.truth()
    slice_of = meant(state, query.where)
    items = shared_images(state, (first, second), slice_of.items, query.images).items
    views = [slice_of.view(state, run, task) for run in (first, second)]
    point = Point(query.iou, query.confidence)
    cuts = [cut_of(view, point, items) for view in views]
    found = _of_size(_found(views, cuts, query, items), views[0].view, query.size)
    found = _of_reason(found, views, cuts, query)
    classes = np.bincount(found.side.class_id[found.rows], minlength=views[0].view.classes)
    rows = found.rows
    if query.class_id is not None:
        check_classes((query.class_id,), views[0].view.classes)
        rows = rows[found.side.class_id[rows] == query.class_id]
    order = _order(found.side, rows, query.sort)
    page = rows[order][query.offset : query.offset + query.limit]
    scenes = [Scene(truth, v, query.iou, cut) for v, cut in zip(views, cuts, strict=True)]
    beyond = query.offset + query.limit
    return {
        "runs": [first, second],
        "state": query.state,
        "iou": query.iou,
        "confidences": [defined(cut) for cut in cuts],
        "total": int(rows.size),
        "classes": [
            {"class_id": int(k), "count": int(classes[k])}
            for k in np.argsort(-classes, kind="stable")
            if classes[k]
        ],
        "objects": [_object(scenes, found, row) for row in page.tolist()],
        "next_offset": beyond if beyond < rows.size else None,
    }


def _found(
    views: list[RunView], cuts: list[float], query: FlipQuery, items: NDArray[np.bool_] | None
) -> _Rows:
    if query.state in ("new", "removed"):
        alarms = false_alarms(views[0], views[1], query.iou, (cuts[0], cuts[1]), items)
        run = 1 if query.state == "new" else 0
        rows = alarms.new if run else alarms.removed
        return _Rows(rows, views[run].view.predictions, False, run)
    followed = follow(views, query.iou, cuts, items)
    rows = followed.row[followed.pair(0, 1).state(query.state)]
    return _Rows(rows, views[0].view.truth, True, 0)


def _of_size(found: _Rows, view: Comparable, size: str | None) -> _Rows:
    if size is None:
        return found
    policy = fitting(coco(task=view.task), view)
    names = policy.area_names[1:]
    if size not in names:
        raise RequestError(
            f"there is no size {size!r}", fix=near_misses(size, names), code="E-QUERY"
        )
    place = size_of(found.side.area[found.rows], policy.area_ranges[1:])
    rows = found.rows[place == names.index(size)]
    return _Rows(rows, found.side, found.labels, found.run)


def _of_reason(found: _Rows, views: list[RunView], cuts: list[float], query: FlipQuery) -> _Rows:
    """Those that are wrong, in the run where they are, for one reason."""
    if query.why is None:
        return found
    if found.labels:
        run = 1 if query.state == "broken" else 0
        why: NDArray[Any] = views[run].misses(query.iou, cuts[run], found.rows).why
        same = why == Miss[query.why.upper()]
    else:
        same = views[found.run].kinds(query.iou, found.rows) == ErrorKind[query.why.upper()]
    return _Rows(found.rows[same], found.side, found.labels, found.run)


def _order(side: Side, rows: NDArray[np.int64], sort: str) -> NDArray[np.int64]:
    if sort == "image":
        return np.argsort(side.item[rows], kind="stable")
    area = side.area[rows]
    return np.argsort(-area if sort == "largest" else area, kind="stable")


def _object(scenes: list[Scene], found: _Rows, row: int) -> Document:
    """The object itself, and what each run made of it; of a false positive only its own run."""
    scene, side = scenes[found.run], found.side
    class_id = int(side.class_id[row])
    sides: list[Document | None] = [None, None]
    if found.labels:
        sides = [label_document(one, row) for one in scenes]
    else:
        sides[found.run] = prediction_document(scene, row)
    return {
        "id": f"{'G' if found.labels else 'P'}{row}",
        "class_id": class_id,
        "class_name": scene.class_name(class_id),
        "box": side.box[row].tolist(),
        "theta": turned(side, row),
        "area": defined(float(side.area[row])),
        "item": item_document(scene.truth, int(side.item[row])),
        "first": sides[0],
        "second": sides[1],
    }
