"""`boxscore report`: one file that says how good a run is, and shows where it fails."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import open_project, target_option

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog="Example:  boxscore report yolo-old yolo-new --rules rules.yaml -o new.html")
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option(
    "-o",
    "--output",
    type=FILE,
    default=Path("report.html"),
    show_default=True,
    help="Its suffix says what is written: .html, .md or .json.",
)
@click.option("--slice", "where", metavar="S", help="Only some images, as for `evaluate`.")
@click.option(
    "--rules",
    type=FILE,
    metavar="RULES.yaml",
    help="Ask the gate by these.  [default: those that the project keeps, else no gate]",
)
@click.option("--baseline", metavar="RUN", help="Of the gate, instead of the one in the rules.")
@click.option(
    "--examples",
    type=click.IntRange(0, 500),
    default=48,
    show_default=True,
    help="Objects shown of each outcome (HTML).",
)
@target_option
def report(
    runs: tuple[str, ...],
    output: Path,
    where: str | None,
    rules: Path | None,
    baseline: str | None,
    examples: int,
    target: Path,
) -> None:
    """Write one file about a run or several (default: all): no server, no network, no script."""
    from boxscore.engine.progress import on_terminal
    from boxscore.report import write_report

    project = open_project(target)
    write_report(
        project,
        runs,
        output,
        where=where,
        rules=rules,
        baseline=baseline,
        examples=examples,
        progress=on_terminal,
    )
    click.echo(f"Report written to `{output.absolute()}` ({output.stat().st_size / 1e6:.1f} MB)")
