"""How the scores of runs are printed for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from boxscore.cli.text import columns, number

WORST_SHOWN = 5
COUNTED = {
    "tTP", "tFP", "tFN", "id_switches", "fragmentations", "mostly_tracked", "partly_tracked",
    "mostly_lost", "false_positives", "misses",
}  # fmt: skip
"""Metrics that count something."""
WHAT = {
    "bbox": "boxes",
    "obb": "rotated boxes",
    "segm": "masks",
    "boundary": "mask boundaries",
    "keypoints": "keypoints (OKS for IoU)",
}
"""What a task compares, in words."""
IDENTITY = ("class", "class_id", "feature_hash", "ground_truth", "predictions")


def print_evaluations(documents: Sequence[dict[str, Any]]) -> None:
    """One line per run, and for a single run its counts and weakest classes."""
    for kind in dict.fromkeys((d["task"], d["protocol"], tuple(d["metrics"])) for d in documents):
        same = [d for d in documents if (d["task"], d["protocol"], tuple(d["metrics"])) == kind]
        click.echo(_metrics_table(same))
        for document in same:
            if "intervals" in document:
                click.echo(f"  {_intervals_line(document)}")
        click.echo(f"  {_definition(same[0])}")
        if "slice" in same[0]:
            click.echo(f"  {same[0]['images']} images: {same[0]['slice']}")
        for note in same[0].get("notes", ()):
            click.echo(f"  {note}")
    for document in documents:
        if document["counts"]:
            click.echo()
            click.echo(_counts_line(document))
    if len(documents) == 1:
        _print_classes(documents[0])


def _metrics_table(documents: Sequence[dict[str, Any]]) -> str:
    names = list(documents[0]["metrics"])
    rows: list[list[str]] = [["run", *names]]
    rows += [[d["run"], *(_metric(n, d["metrics"][n]) for n in names)] for d in documents]
    return columns(rows, right=range(1, len(names) + 1))


def _metric(name: str, value: float | None) -> str:
    return f"{value:.0f}" if name in COUNTED and value is not None else number(value, 5)


def _intervals_line(document: dict[str, Any]) -> str:
    """The headline numbers with their intervals, or why they have none."""
    found, how = document["intervals"], document["resampled"]
    names = [n for n in ("AP", "AP50", "AR100", "AR") if n in found][:3] or list(found)
    words = "; ".join(f"{name} {interval(found[name])}" for name in names)
    rates = document.get("rate_intervals", {})
    words += "".join(f"; {name.replace('f1', 'F1')} {interval(rates[name])}" for name in rates)
    resamples = f"{how['replicates']:,} resamples of {how['clusters']} {how['unit']}s"
    return f"{document['run']}, 95 % ({resamples}): {words}"


def interval(found: dict[str, Any]) -> str:
    """A number's bounds, or why it has none."""
    if found["low"] is None:
        return str(found["reason"])
    return f"{number(found['low'], 3)} to {number(found['high'], 3)}"


def _definition(document: dict[str, Any]) -> str:
    task = document["task"]
    if task == "classification":
        return "classification: the most confident answer per image and question; macro means"
    if document["protocol"] != "coco":
        from boxscore.evaluation.protocols import protocol_of

        return protocol_of(document["protocol"]).title
    what = WHAT[task]
    most = 20 if task == "keypoints" else 100
    return f"COCO protocol on {what}, IoU 0.50:0.95, at most {most} predictions per image and class"


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
    if document["counts"]:
        _print_misses(document, rows)
    else:
        _print_columns(rows)


def _print_misses(document: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    rows.sort(key=lambda row: -row["fn"])
    answers = document["task"] == "classification"
    score = "f1" if answers else "ap"
    heads = ["class", "objects", score.upper(), "TP", "FP", "FN"]
    sure = "intervals" in document
    table = [[*heads, f"{score.upper()}, 95 %"] if sure else heads]
    for row in rows[:WORST_SHOWN]:
        cells = [row["class"], str(row["ground_truth"]), number(row[score])]
        cells += [str(row[k]) for k in ("tp", "fp", "fn")]
        table.append([*cells, interval(row["intervals"][score])] if sure else cells)
    click.echo("\nMost misses:")
    click.echo(columns(table, right=range(1, 6)))


def _print_columns(rows: list[dict[str, Any]]) -> None:
    """The classes with the least first number, with the columns of their own protocol."""
    names = [name for name in rows[0] if name not in IDENTITY]
    rows.sort(key=lambda row: (row[names[0]] is None, row[names[0]]))
    table = [["class", "objects", *names]]
    for row in rows[:WORST_SHOWN]:
        values = [number(row[name]) for name in names]
        table.append([row["class"], str(row["ground_truth"]), *values])
    click.echo(f"\nLeast {names[0]}:")
    click.echo(columns(table, right=range(1, len(table[0]))))
