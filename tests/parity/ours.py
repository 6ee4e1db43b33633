"""The same arrays by our own path: files through the sources, tables through the kernels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.matching.coco import Matching, match
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options
from boxscore.matching.policy import coco as coco_policy
from boxscore.project.evaluating import Truth, compare
from boxscore.schema.kinds import Task
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport


def view(truth: Path, results: Path, task: str) -> Comparable:
    """The rows that a task compares."""
    tables = coco.read(truth, None, ImportReport(truth), pixels=False)
    context = ProjectContext(items=tables.items, ontology=tables.ontology)
    predictions = coco_results.read(results, context, ImportReport(results)).predictions
    sides = Truth(items=tables.items, ontology=tables.ontology, ground_truth=tables.ground_truth)
    return compare(sides, predictions, Task(task))


def matched(truth: Path, results: Path, task: str, max_detections: int = 100) -> Matching:
    """The matches of two COCO files."""
    policy = coco_policy(Options(max_detections=max_detections))
    return match(view(truth, results, task), policy)


def evaluate(
    truth: Path, results: Path, task: str, max_detections: int = 100
) -> dict[str, NDArray[Any]]:
    """precision, recall, scores and the twelve numbers."""
    matching = matched(truth, results, task, max_detections)
    protocol = matching.policy.kernel()
    curves = _core.accumulate(matching.matches, protocol)
    return {
        "precision": np.asarray(curves.precision),
        "recall": np.asarray(curves.recall),
        "scores": np.asarray(curves.scores),
        "stats": np.array(_core.summarize(curves, protocol)),
    }


def assert_equal(ours: dict[str, NDArray[Any]], oracle: dict[str, NDArray[Any]]) -> None:
    """Every cell, with ==; an undefined number is nan here and -1 there."""
    for name in ("precision", "recall", "scores"):
        assert ours[name].shape == oracle[name].shape, name
        assert np.array_equal(ours[name], oracle[name]), name
    if oracle["stats"].size:
        assert np.array_equal(np.nan_to_num(ours["stats"], nan=-1.0), oracle["stats"])
