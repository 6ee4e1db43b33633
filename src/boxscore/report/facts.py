"""All that a report says, as one JSON document: no time, no machine, so that two compare."""

from __future__ import annotations

from typing import Any

from boxscore.errors import RequestError
from boxscore.evaluation.queries import ErrorQuery
from boxscore.project import Project
from boxscore.schema.kinds import DETECTION, Task

Document = dict[str, Any]
MOST_PAIRS = 12
OUTCOMES = ("fp", "fn", "tp")


def facts_of(project: Project, runs: list[str], *, where: str | None, examples: int) -> Document:
    """The numbers, curves and worst objects of some runs.

    Args:
        where: Which images count, as `Project.evaluate` takes it.
        examples: How many objects of each outcome.
    """
    overview = project.overview()
    kept = ("name", "images", "ground_truth", "crowd", "splits")
    cards = {card["name"]: card for card in overview["runs"]}
    document: Document = {
        "project": {name: overview[name] for name in kept},
        "slice": where,
        "runs": [_run(project, run, cards, where, examples) for run in runs],
    }
    if len(runs) > 1:
        document["compare"] = _compare(project, runs, where)
    return document


def _compare(project: Project, runs: list[str], where: str | None) -> Document:
    """Every other run against the first, or why they cannot be compared."""
    try:
        return project.compare(*runs, where=where)
    except RequestError as unlike:
        return {"pairs": [], "notes": [f"The runs are not compared: {unlike.problem}."]}


def _run(
    project: Project, run: str, cards: dict[str, Document], where: str | None, examples: int
) -> Document:
    evaluation = project.evaluate(run, where=where)
    card = cards[run]
    document: Document = {
        "name": run,
        "file": card["file"],
        "sha256": card["sha256"],
        "format": card["format"],
        "evaluation": evaluation,
    }
    task = Task(evaluation["task"])
    if task in DETECTION:
        document |= {
            "intervals": project.intervals(run, where=where),
            "curves": project.curves(run),
            "error_budget": project.error_budget(run, where=where),
            "lrp": project.lrp(run, where=where)["mean"],
            "examples": {} if where else _examples(project, run, examples),
        }
    if task in (*DETECTION, Task.CLASSIFICATION):
        confusion = project.confusion(run, where=where)
        document["confused"] = [
            pair
            for pair in confusion["pairs"]
            if pair["labelled"] is not None and pair["predicted"] is not None
        ][:MOST_PAIRS]
        document["calibration"] = project.calibration(run, where=where)
    return document


def _examples(project: Project, run: str, most: int) -> dict[str, list[Document]]:
    if not most:
        return {}
    return {
        outcome: project.errors(run, ErrorQuery(outcome=outcome, limit=most))["objects"]
        for outcome in OUTCOMES
    }
