"""`boxscore runs`: the prediction sets of a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boxscore.cli.options import json_option, open_project, own_target, target_option

if TYPE_CHECKING:
    from boxscore.project import Project


@click.group(
    invoke_without_command=True, epilog="Example:  boxscore runs rename yolo-x yolo-x-2026-11"
)
@click.option("--gate", is_flag=True, help="Say which pass the rules that the project keeps.")
@json_option
@target_option
@click.pass_context
def runs(ctx: click.Context, gate: bool, as_json: bool, target: Path) -> None:
    """List, rename, delete, fuse and cut the prediction sets of a project."""
    ctx.obj = target
    if ctx.invoked_subcommand is not None:
        return
    from boxscore.cli.text import columns, number, print_json

    project = open_project(target)
    cards = project.run_cards()
    if gate:
        verdicts = {one["run"]: one for one in project.gate_verdicts()["runs"]}
        cards = [card | {"gate": verdicts[card["name"]]} for card in cards]
    if as_json:
        print_json(cards)
    elif not cards:
        click.echo("No runs yet. Import one:  boxscore import predictions FILE", err=True)
    else:
        head = ["run", "task", "format", "predictions", "score", "imported"]
        table: list[list[object]] = [[*head, *(["gate"] if gate else [])]]
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
                    *([_verdict(card["gate"])] if gate else []),
                ]
            )
        click.echo(columns(table, right=(3, 4)))


def _verdict(found: dict[str, Any]) -> str:
    """As the Runs page says it."""
    if found["verdict"] is None:
        return found["problem"] or "no rules"
    checks = sum(found["counts"].values())
    return f"{found['block']} of {checks} fail" if found["block"] else str(found["verdict"])


@runs.command(epilog="Example:  boxscore runs rename old new")
@click.argument("old")
@click.argument("new")
@target_option
@click.pass_context
def rename(ctx: click.Context, old: str, new: str, target: Path) -> None:
    """Give run OLD the name NEW."""
    open_project(own_target(ctx, target)).rename_run(old, new)
    click.echo(f"{old} is now {new}")


@runs.command(epilog="Example:  boxscore runs delete yolo-x")
@click.argument("run")
@target_option
@click.pass_context
def delete(ctx: click.Context, run: str, target: Path) -> None:
    """Delete one run: its predictions, matches and scores."""
    open_project(own_target(ctx, target)).delete_run(run)
    click.echo(f"deleted {run}")


@runs.command(epilog="Example:  boxscore runs fuse yolo-x rtdetr --weight 2 --weight 1 --name both")
@click.argument("runs", nargs=-1, required=True)
@click.option("--name", "-n", help="Of the new run.  [default: the names joined]")
@click.option("--weight", "weights", type=float, multiple=True, help="Of each run, in order.")
@click.option("--iou", type=float, default=0.55, show_default=True, help="Boxes above it are one.")
@click.option("--skip", type=float, default=0.0, show_default=True, help="Least confidence.")
@click.option("--replace", is_flag=True, help="Replace a run of that name.")
@json_option
@target_option
@click.pass_context
def fuse(
    ctx: click.Context,
    runs: tuple[str, ...],
    name: str | None,
    weights: tuple[float, ...],
    iou: float,
    skip: float,
    replace: bool,
    as_json: bool,
    target: Path,
) -> None:
    """Make one run of several by weighted box fusion, and evaluate it."""
    from boxscore.engine.progress import on_terminal

    project = open_project(own_target(ctx, target))
    document = project.fuse_runs(
        *runs, name=name, weights=weights, iou=iou, skip=skip, replace=replace, progress=on_terminal
    )
    _print_made(document, list(runs), as_json, project)


@runs.command(epilog="Example:  boxscore runs cut yolo-x --thresholds thresholds.json --name final")
@click.argument("run")
@click.option("--confidence", type=float, help="One threshold for all classes.")
@click.option(
    "--thresholds",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of `boxscore thresholds`: one for each class.",
)
@click.option("--name", "-n", help="Of the new run.  [default: RUN cut]")
@click.option("--replace", is_flag=True, help="Replace a run of that name.")
@json_option
@target_option
@click.pass_context
def cut(
    ctx: click.Context,
    run: str,
    confidence: float | None,
    file: Path | None,
    name: str | None,
    replace: bool,
    as_json: bool,
    target: Path,
) -> None:
    """Make a run of RUN without what is less confident than a threshold, and evaluate it."""
    from boxscore.engine.progress import on_terminal

    if (confidence is None) == (file is None):
        raise click.UsageError("give --confidence or --thresholds")
    project = open_project(own_target(ctx, target))
    floor = confidence if confidence is not None else file
    assert floor is not None
    document = project.cut_run(run, floor, name=name, replace=replace, progress=on_terminal)
    _print_made(document, [run], as_json, project)


def _print_made(document: dict[str, Any], of: list[str], as_json: bool, project: Project) -> None:
    """The new run's scores under those of the runs that it was made of."""
    from boxscore.cli.scores import print_evaluations
    from boxscore.cli.text import print_json

    if as_json:
        print_json(document)
        return
    click.echo(f"made run {document['run']}: {document['predictions']} predictions")
    print_evaluations([*(project.evaluate(run) for run in of), document["evaluation"]])
