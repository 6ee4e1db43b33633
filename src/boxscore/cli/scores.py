"""How the scores of runs are printed for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from boxscore.cli.text import columns, number

WORST_SHOWN = 5


def print_evaluations(documents: Sequence[dict[str, Any]]) -> None:
    """One line per run, and for a single run its counts and weakest classes."""
    for task in dict.fromkeys(document["task"] for document in documents):
        same = [document for document in documents if document["task"] == task]
        click.echo(_metrics_table(same))
        click.echo(f"  {_definition(same[0])}")
    for document in documents:
        click.echo()
        click.echo(_counts_line(document))
    if len(documents) == 1:
        _print_classes(documents[0])


def _metrics_table(documents: Sequence[dict[str, Any]]) -> str:
    names = list(documents[0]["metrics"])
    rows: list[list[str]] = [["run", *names]]
    rows += [[d["run"], *(number(d["metrics"][n], 5) for n in names)] for d in documents]
    return columns(rows, right=range(1, len(names) + 1))


def _definition(document: dict[str, Any]) -> str:
    task = document["task"]
    if task == "classification":
        return "classification: the most confident answer per image and question; macro means"
    what = {"bbox": "boxes", "segm": "masks"}[task]
    return f"COCO protocol on {what}, IoU 0.50:0.95, at most 100 predictions per image and class"


def _counts_line(document: dict[str, Any]) -> str:
    counts = document["counts"]
    where = ""
    if counts["iou"] is not None:
        where = f" at IoU {counts['iou']:.2f}, confidence {number(counts['confidence'])}"
    return (
        f"{document['run']}{where}: {counts['tp']} TP, {counts['fp']} FP, {counts['fn']} FN; "
        f"precision {number(counts['precision'])}, recall {number(counts['recall'])}, "
        f"F1 {number(counts['f1'])}"
    )


def _print_classes(document: dict[str, Any]) -> None:
    rows = [row for row in document["per_class"] if row["ground_truth"]]
    if len(rows) < 2:
        return
    rows.sort(key=lambda row: -row["fn"])
    shown = rows[:WORST_SHOWN]
    click.echo("\nMost misses:")
    table = [["class", "objects", "AP", "TP", "FP", "FN"]]
    table += [
        [r["class"], r["ground_truth"], number(r["ap"]), r["tp"], r["fp"], r["fn"]] for r in shown
    ]
    click.echo(columns(table, right=range(1, 6)))
