"""`boxscore confusion` and `boxscore calibration`: who is taken for whom, and is 0.8 80 %?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import (
    Asked,
    json_option,
    open_project,
    question_options,
    target_option,
)

PAIRS_SHOWN = 20
CLASSES_SHOWN = 12
"""Most classes whose matrix fits a terminal."""


@click.command(epilog="Example:  boxscore confusion yolo-x --confidence 0.4")
@click.argument("run")
@question_options(confidence=True)
@json_option
@target_option
def confusion(
    run: str,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Print who is taken for whom, most frequent first; background is nothing there."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).confusion(run, **asked)
    if as_json:
        print_json(document)
        return
    pairs = document["pairs"]
    rows = [["labelled", "predicted", "count"]]
    rows += [
        [p["labelled_name"], p["predicted_name"], str(p["count"])] for p in pairs[:PAIRS_SHOWN]
    ]
    click.echo(columns(rows, right=(2,)))
    if len(pairs) > PAIRS_SHOWN:
        click.echo(f"  and {len(pairs) - PAIRS_SHOWN} pairs more: --json")
    if document["iou"] is not None:
        click.echo(
            f"  {run} at IoU {document['iou']:.2f}, confidence {number(document['confidence'])}"
        )
    if 0 < len(document["classes"]) <= CLASSES_SHOWN:
        click.echo()
        click.echo(_matrix(document))


def _matrix(document: dict[str, Any]) -> str:
    from boxscore.cli.text import columns

    nothing = "background" if document["iou"] is not None else "no answer"
    names = [row["name"] for row in document["classes"]] + [nothing]
    table = [["labelled \\ predicted", *names]]
    for name, counts in zip(names, document["matrix"], strict=True):
        if document["iou"] is not None or name is not names[-1]:
            table.append([name, *map(str, counts)])
    return columns(table, right=range(1, len(names) + 1))


@click.command(epilog="Example:  boxscore calibration yolo-x --iou 0.75")
@click.argument("run")
@question_options()
@json_option
@target_option
def calibration(
    run: str,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Print how often predictions of a confidence are right, and the calibration errors."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).calibration(run, **asked)
    if as_json:
        print_json(document)
        return
    share = "accuracy" if document["iou"] is None else "precision"
    table = [["from", "to", "predictions", "confidence", share]]
    for one in document["bins"]:
        edges = [number(one[k]) for k in ("low", "high")]
        means = [number(one[k]) for k in ("confidence", "precision")]
        table.append([*edges, str(one["count"]), *means])
    click.echo(columns(table, right=range(5)))
    found = [f"{NAMES[k]} {number(document[k], 4)}" for k in NAMES if document[k] is not None]
    if found:
        click.echo(f"  {run}: {', '.join(found)}")
    for note in document["notes"]:
        click.echo(f"  {note}")


NAMES = {
    "ece": "ECE",
    "d_ece": "D-ECE",
    "d_ece_place": "D-ECE with place",
    "mce": "widest gap",
    "brier": "Brier score",
}
