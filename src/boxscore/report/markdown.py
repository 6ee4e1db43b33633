"""A report as Markdown: for a pull request, a wiki, a diff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.report.words import (
    KINDS,
    change_rows,
    definition,
    findings,
    identity,
    interval,
    number,
)

Document = dict[str, Any]
WORST = 15


def markdown(facts: Document) -> str:
    """The whole report."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: Document) -> Iterator[str]:
    project = facts["project"]
    yield f"# {_safe(project['name'])}"
    yield ""
    where = f", slice `{facts['slice']}`" if facts["slice"] else ""
    yield f"{project['images']} images, {project['ground_truth']} objects{where}."
    yield from _compared(facts.get("compare"))
    for run in facts["runs"]:
        yield from _run(run)


def _compared(compare: Document | None) -> Iterator[str]:
    if compare is None:
        return
    yield ""
    yield "## Better or worse"
    for pair in compare["pairs"]:
        yield ""
        yield from (f"- {_safe(sentence)}" for sentence in pair["sentences"])
        yield ""
        yield from _table(
            ["metric", _safe(pair["first"]), _safe(pair["second"]), "difference", "95 %"],
            change_rows(pair),
        )
    for note in compare["notes"]:
        yield ""
        yield _safe(note)


def _run(run: Document) -> Iterator[str]:
    evaluation = run["evaluation"]
    yield ""
    yield f"## {_safe(run['name'])}"
    yield ""
    yield f"{definition(evaluation)}. {evaluation['predictions']} predictions from {identity(run)}."
    yield ""
    bounds = run.get("intervals", {}).get("metrics", {})
    yield from _table(
        ["metric", "value", "95 %"],
        [
            [name, number(value, 5), interval(bounds.get(name))]
            for name, value in evaluation["metrics"].items()
        ],
    )
    counts = evaluation["counts"]
    if counts:
        yield ""
        at = "" if counts["iou"] is None else f" at IoU {counts['iou']:.2f}, confidence "
        at += "" if counts["iou"] is None else number(counts["confidence"])
        yield (
            f"{counts['tp']} right, {counts['fp']} false, {counts['fn']} missed{at}: precision "
            f"{number(counts['precision'])}, recall {number(counts['recall'])}, F1 "
            f"{number(counts['f1'])}."
        )
    first = findings(run)
    if first:
        yield ""
        yield "### What to fix first"
        yield ""
        yield from (f"1. {_safe(words)}" for words in first)
    budget = run.get("error_budget")
    if budget:
        yield ""
        yield f"### What errors cost (AP at IoU {budget['iou']:.2f} is {number(budget['ap'])})"
        yield ""
        rows = sorted(budget["kinds"].items(), key=lambda pair: -(pair[1]["delta_ap"] or 0))
        yield from _table(
            ["error", "count", "AP gained"],
            [[KINDS[k], str(v["count"]), number(v["delta_ap"], 4)] for k, v in rows],
        )
    yield from _classes(evaluation)
    for note in evaluation.get("notes", ()):
        yield ""
        yield _safe(note)


def _classes(evaluation: Document) -> Iterator[str]:
    rows = [row for row in evaluation["per_class"] if row["ground_truth"]]
    if len(rows) < 2:
        return
    own = [k for k in rows[0] if k not in ("class", "class_id", "feature_hash")]
    names = [k for k in own if any(row.get(k) is not None for row in rows)][:9]
    rows.sort(key=lambda row: (-(row.get("fn") or 0), -row["ground_truth"]))
    yield ""
    yield f"### Classes{', most misses first' if len(rows) > WORST else ''}"
    yield ""
    yield from _table(
        ["class", *names],
        [[_safe(row["class"]), *map(_cell, (row[k] for k in names))] for row in rows[:WORST]],
    )
    if len(rows) > WORST:
        yield ""
        yield f"{len(rows) - WORST} more classes."


def _cell(value: Any) -> str:
    return str(value) if isinstance(value, int) else number(value)


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _safe(text: str) -> str:
    """Names are text, never markup."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
