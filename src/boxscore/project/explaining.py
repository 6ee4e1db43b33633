"""Why the mAP of one set of predictions differs from tool to tool."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.document import defined
from boxscore.evaluation.explain.mean_ap import MeanAp, mean_ap
from boxscore.evaluation.explain.rules import Rules
from boxscore.evaluation.explain.tools import COCO, METRICS, TOOLS, tool_of
from boxscore.evaluation.explain.waterfall import compared
from boxscore.matching.comparable import Comparable
from boxscore.project.evaluating import compare
from boxscore.project.loading import Loaded
from boxscore.project.scoring import read_files
from boxscore.schema.kinds import Task
from boxscore.sources.report import ImportReport

Document = dict[str, Any]


def explain_map(
    state: Loaded, run: str, tools: Sequence[str] = (), metric: str | None = None
) -> Document:
    """One run of a project under the rules of COCO and of other tools; see `explained`."""
    return explained(run, compare(state.truth(), state.predictions(run), Task.BBOX), tools, metric)


def explain_files(
    ground_truth: str | Path,
    results: str | Path,
    *,
    tools: Sequence[str] = (),
    metric: str | None = None,
) -> Document:
    """The same for a COCO ground truth and results file, without a project.

    Raises:
        SourceError: A file is not what it claims to be.
    """
    truth_report, report = ImportReport(Path(ground_truth)), ImportReport(Path(results))
    truth, predictions = read_files(truth_report, report)
    view = compare(truth, predictions, Task.BBOX)
    return explained(Path(results).stem, view, tools, metric)


def explained(
    run: str, view: Comparable, tools: Sequence[str] = (), metric: str | None = None
) -> Document:
    """COCO's mAP of these boxes, every tool's, and the rules between them one at a time.

    Args:
        tools: Names out of `evaluation.explain.tools.TOOLS`; none: all.
        metric: "mAP50_95" or "mAP50" for every tool that publishes it; None: its headline.

    Returns:
        run, task, images, ground_truth, predictions, from (COCO), tools; each tool with its
        values, metric, from, value, points and steps, which lead from one to the other, and
        any_order: the least and greatest value, where the tool defines no order of equal
        confidences.

    Raises:
        RequestError: A tool or metric is unknown, or one side has no boxes.
    """
    if metric is not None and metric not in METRICS:
        raise RequestError(
            f"metric {metric!r} is unknown", fix=near_misses(metric, METRICS), code="E-METRIC"
        )
    chosen = [tool_of(name) for name in tools] or list(TOOLS.values())
    _require_boxes(run, view)

    @cache
    def value(rules: Rules) -> MeanAp:
        return mean_ap(view, rules)

    base = value(COCO.rules)
    return {
        "run": run,
        "task": Task.BBOX.value,
        "images": view.items,
        "ground_truth": int(np.count_nonzero(view.crowd == 0)),
        "crowd": int(np.count_nonzero(view.crowd)),
        "predictions": int(view.confidence.size),
        "from": {
            "tool": COCO.name,
            "title": COCO.title,
            "mAP50": defined(base.at_50),
            "mAP50_95": defined(base.at_50_95),
        },
        "tools": [compared(value, COCO, tool, metric) for tool in chosen],
    }


def _require_boxes(run: str, view: Comparable) -> None:
    for side, size in (("ground truth", view.crowd.size), ("predictions", view.confidence.size)):
        if not size:
            raise RequestError(
                f"{run}: there are no boxes or masks among the {side}, so there is no mAP",
                fix="choose a run of object predictions, on a project with objects",
                code="E-EXPLAIN-EMPTY",
            )
