"""Which tasks and protocols can score a run, by what it and the ground truth hold."""

from __future__ import annotations

from typing import Any

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.protocols import PROTOCOLS
from boxscore.matching.compare import fitting_tasks
from boxscore.project.evaluating import Truth
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Task
from boxscore.schema.tables import Annotations

Document = dict[str, Any]


def task_of(state: Loaded, run: str, name: str | None) -> Task:
    """The task that is asked about, or the run's own.

    Raises:
        RequestError: There is no such task.
    """
    chosen = name or state.record(run).task
    if chosen not in set(Task):
        raise RequestError(
            f"task {chosen!r} is unknown",
            fix=near_misses(chosen, tuple(Task)),
            code="E-TASK-UNKNOWN",
        )
    return Task(chosen)


def possible_tasks(truth: Truth, predictions: Annotations, own: Task) -> list[Document]:
    """Tasks in their usual order, each with its protocols: name, title, headline.

    Args:
        own: The task that the run was imported for; always among them.
    """
    fitting = fitting_tasks(truth.ontology, truth.ground_truth, predictions)
    return [
        {
            "task": task.value,
            "protocols": [
                {"name": card.name, "title": card.title, "headline": card.headline}
                for card in PROTOCOLS.values()
                if task in card.tasks and (truth.verdicts.rows or not card.needs_verdicts)
            ],
        }
        for task in Task
        if task is own or task in fitting
    ]
