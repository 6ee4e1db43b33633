"""`boxscore import`: projects with ground truth, and the predictions of models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.measuring import measure, metrics_option
from boxscore.cli.options import (
    given_sigmas,
    json_option,
    open_project,
    sigmas_option,
    target_option,
)
from boxscore.errors import EXIT_PARTLY, RequestError


@click.group("import", epilog="Example:  boxscore import predictions results.json --name yolo-x")
def import_group() -> None:
    """Bring in a project with ground truth, or the predictions of a model."""


@import_group.command(
    epilog="Example:  boxscore import project --coco -a instances_val.json -i val2017/"
)
@click.argument("source", required=False, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--format",
    "form",
    default="auto",
    show_default=True,
    metavar="FORMAT",
    help="What SOURCE is; recognised by its content. `boxscore formats` lists them.",
)
@click.option("--coco", is_flag=True, help="The same as --format coco.")
@click.option(
    "-i",
    "--images",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the images.",
)
@click.option(
    "-a",
    "--annotations",
    type=click.Path(path_type=Path, exists=True),
    help="The annotation file or folder.",
)
@click.option("-n", "--name", help="Name of the project. Default: from the annotations.")
@click.option("--symlinks", is_flag=True, help="Link to the images instead of copying them.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="How boxes are written, what classes become: `boxes`, `classes: map` and "
    "`most_unmatched` of a mapping file (docs: the doctor).",
)
@click.option("--strict", is_flag=True, help="Refuse the import on the first bad record.")
@click.option("--dry-run", is_flag=True, help="Show what would be imported; write nothing.")
@sigmas_option
@metrics_option
@json_option
@target_option
@click.pass_context
def project(
    ctx: click.Context,
    source: Path | None,
    form: str,
    coco: bool,
    images: Path | None,
    annotations: Path | None,
    name: str | None,
    symlinks: bool,
    mapping: Path | None,
    strict: bool,
    dry_run: bool,
    sigmas: str | None,
    metrics: bool,
    as_json: bool,
    target: Path,
) -> None:
    """Make a project with the ground truth of SOURCE, a file or folder, inside the target."""
    from boxscore.engine.progress import on_terminal
    from boxscore.project import Project

    path = annotations or source
    if path is None:
        raise RequestError(
            "no annotation file given",
            fix="name it:  boxscore import project --coco -a annotations.json -i images/",
            code="E-ANNOTATIONS-MISSING",
        )
    document = Project.import_project(
        path,
        format="coco" if coco else form,
        images=images,
        target=target,
        name=name,
        symlinks=symlinks,
        strict=strict,
        dry_run=dry_run,
        mapping=mapping,
        sigmas=given_sigmas(sigmas),
        progress=on_terminal,
    )
    if as_json:
        _json(document)
    else:
        say_project(document, dry_run)
    if metrics and not dry_run:
        measure(Path(document["path"]))
    ctx.exit(EXIT_PARTLY if document["rejected"] else 0)


def say_project(document: dict[str, Any], dry_run: bool) -> None:
    """A made project for people."""
    from boxscore.cli.text import print_recognised, print_warnings

    print_recognised(document)
    print_warnings(document["warnings"])
    verb = "would make" if dry_run else "made"
    click.echo(
        f"{verb} project {document['project']} in {document['path']}: {document['images']} images"
        + (f" ({document['videos']} videos or sequences)" if document["videos"] else "")
        + f", {document['ground_truth']} ground truths, {document['classes']} classes"
        + (f", {document['rejected']} records rejected" if document["rejected"] else "")
    )
    if not dry_run:
        click.echo(f"report: {document['report']}")
        click.echo(f"next:   boxscore import predictions FILE --target {document['path']}")


@import_group.command(epilog="Example:  boxscore import predictions --coco results.json -n yolo-x")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--format",
    "form",
    default="auto",
    show_default=True,
    metavar="FORMAT",
    help="What PATH is; recognised by its content. `boxscore formats` lists them.",
)
@click.option("--coco/--no-coco", default=False, help="The same as --format coco.")
@click.option("-n", "--name", help="Name of the run. Default: the file's stem.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="How images, classes and boxes are read, as `boxscore doctor --write` writes it.",
)
@click.option("--strict", is_flag=True, help="Refuse the import on the first bad record.")
@click.option("--dry-run", is_flag=True, help="Show what would be imported; write nothing.")
@click.option("--replace", is_flag=True, help="Replace a run of the same name.")
@metrics_option
@json_option
@target_option
@click.pass_context
def predictions(
    ctx: click.Context,
    path: Path,
    form: str,
    coco: bool,
    name: str | None,
    mapping: Path | None,
    strict: bool,
    dry_run: bool,
    replace: bool,
    metrics: bool,
    as_json: bool,
    target: Path,
) -> None:
    """Import one prediction set ("run") from PATH and evaluate it."""
    from boxscore.engine.progress import on_terminal

    opened = open_project(target)
    document = opened.import_predictions(
        path,
        format="coco" if coco else form,
        name=name,
        mapping=mapping,
        strict=strict,
        dry_run=dry_run,
        replace=replace,
        progress=on_terminal,
    )
    if as_json:
        _json(document)
    else:
        _say_run(document, dry_run)
    if metrics and not dry_run:
        measure(opened.path)
    ctx.exit(EXIT_PARTLY if document["rejected"] else 0)


def _say_run(document: dict[str, Any], dry_run: bool) -> None:
    from boxscore.cli.scores import print_evaluations
    from boxscore.cli.text import print_recognised, print_warnings

    print_recognised(document)
    print_warnings(document["warnings"])
    verb = "would import" if dry_run else "imported"
    click.echo(
        f"{verb} run {document['run']}: {document['predictions']} predictions on "
        f"{document['images_with_predictions']} images"
        + (f", {document['rejected']} records rejected" if document["rejected"] else "")
    )
    if document["report"]:
        click.echo(f"report: {document['report']}")
    if document["evaluation"]:
        click.echo()
        print_evaluations([document["evaluation"]])


def _json(document: dict[str, Any]) -> None:
    from boxscore.cli.text import print_json

    print_json(document)
