"""`boxscore subset`: a new project of some of the images."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import json_option, open_project, slice_option, target_option


@click.command(epilog="Example:  boxscore subset --slice tag=night --name night")
@slice_option
@click.option("--name", "-n", required=True, help="Of the new project.")
@click.option("--run", "runs", multiple=True, help="Take only this run along. Default: all.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder it is made in. Default: beside the project.",
)
@click.option("--symlinks", is_flag=True, help="Link the pictures instead of copying them.")
@json_option
@target_option
def subset(
    where: str | list[str] | None,
    name: str,
    runs: tuple[str, ...],
    output: Path | None,
    symlinks: bool,
    as_json: bool,
    target: Path,
) -> None:
    """Make a project of the images of a slice, with their ground truth and runs."""
    from boxscore.cli.text import print_json
    from boxscore.engine.progress import on_terminal

    if where is None:
        raise click.UsageError("name the images with --slice")
    document = open_project(target).subset(
        where,
        name=name,
        target=output,
        runs=runs or None,
        symlinks=symlinks,
        progress=on_terminal,
    )
    if as_json:
        print_json(document)
        return
    click.echo(
        f"{document['images']} images, {document['ground_truth']} labels and "
        f"{len(document['runs'])} runs in `{document['path']}`"
    )
