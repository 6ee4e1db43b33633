"""`boxscore labels`: labels that are probably wrong, what was decided, and what that changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option, open_project, slice_option, target_option

KINDS = ("missing", "swapped", "located", "duplicate", "spurious")
STATES = ("all", "open", "decided", "accepted", "rejected", "skipped")
DONE = {"accept": "accepted", "reject": "rejected", "skip": "skipped"}
HEADLINE = {"classification": "accuracy", "semantic": "miou", "panoptic": "PQ"}


@click.group(epilog="Example:  boxscore labels list --kind swapped")
def labels() -> None:
    """Find, review and correct wrong labels; the project's own labels are never edited."""


@labels.command("list", epilog="Example:  boxscore labels list --kind missing --kind swapped")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Repeatable.")
@click.option("--state", type=click.Choice(STATES), default="open", show_default=True)
@click.option("--run", "runs", multiple=True, help="Whose predictions speak.  [default: all]")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0)
@slice_option
@json_option
@target_option
def list_issues(
    kinds: tuple[str, ...],
    state: str,
    runs: tuple[str, ...],
    limit: int,
    offset: int,
    where: str | list[str] | None,
    as_json: bool,
    target: Path,
) -> None:
    """List labels that are probably wrong, the likeliest first, with the evidence."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).label_issues(
        kinds=kinds or None, state=state, runs=runs or None, where=where, limit=limit,
        offset=offset,
    )  # fmt: skip
    if as_json:
        print_json(document)
        return
    rows = [["key", "score", "kind", "image", "label", "suggestion", "state"]]
    for one in document["issues"]:
        label, suggestion = one["label"], one["suggestion"]
        rows.append(
            [
                one["key"][:8],
                number(one["score"], 2),
                one["kind"],
                one["image"]["title"] if one["image"] else "–",
                label["class_name"] if label else "–",
                suggestion["class_name"] if suggestion else "remove",
                one["state"],
            ]
        )
    click.echo(columns(rows, right=(1,)))
    counts = ", ".join(f"{one['count']} {one['kind']}" for one in document["kinds"])
    click.echo(f"  {len(document['issues'])} of {document['total']} shown; {counts}")
    for note in document["notes"]:
        click.echo(f"  {note}")


def _decide(keys: tuple[str, ...], choice: str, note: str, as_json: bool, target: Path) -> None:
    from boxscore.cli.text import print_json

    project = open_project(target)
    made = [project.decide(key, choice, note=note) for key in keys]
    if as_json:
        print_json(made)
        return
    for one in made:
        click.echo(f"{one['key'][:8]} {one['kind']}: {DONE[choice]}")


_keys = click.argument("keys", nargs=-1, required=True, metavar="KEY...")
_note = click.option("--note", default="", help="Why, for whoever reads it later.")


@labels.command(epilog="Example:  boxscore labels accept 61fed684 --note 'clearly a cup'")
@_keys
@_note
@json_option
@target_option
def accept(keys: tuple[str, ...], note: str, as_json: bool, target: Path) -> None:
    """Accept the suggested fixes of issues, by KEY or its beginning."""
    _decide(keys, "accept", note, as_json, target)


@labels.command(epilog="Example:  boxscore labels reject 61fed684")
@_keys
@_note
@json_option
@target_option
def reject(keys: tuple[str, ...], note: str, as_json: bool, target: Path) -> None:
    """Keep the labels as they are: the issues of KEY are none."""
    _decide(keys, "reject", note, as_json, target)


@labels.command(epilog="Example:  boxscore labels undo")
@click.argument("key", required=False)
@json_option
@target_option
def undo(key: str | None, as_json: bool, target: Path) -> None:
    """Take back the last decision, or the last one about KEY."""
    from boxscore.cli.text import print_json

    taken = open_project(target).undo_label_decision(key)
    if as_json:
        print_json(taken)
    else:
        click.echo(f"{taken['key'][:8]} {taken['kind']}: no longer {DONE[taken['choice']]}")


@labels.command(epilog="Example:  boxscore labels scores yolo-x")
@click.argument("run", required=False)
@json_option
@target_option
def scores(run: str | None, as_json: bool, target: Path) -> None:
    """Print the scores now, with the accepted fixes, and if every open suspect were right."""
    from boxscore.cli.text import columns, number, print_json

    document = open_project(target).scores_with_corrections(run)
    if as_json:
        print_json(document)
        return
    table = [["run", "metric", "now", "accepted", "upper end"]]
    for one in document["runs"]:
        metric = HEADLINE.get(one["task"], "AP")
        values = [number(one[name].get(metric), 5) for name in ("now", "accepted", "upper")]
        table.append([one["run"], metric, *values])
    click.echo(columns(table, right=(2, 3, 4)))
    click.echo(
        f"  {document['accepted_fixes']} fixes accepted; upper end: {document['upper_fixes']}, "
        "suggested by the very runs that they judge"
    )


@labels.command(epilog="Example:  boxscore labels export --format cvat -o fixes")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A new folder.",
)
@click.option(
    "--all",
    "whole",
    is_flag=True,
    help="All labels, corrected.  [default: a patch of what changed]",
)
@click.option(
    "--format",
    "form",
    default="coco",
    show_default=True,
    help="coco or cvat; with --all any format of `export`.",
)
@json_option
@target_option
def export(output: Path, whole: bool, form: str, as_json: bool, target: Path) -> None:
    """Write the accepted fixes into a new folder."""
    from boxscore.cli.text import print_json
    from boxscore.engine.progress import on_terminal

    document: dict[str, Any] = open_project(target).export_corrections(
        output, what="corrected" if whole else "patch", format=form, progress=on_terminal
    )
    if as_json:
        print_json(document)
        return
    click.echo(
        f"{document['fixes']} fixes: {document['annotations']} annotations on "
        f"{document['images']} images written to `{document['path']}`"
    )
    if document["lost"]:
        click.echo(f"{document['lost']} fixes fit nothing in the project any more", err=True)
