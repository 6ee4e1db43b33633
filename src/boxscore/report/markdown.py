"""A report as Markdown: for a pull request, a wiki, a diff.

Rows keep their places whatever the numbers are, so that the reports of two runs differ in lines
whose numbers do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.report import gate_forms
from boxscore.report.verdict import details, verdicts
from boxscore.report.words import (
    FIX_HEAD,
    KINDS,
    budget_note,
    change_rows,
    cost_bounds,
    counted,
    definition,
    fix_note,
    fix_rows,
    flips,
    identity,
    interval,
    label_rows,
    number,
    record_rows,
    weak_sentences,
)

Document = dict[str, Any]
MOST_CLASSES = 100
"""Classes listed: those with the most objects."""


def markdown(facts: Document) -> str:
    """The whole report."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: Document) -> Iterator[str]:
    project = facts["project"]
    yield f"# {_safe(project['name'])}"
    yield ""
    where = f", slice {_safe(facts['slice'])}" if facts["slice"] else ""
    images, objects = (
        counted(project["images"], "image"),
        counted(project["ground_truth"], "object"),
    )
    yield f"{images}, {objects}{where}."
    yield ""
    yield from (f"**{_safe(sentence)}**  " for _, sentence in verdicts(facts))
    yield ""
    yield from (f"- {_safe(sentence)}" for sentence in details(facts))
    yield from _compared(facts.get("compare"))
    yield from _gate(facts["gate"])
    for run in facts["runs"]:
        yield from _run(run)
    yield from _weak(facts["weak_slices"])
    yield from _labels(facts["labels"])
    yield from ("", "## Record", "")
    yield from _table(["what", "value"], record_rows(facts))


def _compared(compare: Document | None) -> Iterator[str]:
    if compare is None:
        return
    yield from ("", "## Better or worse")
    for pair in compare["pairs"]:
        yield ""
        yield from _table(
            ["metric", pair["first"], pair["second"], "difference", "95 %"], change_rows(pair)
        )
        head, rows = flips(pair)
        if rows:
            yield ""
            yield from _table(head, rows)
    yield from _notes(compare["notes"])


def _gate(gate: Document | None) -> Iterator[str]:
    if gate is None:
        return
    yield from ("", "## Gate")
    for outcome in gate["outcomes"]:
        yield ""
        yield gate_forms.markdown(outcome).rstrip()
    yield from _notes(gate["notes"])


def _run(run: Document) -> Iterator[str]:
    evaluation = run["evaluation"]
    yield from ("", f"## {_safe(run['name'])}", "")
    predictions = f"{counted(evaluation['predictions'], 'prediction')} from {identity(run)}"
    yield f"{definition(evaluation)}. {_safe(predictions)}."
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
    fixes = fix_rows(run)
    if fixes:
        yield from ("", "### What to fix first", "", fix_note(run), "")
        yield from _table(FIX_HEAD, fixes)
    yield from _budget(run.get("error_budget"))
    yield from _classes(evaluation)
    yield from _notes(evaluation.get("notes", ()))


def _budget(budget: Document | None) -> Iterator[str]:
    if not budget:
        return
    yield ""
    yield f"### What errors cost (AP at IoU {budget['iou']:.2f} is {number(budget['ap'])})"
    yield ""
    kinds = budget["kinds"]
    yield from _table(
        ["error", "count", "AP gained", "95 %"],
        [
            [
                words, str(kinds[kind]["count"]), number(kinds[kind]["delta_ap"], 4),
                cost_bounds(budget, kind),
            ]
            for kind, words in KINDS.items()
        ],
    )  # fmt: skip
    yield from ("", budget_note(budget))


def _classes(evaluation: Document) -> Iterator[str]:
    """In the order of the ontology."""
    rows = [row for row in evaluation["per_class"] if row["ground_truth"]]
    if len(rows) < 2:
        return
    own = [k for k in rows[0] if k not in ("class", "class_id", "feature_hash")]
    names = [k for k in own if any(row.get(k) is not None for row in rows)][:9]
    most = sorted(range(len(rows)), key=lambda k: (-rows[k]["ground_truth"], k))[:MOST_CLASSES]
    yield from ("", "### Classes", "")
    yield from _table(
        ["class", *names],
        [[rows[k]["class"], *(_cell(rows[k][name]) for name in names)] for k in sorted(most)],
    )
    if len(rows) > len(most):
        yield from ("", f"{len(rows) - len(most)} classes with fewer objects are left out.")


def _weak(found: list[Document]) -> Iterator[str]:
    if not found:
        return
    yield from ("", "## Weak slices")
    for one in found:
        against = f" against {one['baseline']}" if one["baseline"] else ""
        yield from ("", f"{_safe(one['run'] + against)}:", "")
        yield from (f"- {_safe(sentence)}" for sentence in weak_sentences(one))


def _labels(labels: Document | None) -> Iterator[str]:
    if labels is None:
        return
    yield from ("", "## Label issues", "")
    yield ", ".join(f"{count} {state}" for state, count in labels["states"].items())
    if labels["issues"]:
        yield ""
        yield from _table(["undecided", "image", "why", "score"], label_rows(labels))
    yield from _notes(labels["notes"])


def _notes(notes: list[str] | tuple[str, ...]) -> Iterator[str]:
    for note in notes:
        yield from ("", _safe(note))


def _cell(value: Any) -> str:
    return str(value) if isinstance(value, int) else number(value)


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(map(_safe, head)) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(map(_safe, row)) + " |"


def _safe(text: str) -> str:
    """Names are text, never markup."""
    for sign in "\\`*_[]<>|#&":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
