"""`boxscore init`: a project from a folder of images and videos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.measuring import measure, metrics_option
from boxscore.cli.options import json_option, target_option
from boxscore.errors import EXIT_PARTLY


@click.command(
    epilog="Example:  boxscore init photos/ --label-glob '**/*.json' --transformer my_labels.py"
)
@click.argument("root", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "-dg",
    "--data-glob",
    "data_globs",
    multiple=True,
    help="Files that are images or videos; repeatable. Default: **/*.jpg, *.jpeg, *.png, *.tiff, "
    "*.mp4, *.mov, *.avi, *.webm.",
)
@click.option(
    "-lg",
    "--label-glob",
    "label_globs",
    multiple=True,
    help="Files for the transformer; repeatable.",
)
@click.option(
    "-gg",
    "--group-glob",
    "group_globs",
    multiple=True,
    help="Folders that are image groups, each a sequence of its images; repeatable.",
)
@click.option(
    "--transformer",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A Python file with a LabelTransformer; it is run.",
)
@click.option(
    "--transformer-name",
    "transformer_names",
    multiple=True,
    help="Which class, if the file has several; repeatable.",
)
@click.option("-n", "--name", help='Name of the project. Default: "[EA] " and the folder.')
@click.option("--symlinks/--no-symlinks", default=False, help="Link to the images, do not copy.")
@click.option(
    "--dryrun/--no-dryrun",
    "--dry-run/--no-dry-run",
    "dryrun",
    default=False,
    help="Show what would be made; write nothing.",
)
@metrics_option
@json_option
@target_option
@click.pass_context
def init(
    ctx: click.Context,
    root: Path,
    data_globs: tuple[str, ...],
    label_globs: tuple[str, ...],
    group_globs: tuple[str, ...],
    transformer: Path | None,
    transformer_names: tuple[str, ...],
    name: str | None,
    symlinks: bool,
    dryrun: bool,
    metrics: bool,
    as_json: bool,
    target: Path,
) -> None:
    """Make a project from the images and videos in ROOT, inside the target folder."""
    from boxscore.cli.text import print_json
    from boxscore.engine.progress import on_terminal
    from boxscore.project import Project

    document = Project.init(
        root,
        target=target,
        name=name,
        data_globs=data_globs,
        label_globs=label_globs,
        group_globs=group_globs,
        transformer=transformer,
        transformer_name=transformer_names,
        symlinks=symlinks,
        dry_run=dryrun,
        progress=on_terminal,
    )
    if as_json:
        print_json(document)
    elif dryrun:
        _say_rehearsal(document)
    else:
        from boxscore.cli.imports import say_project

        say_project(document, dry_run=False)
    if metrics and not dryrun:
        measure(Path(document["path"]))
    ctx.exit(EXIT_PARTLY if document.get("rejected") else 0)


def _say_rehearsal(document: dict[str, Any]) -> None:
    for path in document["included"]:
        click.echo(f"included  {path}")
    for path in document["excluded"]:
        click.echo(f"excluded  {path}")
    for kind, by_class in document["labels"].items():
        for name, count in by_class.items():
            click.echo(f"{kind}  {name}: {count}")
    click.echo(
        f"{document['files']} files ({document['videos']} videos) "
        f"in {document['folders']} folders, "
        f"{document['label_files']} label files; nothing was written"
    )
