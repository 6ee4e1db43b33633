"""`boxscore findings`, `next` and `drift`: what the quality metrics say to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option, open_project, slice_option, target_option


@click.command(epilog="Example:  boxscore findings --run yolo-x --severity severe")
@click.option("--run", help="Whose predictions have findings too.")
@click.option("--code", help="List those of one code; IMG900, ANN900, PRD900 are outliers.")
@click.option("--severity", type=click.Choice(["severe", "moderate"]), help="Only such.")
@click.option("--metric", help="Only of this metric, by id.")
@click.option("--limit", type=click.IntRange(0, 10_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0, help="Where the list starts.")
@slice_option
@json_option
@target_option
def findings(
    run: str | None,
    code: str | None,
    severity: str | None,
    metric: str | None,
    limit: int,
    offset: int,
    where: str | list[str] | None,
    as_json: bool,
    target: Path,
) -> None:
    """List images, labels and predictions whose metrics are beyond their thresholds.

    `boxscore config set CODE VALUE` moves a threshold for the project.
    """
    from boxscore.cli.text import print_json

    document = open_project(target).findings(
        run, code=code, severity=severity, metric=metric, limit=limit, offset=offset, where=where
    )
    if as_json:
        print_json(document)
        return
    _say_codes(document, code)
    _say_rows(document)


def _say_codes(document: dict[str, Any], code: str | None) -> None:
    from boxscore.cli.text import columns

    rows = [["code", "finding", "severity", "count", "metric", "threshold"]]
    for one in document["codes"]:
        if one["count"] and code in (None, one["code"]):
            sign = "≤" if one["side"] == "low" else "≥"
            threshold = f"{sign} {one['threshold']:g} {one['unit']}".rstrip()
            metric = one["metric_title"]
            rows.append([one["code"], one["title"], one["severity"], str(one["count"]), metric,
                         threshold])  # fmt: skip
    for one in document["outliers"]:
        counts = one["moderate"] + one["severe"]
        if counts and code == one["code"]:
            told = f"{one['severe']} severe"
            rows.append([one["code"], "outliers", told, str(counts), one["metric_title"], ""])
    click.echo(columns(rows, right=(3,)) if len(rows) > 1 else "no findings")


def _say_rows(document: dict[str, Any]) -> None:
    if document["rows"]:
        click.echo(f"\n{document['total']} findings:")
    for one in document["rows"]:
        what = f" {one['class_name']}" if one["class_name"] else ""
        frame = f" frame {one['frame']}" if one["frame"] else ""
        place = f" row {one['row']}" if one["class_name"] else ""
        value = f"{one['metric']} {one['value']:.4g}"
        click.echo(f"  {one['code']}  {one['title']}{frame}{place}{what}  {value}")
    if document["not_computed"]:
        click.echo(f"not computed: {', '.join(document['not_computed'])}")


@click.command("next", epilog="Example:  boxscore next --count 200 --run yolo-x -o next.csv")
@click.option("--count", type=click.IntRange(1), default=100, show_default=True, help="How many.")
@click.option("--run", help="Whose uncertainty counts. Default: coverage and diversity alone.")
@click.option("--acquisition", help="Which uncertainty. Default: the mean rank of all.")
@click.option(
    "--weight", type=click.FloatRange(0, 1), default=0.5, show_default=True,
    help="Of uncertainty against novelty.",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file.")
@slice_option
@json_option
@target_option
def label_next(
    count: int,
    run: str | None,
    acquisition: str | None,
    weight: float,
    output: Path | None,
    where: str | list[str] | None,
    as_json: bool,
    target: Path,
) -> None:
    """Choose the images to label next: unsure, unlike what is labelled and unlike each other."""
    from boxscore.cli.text import columns, number, print_json
    from boxscore.engine.progress import on_terminal

    document = open_project(target).label_next(
        count, run=run, acquisition=acquisition, weight=weight, where=where, progress=on_terminal
    )
    if output is not None:
        _write(document["images"], output)
    if as_json:
        print_json(document)
        return
    for note in document["notes"]:
        click.echo(f"note: {note}", err=True)
    told = (
        f"{len(document['images'])} of {document['candidates']} images, "
        f"compared by {document['vectors']}"
    )
    if output is not None:
        click.echo(f"wrote {output}: {told}")
        return
    rows = [["rank", "image", "uncertainty", "distance"]]
    for one in document["images"]:
        numbers = [number(one["uncertainty"], 2), number(one["distance"], 2)]
        rows.append([str(one["rank"]), one["title"], *numbers])
    click.echo(columns(rows, right=(0, 2, 3)))
    click.echo(told)


def _write(images: list[dict[str, Any]], path: Path) -> None:
    """A CSV file, made anew."""
    import csv

    names = ("rank", "title", "data_hash", "frame", "uncertainty", "distance")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(images)


@click.command(epilog="Example:  boxscore drift --slice split=train --against split=val")
@click.argument("other", required=False, type=click.Path(path_type=Path, exists=True))
@slice_option
@click.option("--against", help="Images of the other side, as --slice. Default: all.")
@click.option("--rest", is_flag=True, help="Against the images that --slice leaves out.")
@click.option("--metric", help="Print how this metric is spread on both sides instead.")
@json_option
@target_option
def drift(
    other: Path | None,
    where: str | list[str] | None,
    against: str | None,
    rest: bool,
    metric: str | None,
    as_json: bool,
    target: Path,
) -> None:
    """Compare every metric and the classes with those of the project OTHER, or of a slice.

    Kolmogorov-Smirnov tests, corrected for how many there are (q), and Cliff's delta: how much
    likelier a value of the other side is greater than smaller.
    """
    from boxscore.cli.text import columns, number, print_json
    from boxscore.engine.progress import on_terminal

    second = None if other is None else open_project(other)
    project = open_project(target)
    if metric is not None:
        found = project.drift_metric(metric, second, where=where, against=against, rest=rest)
        click.echo(_spread(found)) if not as_json else print_json(found)
        return
    document = project.drift(second, where=where, against=against, rest=rest, progress=on_terminal)
    if as_json:
        print_json(document)
        return
    for name in ("first", "second"):
        one = document[name]
        click.echo(f"{one['name']}: {one['images']} images, {one['ground_truth']} ground truths")
    rows = [["metric", "median", "median", "KS", "q", "delta", ""]]
    for one in document["metrics"]:
        medians = [f"{value:.4g}" for value in one["medians"]]
        mark = "drifted" if one["drifted"] else ""
        rows.append([one["title"], *medians, number(one["ks"], 2), f"{one['q']:.2g}",
                     f"{one['delta']:+.2f}", mark])  # fmt: skip
    click.echo(columns(rows, right=range(1, 6)))
    distance = document["class_distance"]
    if distance is not None:
        click.echo(f"\nclass shares differ by {distance:.1%}; most:")
        for one in document["classes"][:5]:
            shares = " → ".join(f"{share:.1%}" for share in one["shares"])
            click.echo(f"  {one['class_name']}: {shares}")
    if document["not_computed"]:
        click.echo(f"not computed: {', '.join(document['not_computed'])}")


def _spread(document: dict[str, Any]) -> str:
    """Both distributions of one metric, a line a bin."""
    from boxscore.cli.text import columns, number

    one, edges = document["drift"], document["edges"]
    names = [document[side]["name"] for side in ("first", "second")]
    totals = [sum(counts) for counts in document["counts"]]
    rows = [["from", "to", *names]]
    for k, pair in enumerate(zip(*document["counts"], strict=True)):
        shares = [f"{n / total:.1%}" for n, total in zip(pair, totals, strict=True)]
        rows.append([f"{edges[k]:.4g}", f"{edges[k + 1]:.4g}", *shares])
    table = columns(rows, right=range(4))
    return f"{one['title']}: KS {number(one['ks'], 2)}, delta {one['delta']:+.2f}\n{table}"
