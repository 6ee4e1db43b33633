"""`boxscore errors` and `boxscore thresholds`: what errors cost, and where to cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import (
    Asked,
    iou_option,
    json_option,
    open_project,
    question_options,
    target_option,
)
from boxscore.errors import writing


@click.command(
    epilog="Example:  boxscore errors yolo-x --per-class --slice split=val, or for a video  "
    "boxscore errors tracker --by frame --sequence MOT17-02"
)
@click.argument("run")
@click.option("--per-class", is_flag=True, help="What each kind of error costs each class.")
@click.option(
    "--intervals/--no-intervals",
    default=True,
    show_default=True,
    help="95 % intervals of the costs, from images drawn anew: 2 s at 500,000 predictions.",
)
@click.option(
    "--by",
    type=click.Choice(["frame"]),
    help="Count the errors of every frame of a video or sequence instead, and identity switches.",
)
@click.option("--sequence", metavar="NAME", help="With --by frame. Default: the only one.")
@click.option(
    "--confidence",
    type=float,
    help="With --by frame: least confidence. Default: the run's best F1.",
)
@question_options()
@json_option
@target_option
def errors(
    run: str,
    per_class: bool,
    intervals: bool,
    by: str | None,
    sequence: str | None,
    confidence: float | None,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Print what each kind of error costs a run: AP gained if it alone were mended (TIDE)."""
    from boxscore.cli.text import columns, number, print_json
    from boxscore.report.words import KINDS, budget_note, cost_bounds

    if by == "frame":
        _only_frames(per_class)
        frames = open_project(target).frames(run, sequence, confidence=confidence, **asked)
        print_json(frames) if as_json else _print_frames(frames)
        return
    if sequence is not None or confidence is not None:
        raise click.UsageError("--sequence and --confidence go with --by frame")
    document = open_project(target).error_budget(run, intervals=intervals, **asked)
    if as_json:
        print_json(document)
        return
    rows = [["error", "count", "AP gained", *(["95 %"] if intervals else [])]]
    kinds = sorted(document["kinds"].items(), key=lambda pair: -(pair[1]["delta_ap"] or 0))
    for kind, found in kinds:
        ends = [cost_bounds(document, kind)] if intervals else []
        rows.append([KINDS[kind], str(found["count"]), number(found["delta_ap"], 4), *ends])
    click.echo(columns(rows, right=range(1, 3)))
    click.echo(
        f"  {run}: AP {number(document['ap'], 5)} at IoU {asked['iou']:.2f}; without any false "
        f"positive +{number(document['false_positive'], 4)}, without any miss "
        f"+{number(document['false_negative'], 4)}"
    )
    if intervals:
        click.echo(f"  {budget_note(document)}")
    if per_class:
        _print_per_class(document)


def _only_frames(per_class: bool) -> None:
    if per_class:
        raise click.UsageError("--by frame does not go with --per-class")


def _print_frames(document: dict[str, Any]) -> None:
    """A line for every frame in time, and the sums."""
    from boxscore.cli.text import columns

    names = ["tp", "fp", "fn"] + (["switches"] if document["switches"] is not None else [])
    values = [document[name] for name in names]
    rows = [["frame", *(name if name == "switches" else name.upper() for name in names)]]
    for title, *counts in zip(document["title"], *values, strict=True):
        rows.append([title, *("–" if count is None else str(count) for count in counts)])
    rows.append(["all", *(str(sum(filter(None, column))) for column in values)])
    click.echo(columns(rows, right=range(1, len(rows[0]))))
    click.echo(
        f"  {document['run']} on {document['sequence']} at IoU {document['iou']:.2f}, "
        f"confidence {document['confidence']:.3f}"
    )


def _print_per_class(document: dict[str, Any]) -> None:
    """AP of each class and what it would gain, most to gain first."""
    from boxscore.cli.text import columns, number
    from boxscore.report.words import KINDS

    def most(row: dict[str, Any]) -> float:
        return max(found["delta_ap"] or 0.0 for found in row["kinds"].values())

    table = [["class", "AP", *KINDS.values()]]
    rows = [row for row in document["per_class"] if row["ap"] is not None]
    for row in sorted(rows, key=most, reverse=True):
        gains = [number(row["kinds"][kind]["delta_ap"], 4) for kind in KINDS]
        table.append([row["class"], number(row["ap"]), *gains])
    click.echo()
    click.echo(columns(table, right=range(1, len(KINDS) + 2)))


@click.command(epilog="Example:  boxscore thresholds yolo-x --goal precision --floor 0.95")
@click.argument("run")
@click.option(
    "--goal",
    type=click.Choice(["f1", "precision", "recall", "cost"]),
    default="f1",
    show_default=True,
    help="What is best: F1, most recall at a precision floor, most precision at a recall floor, "
    "least cost.",
)
@click.option("--floor", type=float, default=0.9, show_default=True, help="Of precision or recall.")
@click.option("--cost-fp", type=float, default=1.0, show_default=True, help="Of a false positive.")
@click.option("--cost-fn", type=float, default=1.0, show_default=True, help="Of a miss.")
@iou_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("thresholds.json"),
    show_default=True,
)
@json_option
@target_option
def thresholds(
    run: str,
    goal: str,
    floor: float,
    cost_fp: float,
    cost_fn: float,
    iou: float,
    output: Path,
    as_json: bool,
    target: Path,
) -> None:
    """Find the confidence thresholds, one for all and one per class, and write thresholds.json."""
    import json

    from boxscore.cli.text import number, print_json

    document = open_project(target).thresholds(
        run, goal=goal, floor=floor, cost_fp=cost_fp, cost_fn=cost_fn, iou=iou
    )
    if as_json:
        print_json(document)
        return
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    with writing(output):
        output.write_text(text, encoding="utf-8")
    one, each = document["all_classes"], document["with_class_thresholds"]
    for name, found in (("one threshold", one), ("one per class", each)):
        at = f" ({number(found['confidence'])})" if "confidence" in found else ""
        rates = ", ".join(f"{k} {number(found[k])}" for k in ("precision", "recall", "f1"))
        counts = f"{found['tp']} TP, {found['fp']} FP, {found['fn']} FN"
        click.echo(f"{name}{at}: {rates}; {counts}")
    if one["reason"]:
        click.echo(f"  {one['reason']}")
    fallen = sum(row["fallback"] for row in document["classes"])
    if fallen:
        click.echo(f"{fallen} classes have too few objects for a threshold of their own")
    click.echo(f"Thresholds stored in `{output.absolute()}`")


@click.command(epilog="Example:  boxscore fix-first yolo-x --order gain --slice split=val")
@click.argument("run")
@click.option(
    "--order",
    type=click.Choice(["effort", "gain"]),
    default="effort",
    show_default=True,
    help="Most AP for each object that has to be touched first, or most AP.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=15, show_default=True)
@click.option("--each", type=click.IntRange(1), help="At most so many of each sort of group.")
@question_options(confidence=True)
@json_option
@target_option
def fix_first(
    run: str,
    order: str,
    limit: int,
    each: int | None,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Print what AP would be if a class, kind of error, confusion, slice or labels were fixed.

    Labels are the accepted corrections of `boxscore labels`: the run is matched with them anew.
    """
    from boxscore.cli.text import columns, number, print_json
    from boxscore.report.words import bounds, fix_name

    document = open_project(target).fix_first(run, order=order, limit=limit, each=each, **asked)
    if as_json:
        print_json(document)
        return
    rows = [["fix", "", "AP gained", "95 % interval", "objects", "images", "per 100 objects"]]
    for found in document["fixes"]:
        rows.append(
            [
                found["what"],
                fix_name(found),
                number(found["gain"], 4),
                bounds(found["low"], found["high"]),
                str(found["errors"]),
                str(found["images"]),
                number(found["per_hundred"], 4),
            ]
        )
    click.echo(columns(rows, right=(2, 4, 5, 6)))
    click.echo(
        f"  {run}: AP {number(document['ap'], 5)} at IoU {asked['iou']:.2f}; errors at confidence "
        f"{document['confidence']:.3f} or above; what is below AP 0.0005 or 5 errors is left out"
    )
