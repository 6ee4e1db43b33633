"""The verdicts of the gate on all runs, by the rules that a project keeps."""

from __future__ import annotations

from functools import partial
from typing import Any

from boxscore.errors import BoxscoreError
from boxscore.project.gate.gating import FAILED, PASSED, UNSURE
from boxscore.project.gate.kept_rules import gate_by_kept, kept_rules
from boxscore.project.loading import Loaded
from boxscore.project.slices.slicing import Where

Document = dict[str, Any]


def gate_verdicts(state: Loaded, where: Where = None) -> Document:
    """One row for each run, in order of import; see `Project.gate_verdicts`."""
    text = kept_rules(state)
    # Rules may name any run as their baseline, and slices mean what tags and metrics say now.
    runs = tuple((name, record.run_id) for name, record in state.records.items())
    rows = [
        _nothing(name, None)
        if text is None
        else state.remembered(
            ("verdict", text, runs, name, str(where)), partial(_of, state, name, where)
        )
        for name in state.records
    ]
    return {"kept": text is not None, "runs": rows}


def _of(state: Loaded, run: str, where: Where) -> Document:
    try:
        found = gate_by_kept(state, run, None, where)
    except BoxscoreError as refused:
        return _nothing(run, refused.problem)
    counts = found["counts"]
    calm = UNSURE if counts[UNSURE] else PASSED
    return {
        "run": run,
        "verdict": calm if found["passed"] else FAILED,
        "counts": counts,
        "block": sum(check["blocks"] for check in found["checks"]),
        "problem": None,
    }


def _nothing(run: str, problem: str | None) -> Document:
    counts = dict.fromkeys((PASSED, FAILED, UNSURE), 0)
    return {"run": run, "verdict": None, "counts": counts, "block": 0, "problem": problem}
