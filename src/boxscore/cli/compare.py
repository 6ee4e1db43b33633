"""`boxscore compare`: is the second model better than the first, by how much, and where?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option, open_project, target_option

SIZES = {"APs": "Small", "APm": "Medium", "APl": "Large"}
WORST_SHOWN = 5


@click.command(epilog="Example:  boxscore compare yolo-old yolo-new")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--iou", type=float, default=0.5, show_default=True, help="Least IoU of a match.")
@json_option
@target_option
def compare(first: str, second: str, iou: float, as_json: bool, target: Path) -> None:
    """Compare run B with run A: every number with its interval, every object that changed sides."""
    from boxscore.cli.text import columns, print_json

    document = open_project(target).compare(first, second, iou=iou)
    if as_json:
        print_json(document)
        return
    for line in _headlines(document):
        click.echo(line)
    table = [["", first, second, "difference", "95 %", "verdict"]]
    table += [_row(name, found) for name, found in document["metrics"].items()]
    click.echo()
    click.echo(columns(table, right=range(1, 4)))
    _print_classes(document)


def _headlines(document: dict[str, Any]) -> list[str]:
    """Better or worse and by how much; which objects changed; which size changed most."""
    first, second = document["runs"]
    ap, found = document["metrics"]["AP"], document["flips"]
    words = {
        "better": f"{second} is better than {first}",
        "worse": f"{second} is worse than {first}",
        "cannot tell": f"Cannot tell whether {second} is better than {first}",
    }[ap["verdict"]]
    lines = [f"{words}: AP {_change(ap)}, on {document['images']} images."]
    lines.append(
        f"Objects: {found['broken']} broken, {found['fixed']} fixed, "
        f"{found['right_in_both']} right in both, {found['wrong_in_both']} wrong in both "
        f"(McNemar p {found['p']:.2g})."
    )
    sizes = [
        (name, document["metrics"][name])
        for name in SIZES
        if document["metrics"][name]["difference"] is not None
    ]
    if sizes:
        name, most = max(sizes, key=lambda pair: abs(pair[1]["difference"]))
        verb = "lost" if most["difference"] < 0 else "gained"
        lines.append(f"{SIZES[name]} objects {verb} most: {name} {_change(most)}.")
    return lines


def _change(found: dict[str, Any]) -> str:
    """The change of a number with its interval."""
    if found["difference"] is None:
        return "is undefined"
    change = f"{found['difference']:+.3f}"
    if found["low"] is None:
        return f"{change} ({found['reason']})"
    return f"{change} (95 % {found['low']:+.3f} to {found['high']:+.3f})"


def _row(name: str, found: dict[str, Any]) -> list[str]:
    from boxscore.cli.text import number

    known = found["difference"] is not None
    interval = f"{found['low']:+.3f} to {found['high']:+.3f}" if found["low"] is not None else "–"
    change = f"{found['difference']:+.5f}" if known else "–"
    return [name, number(found["first"], 5), number(found["second"], 5), change, interval,
            found["verdict"]]  # fmt: skip


def _print_classes(document: dict[str, Any]) -> None:
    from boxscore.cli.text import columns, number

    rows = [row for row in document["per_class"] if row["broken"] > row["fixed"]][:WORST_SHOWN]
    if not rows:
        return
    click.echo("\nMost broken:")
    table = [["class", "objects", "broken", "fixed", "q"]]
    table += [
        [r["class"], str(r["objects"]), str(r["broken"]), str(r["fixed"]), number(r["q"], 3)]
        for r in rows
    ]
    click.echo(columns(table, right=range(1, 5)))
    click.echo("  q: McNemar's p with false discoveries controlled; – with under 10 objects")
