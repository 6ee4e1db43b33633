"""`boxscore evaluate`: the scores of one run or several."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import json_option, open_project, target_option


@click.command(epilog="Example:  boxscore evaluate yolo-x --iou 0.75 --json")
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option(
    "--task", type=click.Choice(["bbox", "segm", "classification"]), help="Default: by the run."
)
@click.option("--protocol", type=click.Choice(["coco"]), default="coco", show_default=True)
@click.option(
    "--iou",
    type=float,
    default=0.5,
    show_default=True,
    help="Least IoU of a match, for the counts.",
)
@click.option(
    "--confidence", type=float, help="Least confidence, for the counts. Default: the best F1."
)
@click.option(
    "--max-detections",
    type=click.IntRange(1, 65535),
    default=100,
    show_default=True,
    help="Most predictions per image and class.",
)
@json_option
@target_option
def evaluate(
    runs: tuple[str, ...],
    task: str | None,
    protocol: str,
    iou: float,
    confidence: float | None,
    max_detections: int,
    as_json: bool,
    target: Path,
) -> None:
    """Print the scores of one run or several (default: all)."""
    project = open_project(target)
    documents = [
        project.evaluate(
            run, task=task, iou=iou, confidence=confidence, max_detections=max_detections
        )
        for run in runs or project.run_names()
    ]
    if as_json:
        from boxscore.cli.text import print_json

        print_json(documents[0] if len(runs) == 1 else documents)
        return
    if not documents:
        click.echo("No runs yet. Import one:  boxscore import predictions FILE", err=True)
        return
    from boxscore.cli.scores import print_evaluations

    print_evaluations(documents)
