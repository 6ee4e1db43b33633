"""`boxscore curves` and `boxscore lrp`: each class at the confidence that serves it best."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boxscore.cli.options import (
    Asked,
    json_option,
    open_project,
    question_options,
    target_option,
)
from boxscore.errors import RequestError, near_misses

if TYPE_CHECKING:
    from boxscore.project import Project


@click.command(
    epilog="Example:  boxscore curves yolo-x --class person --json, or  "
    "boxscore curves yolo-x --band"
)
@click.argument("run")
@click.option("--class", "names", multiple=True, help="Only this class; may be repeated.")
@click.option(
    "--band",
    is_flag=True,
    help="Precision against recall of the classes together instead, with its 95 % band.",
)
@question_options()
@json_option
@target_option
def curves(
    run: str,
    names: tuple[str, ...],
    band: bool,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Print the best F1 of each class and its confidence; with --json the whole curves."""
    from boxscore.cli.text import columns, number, print_json

    project = open_project(target)
    classes = _classes(project, names) if names else None
    if band:
        pooled = project.curves(run, classes=classes, intervals=True, **asked)
        print_json(pooled) if as_json else _print_band(run, asked["iou"], pooled)
        return
    document = project.class_curves(run, classes=classes, **asked)
    if as_json:
        print_json(document)
        return
    table = [["class", "objects", "best F1", "at confidence"]]
    best = [row for row in document["best"] if classes is None or row["class_id"] in classes]
    for row in sorted(best, key=lambda row: row["f1"] or 0.0):
        scores = [number(row[k]) for k in ("f1", "confidence")]
        table.append([row["class"], str(row["objects"]), *scores])
    click.echo(columns(table, right=range(1, 4)))
    words = [
        f"{what}: F1 {number(one['f1'])} at confidence {number(one['confidence'])}"
        for what, one in (
            ("all counts pooled", document["pooled"]["best"]),
            ("mean over classes", document["mean"]["best"]),
        )
    ]
    click.echo(f"  {run} at IoU {asked['iou']:.2f}; {'; '.join(words)}")


def _print_band(run: str, iou: float, document: dict[str, Any]) -> None:
    """Every tenth recall of the band; why there is none."""
    from boxscore.cli.text import columns, number
    from boxscore.report.words import band_note

    found = document["band"]
    table = [["recall", "precision from", "to"]]
    for recall, low, high in zip(found["recall"], found["low"], found["high"], strict=True):
        if round(recall * 100) % 10 == 0:
            table.append([f"{recall:.1f}", number(low), number(high)])
    click.echo(columns(table, right=range(3)))
    click.echo(f"  {run} at IoU {iou:.2f}; {band_note(found)}")


def _classes(project: Project, names: tuple[str, ...]) -> tuple[int, ...]:
    known = {row.name: row.class_id for row in project.ontology.classes if row.kind == "object"}
    for name in names:
        if name not in known:
            raise RequestError(
                f"class {name!r} does not exist",
                fix=near_misses(name, known),
                code="E-CLASS-UNKNOWN",
            )
    return tuple(dict.fromkeys(known[name] for name in names))


@click.command(epilog="Example:  boxscore lrp yolo-x")
@click.argument("run")
@question_options()
@json_option
@target_option
def lrp(
    run: str,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Print oLRP: one error of boxes, false positives and misses; 0 is perfect, 1 is useless."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).lrp(run, **asked)
    if as_json:
        print_json(document)
        return
    table = [["class", "oLRP", "1 - IoU", "false positives", "misses", "at confidence"]]
    rows: list[dict[str, Any]] = sorted(document["per_class"], key=lambda row: -row["value"])
    rows.append({"class": "mean", "confidence": None} | document["mean"])
    for row in rows:
        parts = ("value", "location", "false_positive", "false_negative", "confidence")
        table.append([row["class"], *(number(row[k]) for k in parts)])
    click.echo(columns(table, right=range(1, 6)))
    click.echo(f"  {run}; true positives from IoU {asked['iou']:.2f}")
