"""`boxscore export`: ground truth or a run out of a project, in many formats."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import json_option, open_project, slice_option, target_option


@click.command(
    epilog="Example:  boxscore export ground-truth --format yolo -o my-data-yolo\n\n"
    "Example:  boxscore export yolo-x --format coco --outcome fp -o false-positives"
)
@click.argument("what")
@click.option(
    "--format",
    "form",
    required=True,
    help="coco, yolo, voc, cvat, kitti, mot, masks, csv, jsonl, parquet, or pickle (runs only).",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A new folder.",
)
@click.option(
    "--outcome",
    type=click.Choice(["tp", "fp", "fn"]),
    help="Only objects of this outcome; for ground-truth together with --run.",
)
@click.option("--run", help="Whose outcomes are meant, when ground truth is exported.")
@click.option("--iou", type=float, default=0.5, show_default=True, help="Of the outcomes.")
@click.option(
    "--confidence", type=float, help="Least confidence. Default: all; of outcomes: the best F1."
)
@slice_option
@json_option
@target_option
def export(
    what: str,
    form: str,
    output: Path,
    outcome: str | None,
    run: str | None,
    iou: float,
    confidence: float | None,
    where: str | list[str] | None,
    as_json: bool,
    target: Path,
) -> None:
    """Write WHAT, `ground-truth` or the name of a run, into a new folder."""
    from boxscore.cli.text import print_json
    from boxscore.engine.progress import on_terminal

    document = open_project(target).export(
        what,
        format=form,
        output=output,
        outcome=outcome,
        run=run,
        iou=iou,
        confidence=confidence,
        where=where,
        progress=on_terminal,
    )
    if as_json:
        print_json(document)
        return
    for kind, count in document["left_out"].items():
        click.echo(f"{count} annotations of kind {kind} have no place in {form}", err=True)
    if document["drops"]:
        click.echo(f"{form} does not keep: {'; '.join(document['drops'])}", err=True)
    click.echo(
        f"{document['annotations']} annotations on {document['images']} images "
        f"written to `{document['path']}`"
    )
