"""Deciding on suspected labels, the scores with the decisions carried out, and their export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError, near_misses, shown
from boxscore.evaluation.document import defined
from boxscore.project.evaluating import evaluate_answers, evaluate_objects
from boxscore.project.labels.decisions import CHOICES, Decision, decided, read_review, undone
from boxscore.project.labels.fixes import Fix, corrected
from boxscore.project.labels.issues import (
    STATES,
    LabelQuery,
    entries,
    entry_of,
    label_issue_document,
)
from boxscore.project.loading import Loaded
from boxscore.project.slices.slicing import Where
from boxscore.project.slices.tagging import Tagging
from boxscore.schema.kinds import Task

Document = dict[str, Any]


class LabelReview(Tagging):
    """A project whose labels are reviewed; they are never edited in place."""

    def label_issues(
        self,
        *,
        kinds: Sequence[str] | None = None,
        state: str = "all",
        runs: Sequence[str] | None = None,
        where: Where = None,
        classes: tuple[int, ...] | None = None,
        offset: int = 0,
        limit: int = 60,
    ) -> Document:
        """Labels that are probably wrong, the likeliest first, with evidence and suggestion.

        Args:
            kinds: "missing", "swapped", "located", "duplicate", "spurious"; None: all.
            state: "open", "accepted", "rejected", "skipped", "decided" or "all".
            runs: Whose predictions speak; None: all.
            where: Only issues on images of a slice, of objects that its conditions name: the
                label, or the prediction that a missing one is suggested by.
            classes: Only issues of such objects.

        Raises:
            RequestError: There is no run, or no such kind, state, run or class.
        """
        query = LabelQuery(
            kinds=kinds, state=state, runs=runs, where=where, classes=classes, offset=offset,
            limit=limit,
        )  # fmt: skip
        return label_issue_document(self._state(), query)

    def decide(self, key: str, choice: str, *, note: str = "") -> Document:
        """Accept the suggested fix of a label issue, reject it and keep the label, or skip it.

        Args:
            key: Of the issue, or its unmistakable beginning.
            choice: "accept", "reject" or "skip".

        Raises:
            RequestError: There is no such issue or choice.
            BusyError: Another process holds the project.
        """
        if choice not in CHOICES:
            raise RequestError(
                f"{shown(choice)!r} is no decision",
                fix=near_misses(choice, CHOICES),
                code="E-LABELS-CHOICE",
            )
        entry = entry_of(self._state(), key)
        decision = Decision(
            key=entry.key,
            issue=entry.issue,
            choice=choice,
            note=note,
            time="",
            score=entry.score,
            fix=entry.fix,
        )
        return _decision_document(decided(self.path, decision).log[-1])

    def undo_label_decision(self, key: str | None = None) -> Document:
        """Take back the last decision, of all or about one issue; returns it.

        Raises:
            RequestError: There is none.
        """
        return _decision_document(undone(self.path, key))

    def label_review(self) -> Document:
        """Every decision that holds, the newest first."""
        current = list(read_review(self.path).current.values())
        return {
            "decisions": [_decision_document(one) for one in reversed(current)],
            **{
                state: sum(one.choice == choice for one in current)
                for choice, state in STATES.items()
            },
        }

    def scores_with_corrections(self, run: str | None = None) -> Document:
        """Scores now, with the accepted fixes, and with every suspect not rejected fixed.

        The last is an upper end, since the suggestions come from the runs that are judged.

        Args:
            run: One run; None: all.
        """
        state = self._state()
        return corrected_scores(state, list(state.records) if run is None else [run])

    def export_corrections(
        self,
        output: str | Path,
        *,
        what: str = "patch",
        format: str = "coco",  # noqa: A002 - the interface's own word
        progress: Progress = silent,
    ) -> Document:
        """Write the accepted fixes into a new folder.

        Args:
            what: "patch": the changed records, with what changed; "corrected": all labels.
            format: One of `boxscore.sinks.SINKS`; of a patch "coco" or "cvat".

        Raises:
            RequestError: Nothing was accepted, or the folder or format does not fit.
        """
        from boxscore.project.labels.exports import export_corrections

        return export_corrections(self._state(), Path(output), what, format, progress)


def _decision_document(decision: Decision) -> Document:
    return {
        "key": decision.key,
        "kind": decision.issue.value,
        "choice": decision.choice,
        "note": decision.note,
        "time": decision.time,
        "score": decision.score,
        "fix": decision.fix.document(),
    }


def corrected_scores(state: Loaded, runs: Sequence[str]) -> Document:
    """Three evaluations of each run: labels as they are, with fixes, with all suspects fixed."""
    for run in runs:
        state.record(run)
    whole, found = entries(state)
    accepted = [entry.fix for entry in whole if entry.state == "accepted"]
    upper = [entry.fix for entry in whole if entry.state != "rejected"]
    return {
        "accepted_fixes": len(accepted),
        "upper_fixes": len(upper),
        "suspected_by": found.runs,
        "runs": [
            {
                "run": run,
                "task": state.record(run).task,
                "now": _metrics(state, run, ()),
                "accepted": _metrics(state, run, accepted),
                "upper": _metrics(state, run, upper),
            }
            for run in runs
        ],
    }


def _metrics(state: Loaded, run: str, fixes: Sequence[Fix]) -> dict[str, float | None]:
    record = state.record(run)
    key = "corrected-scores", record.run_id, tuple(fixes)

    def make() -> dict[str, float | None]:
        truth = corrected(state.truth(), fixes).truth if fixes else state.truth()
        task, predictions = Task(record.task), state.predictions(run)
        if task is Task.CLASSIFICATION:
            overall = evaluate_answers(truth, predictions).overall
        elif not fixes:
            overall = state.view(run, task).numbers.overall
        else:
            overall = evaluate_objects(truth, predictions, task).numbers.overall
        return {name: defined(value) for name, value in overall.items()}

    return state.evaluated(key, make)
