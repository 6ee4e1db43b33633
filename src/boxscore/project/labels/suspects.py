"""Labels of a project that are probably wrong, each with its evidence and the fix it suggests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from boxscore.errors import RequestError
from boxscore.evaluation.document import defined
from boxscore.evaluation.suspects.evidence import Floats, Frames
from boxscore.evaluation.suspects.issues import Issue, Suspects
from boxscore.evaluation.suspects.ranking import Rankings, rank
from boxscore.project.evaluating import Truth, compare
from boxscore.project.labels.fixes import Fix, Shape, class_key, label_names, shape_of
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Mark, Task

Document = dict[str, Any]
TASKS = (Task.BBOX, Task.OBB, Task.SEGM)
LEAST = 0.5
"""Score from which a label is suspected."""
RELATED = 0.4
"""Share of errors in common from which two runs are not taken for independent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """One label that may be wrong.

    Attributes:
        key: What stays the same when runs come and go, in 16 hexadecimal digits.
        row: The label, a row of the ground truth; -1 of a missing one.
        other: The label that stays, of a duplicate; else -1.
        asked: How many runs could have said so.
        run, prediction: What is suggested, a row of that run's predictions; "" and -1 without.
        fix: What accepting it does.
    """

    key: str
    issue: Issue
    score: float
    item: int
    row: int
    other: int
    asked: int
    run: str
    prediction: int
    iou: float | None
    expected: float | None
    trust: float | None
    own: float
    agreeing: int
    fix: Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """All suspects of a project, worst first.

    Attributes:
        task: What the objects are compared by; classification where there are only answers.
        runs: Whose predictions were asked.
        notes: What weakens the evidence, in words.
    """

    task: Task
    runs: list[str]
    notes: list[str]
    suspects: list[Suspect]


def _common_task(state: Loaded, runs: Sequence[str]) -> Task:
    """What the labels are compared by: the task of all runs, else boxes."""
    tasks = {Task(state.record(run).task) for run in runs}
    return tasks.pop() if len(tasks) == 1 and tasks <= set(TASKS) else Task.BBOX


def weaknesses(runs: Sequence[str], shared: Floats | None) -> list[str]:
    """What weakens the evidence of runs, in words.

    Args:
        shared: (R, R) as of `evaluation.suspects.agreement.shared_errors`; None is unknown.
    """
    if len(runs) == 1:
        return [f"{runs[0]} only: a second, different model would make the evidence stronger"]
    if shared is None:
        return []
    return [
        f"{runs[j]} shares {shared[i, j]:.0%} of its boldest errors with {runs[i]}, "
        "so that they agree is weak evidence; a third, different model would help"
        for j in range(len(runs))
        for i in range(j)
        if shared[i, j] >= RELATED
    ]


def suspected(state: Loaded, runs: Sequence[str] | None = None) -> Suspected:
    """The suspects of all runs, or of some; remembered until runs change.

    Raises:
        RequestError: There is no such run, or none at all.
    """
    from boxscore.project.labels.answers import suspected_answers

    names = list(dict.fromkeys(state.records if runs is None else runs))
    answering = [n for n in names if state.record(n).task == Task.CLASSIFICATION]
    finding = [n for n in names if n not in answering]
    if not names:
        raise RequestError(
            "label issues need the predictions of at least one run",
            fix="import one: boxscore import predictions FILE",
            code="E-LABELS-RUNS",
        )

    def both() -> Suspected:
        parts = [_objects(state, finding)] if finding else []
        parts += [suspected_answers(state, answering)] if answering else []
        return Suspected(
            task=parts[0].task,
            runs=[run for part in parts for run in part.runs],
            notes=[note for part in parts for note in part.notes],
            suspects=sorted(
                (one for part in parts for one in part.suspects), key=lambda one: -one.score
            ),
        )

    ids = tuple(state.record(name).run_id for name in names)
    return state.evaluated(("label-suspects", ids), both)


def _objects(state: Loaded, names: list[str]) -> Suspected:
    task = _common_task(state, names)
    truth = state.truth()
    views = [compare(truth, state.predictions(name), task) for name in names]
    marks = truth.ground_truth.table["marks"][views[0].truth.rows]
    excused = (marks & np.uint16(Mark.IGNORED | Mark.GROUP_OF)) != 0
    excused |= views[0].crowd != 0
    if views[0].ignored is not None:
        excused |= views[0].ignored != 0
    frames = Frames(
        width=truth.items["width"].astype(np.float64),
        height=truth.items["height"].astype(np.float64),
        excused=excused,
    )
    rankings = rank(views, frames, LEAST)
    builder = _Builder(state, truth, names, rankings, label_names(truth))
    found = [one for issue in Issue for one in builder.suspects(rankings.of[issue])]
    return Suspected(
        task=task,
        runs=names,
        notes=weaknesses(names, rankings.shared),
        suspects=one_each(found),
    )


def one_each(found: Sequence[Suspect]) -> list[Suspect]:
    """Worst first; a label, and a prediction, is suspected of what is likeliest only."""
    kept: list[Suspect] = []
    labels: set[int] = set()
    predictions: set[tuple[str, int]] = set()
    for one in sorted(found, key=lambda s: (-s.score, s.issue, s.item, s.row, s.prediction)):
        shown = one.run, one.prediction
        if one.row in labels or (one.prediction >= 0 and shown in predictions):
            continue
        kept.append(one)
        if one.row >= 0:
            labels.add(one.row)
        if one.prediction >= 0:
            predictions.add(shown)
    return kept


def key_of(issue: Issue, fix: Fix) -> str:
    """16 hexadecimal digits of kind, image and label; of what is missing, of class and box."""
    parts = [issue.value, fix.data_hash, str(fix.frame), fix.label or ""]
    if fix.label is None and fix.shape is not None:
        box = (fix.shape.x, fix.shape.y, fix.shape.width, fix.shape.height)
        parts += [fix.class_hash or "", *(f"{value:.1f}" for value in box)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Builder:
    state: Loaded
    truth: Truth
    names: list[str]
    rankings: Rankings
    labels: list[str]

    def suspects(self, ranking: Suspects) -> list[Suspect]:
        """The suspects of one kind as records."""
        return [self._suspect(ranking, k) for k in range(ranking.score.size)]

    def _suspect(self, ranking: Suspects, k: int) -> Suspect:
        rows = self.rankings.runs[0].view.truth.rows
        row, other = (
            int(rows[place]) if place >= 0 else -1
            for place in (int(ranking.truth[k]), int(ranking.other[k]))
        )
        run = int(ranking.run[k])
        prediction = -1
        if run >= 0:
            prediction = int(self.rankings.runs[run].view.predictions.rows[ranking.prediction[k]])
        name = self.names[run] if run >= 0 else ""
        fix = self._fix(ranking.issue, row, name, prediction)
        item = self._item(row, name, prediction)
        return Suspect(
            key=key_of(ranking.issue, fix),
            issue=ranking.issue,
            score=float(ranking.score[k]),
            item=item,
            row=row,
            other=other,
            asked=len(self.names),
            run=name,
            prediction=prediction,
            iou=defined(float(ranking.iou[k])),
            expected=defined(float(ranking.expected[k])),
            trust=defined(float(ranking.trust[k])),
            own=float(ranking.own[k]),
            agreeing=int(ranking.agreeing[k]),
            fix=fix,
        )

    def _item(self, row: int, run: str, prediction: int) -> int:
        if row >= 0:
            return int(self.truth.ground_truth.table["item"][row])
        return int(self.state.predictions(run).table["item"][prediction])

    def _fix(self, issue: Issue, row: int, run: str, prediction: int) -> Fix:
        item = self._item(row, run, prediction)
        items = self.truth.items
        plain = Fix(
            data_hash=str(items["data_hash"][item]),
            frame=int(items["frame"][item]),
            label=self.labels[row] if row >= 0 else None,
        )
        if issue in (Issue.DUPLICATE, Issue.SPURIOUS):
            return replace(plain, removed=True)
        class_hash: str | None = None
        shape: Shape | None = None
        predictions = self.state.predictions(run)
        if issue is not Issue.LOCATED:
            class_id = int(predictions.table["class_id"][prediction])
            class_hash = class_key(self.truth.ontology.classes[class_id])
        if issue is not Issue.SWAPPED:
            size = int(items["height"][item]), int(items["width"][item])
            masked = self.truth.ground_truth.masks.rows > 0
            shape = shape_of(predictions, prediction, size if masked else None)
        return replace(plain, class_hash=class_hash, shape=shape)
