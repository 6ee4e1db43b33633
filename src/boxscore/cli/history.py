"""`boxscore log` and `boxscore diff`: the runs over time, and what two of them differ in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option, open_project, target_option

SHORT = 8
"""Digits of a hash that a table shows."""
PARTS = ("model", "images", "classes", "labels", "protocol")


@click.command(epilog="Example:  boxscore log")
@json_option
@target_option
def log(as_json: bool, target: Path) -> None:
    """List the runs over time with the hashes of model, data, labels and protocol."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).history()
    if as_json:
        print_json(document)
        return
    table = [["imported", "run", "task", "predictions", "", "score", *PARTS]]
    for one in document["runs"]:
        hashes = [one["hashes"][name][:SHORT] for name in PARTS]
        score = [one["headline"] or "", number(one["value"], 5)]
        size = str(one["predictions"])
        table.append([one["created"], one["run"], one["task"], size, *score, *hashes])
    click.echo(columns(table, right=(3, 5)))


@click.command(epilog="Example:  boxscore diff yolo-old yolo-new --in ../last-year")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--in",
    "other",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The project that B belongs to, when it is another one.",
)
@json_option
@target_option
def diff(first: str, second: str, other: Path | None, as_json: bool, target: Path) -> None:
    """Print what differs between two runs: model, images, classes, labels or protocol."""
    from boxscore.cli.text import print_json

    project = open_project(target)
    within = None if other is None else open_project(other)
    document = project.what_changed(first, second, within=within)
    if as_json:
        print_json(document)
    else:
        _print(document)


def _print(document: dict[str, Any]) -> None:
    from boxscore.cli.text import columns, number

    click.echo(document["sentence"])
    images, labels = document["images"], document["labels"]["images_changed"]
    if images["only_first"] or images["only_second"] or labels:
        click.echo(
            f"Images: {images['shared']} in both, {images['only_first']} only in A, "
            f"{images['only_second']} only in B; labels differ on {labels} of those in both."
        )
    sides = [document["first"], document["second"]]
    table = [["", *(side["run"] for side in sides), ""]]
    table += [[key, *(str(side[key]) for side in sides), ""] for key in ("created", "file", "task")]
    for name in PARTS:
        hashes = [side["hashes"][name][:SHORT] for side in sides]
        table.append([name, *hashes, "changed" if name in document["changed"] else ""])
    table += [
        [name, number(one["first"], 5), number(one["second"], 5), ""]
        for name, one in document["metrics"].items()
    ]
    click.echo()
    click.echo(columns(table))
