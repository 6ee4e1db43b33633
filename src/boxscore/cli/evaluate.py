"""`boxscore evaluate`: the scores of one run or several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boxscore.cli.options import (
    json_option,
    open_project,
    slice_option,
    target_option,
    task_option,
)
from boxscore.errors import RequestError

if TYPE_CHECKING:
    from boxscore.project import Project


@click.command(epilog="Example:  boxscore evaluate yolo-x --iou 0.75 --json")
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@task_option
@click.option(
    "--protocol",
    metavar="PROTOCOL",
    help="coco, lvis, voc07, voc12, openimages, kitti, encord or encord-legacy. Default: coco, or "
    "the task's own.",
)
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
    help="Most predictions per image and class. Default: the protocol's, 100 for COCO.",
)
@click.option(
    "--intervals",
    is_flag=True,
    help="Add 95 % intervals from resampled images, overall and per class.",
)
@click.option("--class-agnostic", is_flag=True, help="Every class counts as one.")
@click.option("--only-predicted", is_flag=True, help="Only images that have predictions count.")
@slice_option
@json_option
@target_option
def evaluate(
    runs: tuple[str, ...],
    task: str | None,
    protocol: str | None,
    iou: float,
    confidence: float | None,
    max_detections: int | None,
    intervals: bool,
    class_agnostic: bool,
    only_predicted: bool,
    where: str | list[str] | None,
    as_json: bool,
    target: Path,
) -> None:
    """Print the scores of one run or several (default: all)."""
    project = open_project(target)
    documents = [
        project.evaluate(
            run,
            task=task,
            protocol=protocol,
            iou=iou,
            confidence=confidence,
            max_detections=max_detections,
            class_agnostic=class_agnostic,
            only_predicted=only_predicted,
            where=where,
        )
        for run in runs or project.run_names()
    ]
    if intervals:
        if max_detections is not None or class_agnostic or only_predicted:
            raise RequestError(
                "intervals are of COCO's own numbers, not of changed ones",
                fix="leave out --max-detections, --class-agnostic and --only-predicted",
                code="E-INTERVALS",
            )
        for document in documents:
            _add_intervals(project, document, where)
    if as_json:
        from boxscore.cli.text import print_json

        print_json(documents[0] if len(documents) == 1 else documents)
        return
    if not documents:
        click.echo("No runs yet. Import one:  boxscore import predictions FILE", err=True)
        return
    from boxscore.cli.scores import print_evaluations

    print_evaluations(documents)


def _add_intervals(
    project: Project, document: dict[str, Any], where: str | list[str] | None
) -> None:
    """Put the intervals of each number beside it, overall and in each class."""
    if document["protocol"] not in ("coco", "classification"):
        raise RequestError(
            f"protocol {document['protocol']} has no intervals: they are of COCO's numbers and "
            "of classifications",
            fix="leave out --intervals, or --protocol and --task",
            code="E-INTERVALS",
        )
    found = project.intervals(document["run"], task=document["task"], where=where)
    document["intervals"] = found["metrics"]
    document["resampled"] = {k: found[k] for k in ("replicates", "seed", "unit", "clusters")}
    if document["counts"] and document["protocol"] == "coco":
        rates = project.rate_intervals(
            document["run"],
            iou=document["counts"]["iou"],
            confidence=document["counts"]["confidence"],
            task=document["task"],
            where=where,
        )
        document["rate_intervals"] = rates["intervals"]
    of_class = {row["class_id"]: row["metrics"] for row in found["per_class"]}
    for row in document["per_class"]:
        row["intervals"] = of_class.get(row["class_id"])
