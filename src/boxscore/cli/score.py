"""`boxscore score`: two COCO files in, the twelve numbers out, no project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option

NAMES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
MEANING = (
    "AP  IoU 0.50:0.95, all areas",
    "AP  IoU 0.50",
    "AP  IoU 0.75",
    "AP  small (under 32² px)",
    "AP  medium",
    "AP  large (over 96² px)",
    "AR  1 prediction per image and class",
    "AR  10 predictions",
    "AR  100 predictions",
    "AR  small",
    "AR  medium",
    "AR  large",
)


@click.command(epilog="Example:  boxscore score instances_val2017.json results.json")
@click.argument(
    "ground_truth", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="GT"
)
@click.argument("results", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--task", type=click.Choice(["bbox", "segm"]), help="Default: by the results.")
@json_option
def score(ground_truth: Path, results: Path, task: str | None, as_json: bool) -> None:
    """Score a COCO results file against a COCO ground truth: pycocotools' twelve numbers."""
    document = _fast(ground_truth, results, task)
    if document is None:
        from boxscore.project import score_files

        document = score_files(ground_truth, results, task=task)
    if as_json:
        import json

        click.echo(json.dumps(document, indent=2))
        return
    for name, meaning in zip(NAMES, MEANING, strict=True):
        value = document["metrics"][name]
        click.echo(f"{name:<6} {'    –  ' if value is None else f'{value:.5f}'}  {meaning}")
    click.echo(
        f"{document['task']}: {document['predictions']} predictions, "
        f"{document['ground_truth']} ground truths, {document['images']} images"
    )


def _fast(ground_truth: Path, results: Path, task: str | None) -> dict[str, Any] | None:
    """The straight way from two regular files, in compiled code; None if a record needs care."""
    from boxscore.kernels import _core

    try:
        numbers = _core.score_files(str(ground_truth), str(results), task or "auto")
    except ValueError:
        return None
    if numbers.odd:
        return None
    defined = (None if value != value else value for value in numbers.stats)
    return {
        "task": numbers.task,
        "protocol": "coco",
        "images": numbers.images,
        "ground_truth": numbers.ground_truth,
        "predictions": numbers.predictions,
        "rejected": 0,
        "metrics": dict(zip(NAMES, defined, strict=True)),
    }
