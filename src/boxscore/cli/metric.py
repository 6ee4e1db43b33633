"""`boxscore metric`: quality metrics, their values, and a run's performance against them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import (
    Asked,
    json_option,
    open_project,
    question_options,
    slice_option,
    target_option,
)
from boxscore.errors import EXIT_PARTLY


@click.group("metric", epilog="Example:  boxscore metric show Brightness")
def metric_group() -> None:
    """Quality metrics of images, ground truth and predictions."""


@metric_group.command("list", epilog="Example:  boxscore metric list")
@json_option
@target_option
def list_metrics(as_json: bool, target: Path) -> None:
    """List the metrics, and how much of each is computed."""
    from boxscore.cli.text import columns, print_json

    documents = open_project(target).metrics
    if as_json:
        print_json(documents)
        return
    rows = [["metric", "of", "computed", "unit", "worth a look"]]
    for one in documents:
        computed = sum(place["computed"] for place in one["state"])
        values = sum(place["values"] for place in one["state"])
        share = f"{computed / values:.0%}" if values else "–"
        rows.append([one["title"], _subject(one), share, one["unit"], _bad(one)])
    click.echo(columns(rows, right=(2,)))


def _subject(card: dict[str, Any]) -> str:
    """What it is of, as "image" or "object: ground truth, prediction"."""
    sides = ", ".join(role.replace("_", " ") for role in card["roles"])
    return f"{card['on']}: {sides}" if sides else str(card["on"])


def _bad(card: dict[str, Any]) -> str:
    return {"none": "", "both": "low and high"}.get(card["bad"], str(card["bad"]))


@metric_group.command("show", epilog="Example:  boxscore metric show Brightness Sharpness")
@click.argument("titles", nargs=-1, required=True)
@click.option("--run", help="Whose predictions. Default: the images and their ground truth.")
@slice_option
@json_option
@target_option
def show_metrics(
    titles: tuple[str, ...],
    run: str | None,
    where: str | list[str] | None,
    as_json: bool,
    target: Path,
) -> None:
    """Print what metrics mean and how their values are spread; missing ones are computed."""
    from boxscore.cli.text import print_json

    project = open_project(target)
    documents = [project.metric(title, run=run, where=where) for title in titles]
    if as_json:
        print_json(documents[0] if len(documents) == 1 else documents)
        return
    click.echo("\n\n".join(_described(one) for one in documents))


def _described(document: dict[str, Any]) -> str:
    card, summary = document["metric"], document["summary"]
    unit = f" ({card['unit']})" if card["unit"] else ""
    lines = [f"{card['title']}{unit}", f"  {card['meaning']}", f"  {card['advice']}"]
    if summary["mean"] is None:
        lines.append(f"  undefined for all {document['total']}")
        return "\n".join(lines)
    told = ", ".join(f"{name} {value:.4g}" for name, value in summary.items())
    lines.append(f"  {document['total']} values, {document['undefined']} undefined: {told}")
    counts = document["histogram"]["counts"]
    bars = " ▁▂▃▄▅▆▇█"
    most = max(counts)
    lines.append("  " + "".join(bars[-(-8 * count // most)] for count in counts))
    return "\n".join(lines)


@metric_group.command("run", epilog="Example:  boxscore metric run Brightness")
@click.argument("titles", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All metrics; the same as naming none.")
@json_option
@target_option
def run_metrics(titles: tuple[str, ...], everything: bool, as_json: bool, target: Path) -> int:
    """Compute what is missing of some metrics, or of all, for the images and every run."""
    from boxscore.engine.progress import on_terminal

    if titles and everything:
        raise click.UsageError("name metrics, or --all")
    document = open_project(target).run_metrics(*titles, progress=on_terminal)
    return _tell(document, as_json)


@metric_group.command("add", epilog="Example:  boxscore metric add sky.py")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("titles", nargs=-1)
@json_option
@target_option
def add_metrics(file: Path, titles: tuple[str, ...], as_json: bool, target: Path) -> int:
    """Run a Python file with metrics of your own, and compute them. Its code is not kept."""
    from boxscore.engine.progress import on_terminal

    document = open_project(target).add_metrics(file, *titles, progress=on_terminal)
    return _tell(document, as_json)


def _tell(document: dict[str, Any], as_json: bool) -> int:
    """Print what was computed; failures are named on stderr and end with their exit code."""
    from boxscore.cli.text import print_json

    if as_json:
        print_json(document)
    else:
        images = f", {document['images']} images decoded" if document["images"] else ""
        told = f"{len(document['metrics'])} metrics: {document['computed']} values computed"
        click.echo(f"{told}{images}")
        if not document["stored"]:
            click.echo("The project cannot be written: nothing was stored", err=True)
    for failed in document["failures"]:
        click.echo(f"{failed['metric']} ({failed['count']}×): {failed['example']}", err=True)
    return EXIT_PARTLY if document["failures"] else 0


@metric_group.command("remove", epilog='Example:  boxscore metric remove "Share of sky"')
@click.argument("titles", nargs=-1, required=True)
@json_option
@target_option
def remove_metrics(titles: tuple[str, ...], as_json: bool, target: Path) -> None:
    """Forget metrics that were added, with their values."""
    from boxscore.cli.text import print_json

    document = open_project(target).remove_metrics(*titles)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Removed {', '.join(document['removed'])}")


@metric_group.command(
    "performance", epilog="Example:  boxscore metric performance yolo-x Brightness"
)
@click.argument("run")
@click.argument("title")
@click.option("--bins", type=int, default=10, show_default=True, help="Of equal numbers.")
@click.option("--by-class", is_flag=True, help="One row for each class, the largest drop first.")
@question_options(confidence=True)
@json_option
@target_option
def performance(
    run: str,
    title: str,
    bins: int,
    by_class: bool,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Print precision, recall and mean confidence of a run where a metric is low or high."""
    from boxscore.cli.text import columns, number, print_json

    project = open_project(target)
    if by_class:
        document = project.metric_by_class(run, title, **asked)
        print_json(document) if as_json else click.echo(_by_class(document))
        return
    document = project.metric_performance(run, title, bins=bins, **asked)
    if as_json:
        print_json(document)
        return
    names = ["from", "to", "predictions", "precision", "objects", "recall", "confidence", "gap"]
    table = [names]
    for one in document["bins"]:
        edges = [f"{one[k]:.4g}" for k in ("low", "high")]
        columns_of = ("precision", "recall", "mean_confidence", "calibration_gap")
        shares = [_with_ends(one[k]) for k in columns_of]
        table.append([*edges, str(one["predictions"]), shares[0], str(one["objects"]), *shares[1:]])
    click.echo(columns(table, right=range(8)))
    title = document["metric"]["title"]
    at = f"at IoU {asked['iou']:.2f}, confidence {number(document['confidence'])}"
    click.echo(f"  {run} by {title}, {at}")
    for note in document["notes"]:
        click.echo(f"  {note}")


def _by_class(document: dict[str, Any]) -> str:
    """A row for each class: its shares, their drop and their correlation with the metric."""
    from boxscore.cli.text import columns, number

    names = ["drop", "corr.", "q"]
    table = [["class", "objects", "recall", *names, "predictions", "precision", *names]]
    for row in document["classes"]:
        cells = [row["class_name"]]
        for units, name in (("objects", "recall"), ("predictions", "precision")):
            share = row[name]
            told = [number(share[k]) for k in ("value", "drop", "correlation", "q")]
            cells += [str(row[units]), *told]
        table.append(cells)
    return "\n".join([columns(table, right=range(1, 11)), *document["notes"]])


@metric_group.command("importance", epilog="Example:  boxscore metric importance yolo-x")
@click.argument("run")
@click.option("--baseline", help="A run: what has RUN lost against it?")
@question_options(confidence=True, baseline=True)
@json_option
@target_option
def importance(
    run: str,
    baseline: str | None,
    asked: Asked,
    as_json: bool,
    target: Path,
) -> None:
    """Print what every metric has to do with misses and false positives, or losses."""
    from boxscore.cli.slices import left_out
    from boxscore.cli.text import columns, number, print_json
    from boxscore.engine.progress import on_terminal

    document = open_project(target).metric_importance(run, baseline, progress=on_terminal, **asked)
    if as_json:
        print_json(document)
        return
    table = [["failures", "metric", "bits", "by chance", "q", "spearman", "higher", "adjusted"]]
    for row in document["rows"]:
        numbers = [number(row[k]) for k in ("information", "by_chance", "q", "spearman")]
        ends = [_with_ends(row[k]) for k in ("higher", "adjusted")]
        table.append([row["failure"].replace("_", " "), row["title"], *numbers, *ends])
    click.echo(columns(table, right=range(2, 8)))
    for note in [*document["notes"], *left_out(document)]:
        click.echo(f"  {note}")


def _with_ends(interval: dict[str, Any]) -> str:
    from boxscore.cli.text import number

    if interval["low"] is None or interval["high"] is None:
        return number(interval["estimate"])
    ends = [number(interval[k], 2) for k in ("low", "high")]
    return f"{number(interval['estimate'])} [{ends[0]}, {ends[1]}]"
