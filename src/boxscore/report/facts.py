"""All that a report says, as one JSON document: no time, no machine, so that two compare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boxscore.errors import BoxscoreError, RequestError, UnknownRunError
from boxscore.evaluation.queries import ErrorQuery
from boxscore.project import Project
from boxscore.schema.kinds import DETECTION, Task

Document = dict[str, Any]
MOST_PAIRS = 12
MOST_FIXES, FIXES_OF_EACH = 8, 2
MOST_SLICES, MOST_ISSUES = 5, 5
OUTCOMES = ("fp", "fn", "tp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is asked for; see `write_report`."""

    where: str | None = None
    rules: Path | None = None
    baseline: str | None = None
    examples: int = 0


def facts_of(project: Project, runs: list[str], asked: Asked) -> Document:
    """The numbers, curves and worst objects of some runs, and whether they may pass."""
    overview = project.overview()
    kept = ("name", "images", "ground_truth", "crowd", "splits")
    cards = {card["name"]: card for card in overview["runs"]}
    hashes = {entry["run"]: entry["hashes"] for entry in project.history()["runs"]}
    document: Document = {
        "project": {name: overview[name] for name in kept}
        | {"tags": project.tags(), "slices": project.slices()},
        "slice": asked.where,
        "runs": [_run(project, cards[run] | {"hashes": hashes[run]}, asked)
                 for run in _known(runs, cards)],
    }  # fmt: skip
    if len(runs) > 1:
        document["compare"] = _compare(project, runs, asked.where)
    document["gate"] = _gate(project, runs, asked)
    document["weak_slices"] = [found for run in runs if (found := _weak(project, run, runs, asked))]
    document["labels"] = _labels(project, runs, asked.where)
    return document


def _known(runs: list[str], cards: dict[str, Document]) -> list[str]:
    for run in runs:
        if run not in cards:
            raise UnknownRunError(run, list(cards))
    return runs


def _compare(project: Project, runs: list[str], where: str | None) -> Document:
    """Every other run against the first, or why they cannot be compared.

    Where all of them together cannot, each pair is tried: one empty run hides no other one.
    """
    try:
        return project.compare(*runs, where=where, rates=True)
    except RequestError as unlike:
        if len(runs) == 2:
            return {"pairs": [], "notes": [f"The runs are not compared: {unlike.problem}."]}
    first, *others = runs
    pairs: list[Document] = []
    notes: list[str] = []
    for run in others:
        try:
            found = project.compare(first, run, where=where, rates=True)
        except RequestError as unlike:
            notes.append(f"{run} is not compared with {first}: {unlike.problem}.")
        else:
            pairs += found["pairs"]
            notes += [f"{first} and {run}: {note}" for note in found["notes"]]
    return {"pairs": pairs, "notes": notes}


def _gate(project: Project, runs: list[str], asked: Asked) -> Document | None:
    """Each run by the rules, of several all but the first; None without rules.

    Rules that the project keeps may have outlived what they speak of: the report says so. Rules
    that were named are refused.
    """
    if asked.rules is None and not project.gate_rules()["kept"]:
        return None
    document: Document = {"outcomes": [], "notes": []}
    for run in runs[1:] or runs:
        try:
            found = project.gate(asked.rules, run=run, baseline=asked.baseline, where=asked.where)
        except BoxscoreError as lost:
            if asked.rules is not None:
                raise
            document["notes"].append(f"The gate cannot be asked of {run}: {lost.problem}.")
            continue
        document["outcomes"].append(found | {"rules": Path(found["rules"]).name})
    return document


def _weak(project: Project, run: str, runs: list[str], asked: Asked) -> Document | None:
    """Subsets on which a run is worse than elsewhere; of several runs, lost most to the first.

    Only by what is stored: a report computes no metric and changes nothing.
    """
    baseline = None if run == runs[0] else runs[0]
    try:
        found = project.weak_slices(
            run, baseline, where=asked.where, pixels=False, stored_only=True
        )
    except RequestError:  # the run matches no objects, or is of another task than the first
        return None
    names = ("run", "baseline", "level", "tested", "waiting", "notes")
    return {name: found[name] for name in names} | {"slices": found["slices"][:MOST_SLICES]}


def _labels(project: Project, runs: list[str], where: str | None) -> Document | None:
    """How many labels these runs contradict, the likeliest undecided ones, what was decided."""
    try:
        found = project.label_issues(runs=runs, where=where, state="open", limit=MOST_ISSUES)
    except RequestError:
        return None
    issues = [
        {name: one[name] for name in ("kind", "score", "sentence")}
        | {"image": one["image"] and one["image"]["title"]}
        for one in found["issues"]
    ]
    return {name: found[name] for name in ("notes", "kinds", "states")} | {"issues": issues}


def _run(project: Project, card: Document, asked: Asked) -> Document:
    run, where = card["name"], asked.where
    # The same rules as its intervals and curves, whatever is usual in the project.
    rules = "coco" if Task(card["task"]) in DETECTION else None
    evaluation = project.evaluate(run, task=card["task"], protocol=rules, where=where)
    document: Document = {
        name: card[name] for name in ("name", "file", "sha256", "format", "hashes")
    } | {"evaluation": evaluation}
    task = Task(evaluation["task"])
    if task in DETECTION:
        document |= {
            "intervals": project.intervals(run, where=where),
            "curves": project.curves(run, intervals=True, where=where),
            "error_budget": project.error_budget(run, intervals=True, where=where),
            "fix_first": project.fix_first(run, where=where, limit=MOST_FIXES, each=FIXES_OF_EACH),
            "lrp": project.lrp(run, where=where)["mean"],
            "examples": {} if where else _examples(project, run, asked.examples),
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
