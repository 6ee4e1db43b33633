"""How the scores of runs are printed for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from boxscore.cli.text import columns, number

WORST_SHOWN = 5
WHAT = {
    "bbox": "boxes",
    "obb": "rotated boxes",
    "segm": "masks",
    "boundary": "mask boundaries",
    "keypoints": "keypoints (OKS for IoU)",
}
"""What a task compares, in words."""


def print_evaluations(documents: Sequence[dict[str, Any]]) -> None:
    """One line per run, and for a single run its counts and weakest classes."""
    for kind in dict.fromkeys((d["task"], d["protocol"], tuple(d["metrics"])) for d in documents):
        same = [d for d in documents if (d["task"], d["protocol"], tuple(d["metrics"])) == kind]
        click.echo(_metrics_table(same))
        for document in same:
            if "intervals" in document:
                click.echo(f"  {_intervals_line(document)}")
        click.echo(f"  {_definition(same[0])}")
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
    rows += [[d["run"], *(number(d["metrics"][n], 5) for n in names)] for d in documents]
    return columns(rows, right=range(1, len(names) + 1))


def _intervals_line(document: dict[str, Any]) -> str:
    """The headline numbers with their intervals, or why they have none."""
    found = document["intervals"]
    words = []
    for name in ("AP", "AP50", "AR100"):
        one = found[name]
        known = f"{number(one['low'], 3)} to {number(one['high'], 3)}"
        words.append(f"{name} {known if one['low'] is not None else one['reason']}")
    return f"{document['run']}, 95 % (1,000 resamples of the images): " + "; ".join(words)


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
    if len(rows) < 2 or not document["counts"]:
        return
    rows.sort(key=lambda row: -row["fn"])
    shown = rows[:WORST_SHOWN]
    click.echo("\nMost misses:")
    table = [["class", "objects", "AP", "TP", "FP", "FN"]]
    table += [
        [r["class"], r["ground_truth"], number(r["ap"]), r["tp"], r["fp"], r["fn"]] for r in shown
    ]
    click.echo(columns(table, right=range(1, 6)))
