"""`boxscore slices`: where a run does worse, or loses against another, found by search."""

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


@click.command("slices", epilog="Example:  boxscore slices int8 --baseline float32")
@click.argument("run")
@click.option("--baseline", help="A run: where does RUN lose against it?")
@question_options(confidence=True, baseline=True)
@click.option(
    "--level", type=float, default=0.1, show_default=True, help="Share of false alarms allowed."
)
@click.option("--seed", type=int, default=20, show_default=True, help="Decides the halves.")
@click.option("--pairs/--no-pairs", default=True, help="Also two conditions at once. Default: yes.")
@json_option
@target_option
def slices(
    run: str,
    baseline: str | None,
    level: float,
    seed: int,
    pairs: bool,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Find subsets on which a run does clearly worse, confirmed on held-out images.

    Missing metrics are computed first. Each slice comes with an expression that shows its objects
    on the Errors page of the app, and that --slice of metric performance and importance takes.
    """
    from boxscore.cli.text import print_json
    from boxscore.engine.progress import on_terminal

    document = open_project(target).weak_slices(
        run, baseline, level=level, seed=seed, pairs=pairs, progress=on_terminal, **asked
    )
    if as_json:
        print_json(document)
    else:
        click.echo(_told(document))


def _told(document: dict[str, Any]) -> str:
    lines = []
    for one in document["slices"]:
        lines.append(one["sentence"])
        at_stake = f"about {one['at_stake']:.0f} at stake"
        lines.append(f"  {at_stake}; slice {one['where']}" if one["where"] else f"  {at_stake}")
    if not lines:
        lines.append("No slice is clearly below the rest.")
    searched = f"{document['looked_at']} slices looked at, {document['tested']} tested"
    lines.append(f"\n{searched} on held-out images, {len(document['slices'])} confirmed")
    return "\n".join([*lines, *document["notes"], *left_out(document)])


def left_out(document: dict[str, Any]) -> list[str]:
    """Metrics that took no part, in one line."""
    if not document["waiting"]:
        return []
    names = ", ".join(document["waiting"])
    return [f"Without {names}: values are missing, and its file is to be named again: metric add"]
