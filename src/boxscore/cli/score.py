"""`boxscore score`: two COCO files in, the twelve numbers out, no project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import given_sigmas, json_option, sigmas_option
from boxscore.cli.plain_score import PLAIN_TASKS, straight, text

TASKS = (*PLAIN_TASKS, "obb", "boundary", "keypoints")


@click.command(epilog="Example:  boxscore score instances_val2017.json results.json")
@click.argument(
    "ground_truth", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="GT"
)
@click.argument("results", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--task", type=click.Choice(TASKS), help="Default: by the results.")
@click.option("--protocol", help="lvis, voc12, ... as for `evaluate`. Default: coco.")
@sigmas_option
@json_option
def score(
    ground_truth: Path,
    results: Path,
    task: str | None,
    protocol: str | None,
    sigmas: str | None,
    as_json: bool,
) -> None:
    """Score a COCO results file against a COCO ground truth: pycocotools' numbers."""
    document = None
    if task in (None, *PLAIN_TASKS) and protocol in (None, "coco") and sigmas is None:
        document = _packed(ground_truth, results, task)
    document = document or _careful(ground_truth, results, task, protocol, sigmas)
    for note in document.get("notes", ()):
        click.echo(note, err=True)
    click.echo(text(document, as_json=as_json), nl=False)


def _packed(ground_truth: Path, results: Path, task: str | None) -> dict[str, Any] | None:
    """Regular files, unpacked in memory where they are gzip; None if a record needs care."""
    from boxscore.sources.json_text import open_json

    return straight(open_json(ground_truth).source, open_json(results).source, task)


def _careful(
    ground_truth: Path, results: Path, task: str | None, protocol: str | None, sigmas: str | None
) -> dict[str, Any]:
    from boxscore.engine.progress import on_terminal
    from boxscore.project import score_files

    with on_terminal("looking at every record"):
        given = given_sigmas(sigmas)
        return score_files(ground_truth, results, task=task, protocol=protocol, sigmas=given)
