"""What a project's people usually ask for where they name no task and no protocol."""

from __future__ import annotations

from typing import Any

from boxscore.evaluation.protocols import PROTOCOLS
from boxscore.matching.compare import fitting_tasks
from boxscore.project.loading import Loaded
from boxscore.project.metrics.settings import PROTOCOL, TASK, choices
from boxscore.project.tasks import task_of
from boxscore.schema.kinds import Task

Document = dict[str, Any]


def asked_task(state: Loaded, run: str, name: str | None) -> Task:
    """The task that is named; else the project's usual one where a run can be scored so.

    Raises:
        RequestError: There is no such task.
    """
    own = task_of(state, run, name)
    usual = choices(state).get(TASK)
    if name is not None or usual in (None, own.value):
        return own
    return Task(usual) if usual in _fitting(state, run) else own


def asked_protocol(state: Loaded, task: Task, name: str | None) -> str | None:
    """The protocol that is named; else the project's usual one where it scores the task."""
    usual = choices(state).get(PROTOCOL)
    if name is not None or usual is None:
        return name
    card = PROTOCOLS[usual]
    verified = state.truth().verdicts.rows > 0 or not card.needs_verdicts
    return usual if task in card.tasks and verified else None


def usual_first(state: Loaded, tasks: list[Document]) -> list[Document]:
    """Tasks with their protocols, of which the project's usual one is the first."""
    usual = choices(state).get(PROTOCOL)
    return [
        one | {"protocols": sorted(one["protocols"], key=lambda card: card["name"] != usual)}
        for one in tasks
    ]


def _fitting(state: Loaded, run: str) -> set[str]:
    def make() -> set[str]:
        truth, predictions = state.truth(), state.predictions(run)
        return {t.value for t in fitting_tasks(truth.ontology, truth.ground_truth, predictions)}

    return state.remembered(("fitting", state.record(run).run_id), make)
