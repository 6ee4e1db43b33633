"""`boxscore runs`: the prediction sets of a project."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import json_option, open_project, target_option


@click.group(
    invoke_without_command=True, epilog="Example:  boxscore runs rename yolo-x yolo-x-2026-11"
)
@json_option
@target_option
@click.pass_context
def runs(ctx: click.Context, as_json: bool, target: Path) -> None:
    """List, rename and delete the prediction sets of a project."""
    ctx.obj = target
    if ctx.invoked_subcommand is not None:
        return
    from boxscore.cli.text import columns, number, print_json

    cards = open_project(target).run_cards()
    if as_json:
        print_json(cards)
    elif not cards:
        click.echo("No runs yet. Import one:  boxscore import predictions FILE", err=True)
    else:
        table = [["run", "task", "format", "predictions", "score", "imported"]]
        for card in cards:
            score = next(iter(card["metrics"].values()), None)
            size = card["predictions"]
            table.append(
                [
                    card["name"],
                    card["task"],
                    card["format"],
                    size,
                    number(score, 5),
                    card["created"],
                ]
            )
        click.echo(columns(table, right=(3, 4)))


def _own_target(ctx: click.Context, target: Path) -> Path:
    """The subcommand's --target, or the group's when only that was given."""
    given = ctx.get_parameter_source("target") is not click.core.ParameterSource.DEFAULT
    return target if given or not isinstance(ctx.obj, Path) else ctx.obj


@runs.command(epilog="Example:  boxscore runs rename old new")
@click.argument("old")
@click.argument("new")
@target_option
@click.pass_context
def rename(ctx: click.Context, old: str, new: str, target: Path) -> None:
    """Give run OLD the name NEW."""
    open_project(_own_target(ctx, target)).rename_run(old, new)
    click.echo(f"{old} is now {new}")


@runs.command(epilog="Example:  boxscore runs delete yolo-x")
@click.argument("run")
@target_option
@click.pass_context
def delete(ctx: click.Context, run: str, target: Path) -> None:
    """Delete one run: its predictions, matches and scores."""
    open_project(_own_target(ctx, target)).delete_run(run)
    click.echo(f"deleted {run}")
