"""`boxscore compare`: is a model better than the last one, by how much, and where?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import iou_option, json_option, open_project, slice_option, target_option
from boxscore.errors import printable

WORST_SHOWN = 5
FLIPS = ("objects", "broken", "fixed")
ALARMS = ("new", "removed")


@click.command(epilog="Example:  boxscore compare yolo-old yolo-new --by split")
@click.argument("runs", metavar="A B...", nargs=-1, required=True)
@iou_option
@slice_option
@click.option(
    "--by",
    type=click.Choice(["split", "sequence", "size"]),
    help="Also one line for each of these.",
)
@click.option(
    "--images",
    type=click.Choice(["auto", "all", "shared"]),
    default="auto",
    show_default=True,
    help="all: no prediction means nothing found; shared: only images on which every run has "
    "predictions; auto: shared when a run has none on over a fifth of another's images.",
)
@click.option(
    "--confidence", type=float, help="Of every run.  [default: each at that of its best F1]"
)
@json_option
@target_option
def compare(
    runs: tuple[str, ...],
    iou: float,
    where: str | list[str] | None,
    by: str | None,
    images: str,
    confidence: float | None,
    as_json: bool,
    target: Path,
) -> None:
    """Compare runs with run A: every number with its interval, every object that changed sides."""
    from boxscore.cli.text import print_json

    document = open_project(target).compare(
        *runs, iou=iou, where=where, by=by, images=images, confidence=confidence, rates=True
    )
    if as_json:
        print_json(document)
        return
    for number, pair in enumerate(document["pairs"]):
        if number:
            click.echo()
        _print_pair(pair, by)
    _print_agreement(document)
    for note in document["notes"]:
        click.echo(f"  {note}")


def _print_pair(pair: dict[str, Any], by: str | None) -> None:
    from boxscore.cli.text import columns

    for line in pair["sentences"]:
        click.echo(printable(line))
    table = [["", pair["first"], pair["second"], "difference", "95 %", "verdict"]]
    table += [_row(name, found) for name, found in (pair["metrics"] | pair["rates"]).items()]
    click.echo()
    click.echo(columns(table, right=range(1, 4)))
    counted = (*FLIPS, *(ALARMS if pair["false_positives"] else ()))
    _print_rows("size", pair["sizes"] if by == "size" else [], counted)
    _print_rows(str(by), pair["groups"], counted)
    worst = [row for row in pair["per_class"] if row["broken"] > row["fixed"]][:WORST_SHOWN]
    _print_rows("most broken class", worst, counted)
    _print_kinds(pair)


def _row(name: str, found: dict[str, Any]) -> list[str]:
    from boxscore.cli.text import number

    known = found["difference"] is not None
    change = f"{found['difference']:+.5f}" if known else "–"
    return [name, number(found["first"], 5), number(found["second"], 5), change, _interval(found),
            found["verdict"]]  # fmt: skip


def _interval(found: dict[str, Any]) -> str:
    return f"{found['low']:+.3f} to {found['high']:+.3f}" if found["low"] is not None else "–"


def _print_rows(what: str, rows: list[dict[str, Any]], counted: tuple[str, ...]) -> None:
    """Flips of classes, sizes or groups."""
    from boxscore.cli.text import columns, number

    if not rows:
        return
    names = [name for name in counted if name in rows[0]]
    own = ["difference", "95 %"] if "change" in rows[0] else []
    table = [[what, *names, "q", "verdict", *own]]
    for row in rows:
        found = row.get("change")
        words = []
        if found:
            known = found["difference"] is not None
            words = [f"{found['difference']:+.3f}" if known else "–", _interval(found)]
        counts = [str(row[name]) for name in names]
        table.append([row["name"], *counts, number(row["q"], 3), row["verdict"], *words])
    click.echo()
    click.echo(columns(table, right=range(1, len(names) + 2)))
    click.echo(
        "  q: McNemar's p with false discoveries controlled; – with too few objects or images"
    )


def _print_kinds(pair: dict[str, Any]) -> None:
    from boxscore.cli.text import columns

    if not pair["kinds"]:
        return
    table = [["false positives", "new", "gone"]]
    table += [[row["kind"], str(row["new"]), str(row["removed"])] for row in pair["kinds"]]
    click.echo()
    click.echo(columns(table, right=range(1, 3)))


def _print_agreement(document: dict[str, Any]) -> None:
    """Of three runs and more: how far each two agree on the objects."""
    from boxscore.cli.text import columns, number

    runs = document["runs"]
    if len(runs) < 3:
        return
    table = [["agree on", *runs]]
    table += [
        [run, *(number(share, 3) for share in row)]
        for run, row in zip(runs, document["agreement"], strict=True)
    ]
    click.echo()
    click.echo(columns(table, right=range(1, len(runs) + 1)))
