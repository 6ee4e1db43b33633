"""A report as one HTML file: pictures inside, no script, no network, works from the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from boxscore.report.gate_forms import check_rows, verdict
from boxscore.report.html_parts import card, listed, note, raw_table, table
from boxscore.report.html_runs import Crops, run_section
from boxscore.report.verdict import details, verdicts
from boxscore.report.words import (
    change_rows,
    counted,
    flips,
    label_rows,
    record_rows,
    weak_sentences,
)

Document = dict[str, Any]
STYLE = Path(__file__).with_name("report.css")
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
MADE = "Made by Boxscore on this machine; nothing was sent anywhere. Labels are solid, predictions "
MADE += "dashed."


def html(facts: Document, crops: Sequence[Crops]) -> str:
    """The whole page.

    Args:
        crops: Of each run: object id -> (data URL, boxes).
    """
    project, runs = facts["project"], facts["runs"]
    title = escape(f"{project['name']}: {', '.join(run['name'] for run in runs)}")
    where = f", slice {facts['slice']}" if facts["slice"] else ""
    size = f"{counted(project['images'], 'image')}, {counted(project['ground_truth'], 'object')}"
    body = [
        *_verdict(facts),
        *_compared(facts.get("compare")),
        *_gate(facts["gate"]),
        *(run_section(k, run, crops[k]) for k, run in enumerate(runs)),
        *_weak(facts["weak_slices"]),
        *_labels(facts["labels"]),
        *_record(facts),
    ]
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f"<body><header><h1>{escape(project['name'])}</h1><p>{escape(size + where)}</p>"
        f"{_contents(facts)}</header>\n<main>{''.join(body)}</main>"
        f"<footer>{MADE}</footer></body></html>\n"
    )


def _contents(facts: Document) -> str:
    """Ways to the sections that there are."""
    places = [
        ("compare", "Better or worse", facts.get("compare") is not None),
        ("gate", "Gate", facts["gate"] is not None),
        *((f"run{k}", run["name"], True) for k, run in enumerate(facts["runs"])),
        ("weak", "Weak slices", bool(facts["weak_slices"])),
        ("labels", "Label issues", facts["labels"] is not None),
        ("record", "Record", True),
    ]
    links = "".join(f'<a href="#{to}">{escape(name)}</a>' for to, name, there in places if there)
    return f'<nav aria-label="Contents">{links}</nav>'


def _verdict(facts: Document) -> Iterator[str]:
    """The first screen: the answer in words."""
    yield '<section class="verdict" aria-label="Verdict">'
    for tone, sentence in verdicts(facts):
        yield f"<p class={tone}>{escape(sentence)}</p>"
    yield f"{listed(details(facts))}</section>\n"


def _compared(compare: Document | None) -> Iterator[str]:
    """Every other run against the first."""
    if compare is None:
        return
    yield '<section id="compare"><h2>Better or worse</h2>'
    for pair in compare["pairs"]:
        head = ["metric", pair["first"], pair["second"], "difference", "95 %"]
        yield f"<p>{escape(pair['sentences'][0])}</p>{table(head, change_rows(pair))}"
        head, rows = flips(pair)
        if rows:
            yield f"<h3>Classes that lost most</h3>{table(head, rows)}"
    yield from map(note, compare["notes"])
    yield "</section>\n"


def _gate(gate: Document | None) -> Iterator[str]:
    if gate is None:
        return
    yield '<section id="gate"><h2>Gate</h2>'
    head = ["", "what", "rule", "value", "baseline", "change", "95 % or why", "objects"]
    for outcome in gate["outcomes"]:
        rows = [
            [f"<span class={status}>{status}</span>", *map(escape, cells)]
            for status, *cells in check_rows(outcome)
        ]
        yield f"<p>{escape(verdict(outcome))}</p>{raw_table(head, rows, words=3)}"
        yield note(f"Rules: {outcome['rules']}. What is unsure passes unless its rule says no.")
        yield from map(note, outcome["notes"])
    yield from map(note, gate["notes"])
    yield "</section>\n"


def _weak(found: list[Document]) -> Iterator[str]:
    if not found:
        return
    yield '<section id="weak"><h2>Weak slices</h2>'
    for one in found:
        against = f" against {one['baseline']}" if one["baseline"] else ""
        yield card(one["run"] + against, listed(weak_sentences(one)))
    yield "</section>\n"


def _labels(labels: Document | None) -> Iterator[str]:
    if labels is None:
        return
    states = ", ".join(f"{count} {state}" for state, count in labels["states"].items())
    yield f'<section id="labels"><h2>Label issues</h2><p>{escape(states)}</p>'
    if labels["issues"]:
        yield table(["undecided", "image", "why", "score"], label_rows(labels), words=3)
    yield from map(note, labels["notes"])
    yield "</section>\n"


def _record(facts: Document) -> Iterator[str]:
    """What somebody else needs to get the same numbers."""
    yield '<section id="record" class="record"><h2>Record</h2>'
    yield table(["what", "value"], record_rows(facts), words=2)
    yield "</section>\n"
