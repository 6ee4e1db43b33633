"""`boxscore figure`: one figure as a file, for a paper or a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import open_project, target_option
from boxscore.errors import RequestError, writing

NAMES = {
    "pr-curve": "pr_curve",
    "f1-curve": "f1_curve",
    "confusion": "confusion",
    "calibration": "calibration",
    "error-budget": "error_budget",
    "metric-performance": "metric_performance",
    "size-breakdown": "size_breakdown",
    "forest": "forest",
}
SUFFIXES = (".pdf", ".svg", ".png", ".html")
FEW = {"confusion": 1, "metric-performance": 1, "forest": 2}
"""Runs that a figure is of, where it is not of any number."""
DOTS = 300


@click.command(epilog="Example:  boxscore figure forest float32 int8 -o change.pdf")
@click.argument("name", type=click.Choice(list(NAMES)), metavar="NAME")
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Its suffix says what is written: .pdf, .svg or .png by matplotlib, .html by Plotly.",
)
@click.option("--metric", help="Of metric-performance: its title or id.")
@click.option("--slice", "where", metavar="S", help="Only some images, as for `evaluate`.")
@click.option("--width", type=click.FloatRange(1, 40), help="In inches; default: a column, 3.35.")
@target_option
def figure(
    name: str,
    runs: tuple[str, ...],
    output: Path,
    metric: str | None,
    where: str | None,
    width: float | None,
    target: Path,
) -> None:
    """Draw a figure of some runs (default: all).

    NAME is pr-curve, f1-curve, confusion, calibration, error-budget, metric-performance,
    size-breakdown or forest.
    """
    from boxscore import figures

    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        raise RequestError(
            f"{output.name}: a figure is {', '.join(SUFFIXES)}",
            fix=f"name it {output.stem or 'figure'}.pdf",
            code="E-FIGURE-SUFFIX",
        )
    options: dict[str, Any] = {"where": where, "engine": _engine(suffix)}
    if width is not None:
        options["width"] = width
    if name == "metric-performance":
        options["metric"] = _metric(metric)
    drawn = getattr(figures, NAMES[name])(open_project(target), *_runs(name, runs), **options)
    with writing(output):
        if suffix == ".html":
            drawn.write_html(output, include_plotlyjs=True)
        else:
            made = {"Date": None} if suffix == ".svg" else {"CreationDate": None}
            drawn.savefig(output, dpi=DOTS, metadata=None if suffix == ".png" else made)
    click.echo(f"Figure written to `{output.absolute()}`")


def _engine(suffix: str) -> str:
    return "plotly" if suffix == ".html" else "matplotlib"


def _metric(metric: str | None) -> str:
    if metric is None:
        raise RequestError(
            "which metric is not said",
            fix='for example --metric "Object Area - Absolute"',
            code="E-FIGURE-METRIC",
        )
    return metric


def _runs(name: str, runs: tuple[str, ...]) -> tuple[str, ...]:
    wanted = FEW.get(name)
    if wanted is not None and len(runs) != wanted:
        raise RequestError(
            f"{name} is of {wanted} run{'s' if wanted > 1 else ''}, not of {len(runs)}",
            fix=f"boxscore figure {name} {' '.join(['RUN'] * wanted)} -o FILE",
            code="E-FIGURE-RUNS",
        )
    return runs
