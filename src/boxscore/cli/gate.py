"""`boxscore gate`: may this model replace the last one? Exit code 0 or 5."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option, open_project, slice_option, target_option
from boxscore.errors import EXIT_GATE, writing

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog="Example:  boxscore gate rules.yaml --run yolo-new --junit gate.xml")
@click.argument("rules", metavar="RULES.yaml", type=FILE)
@click.option("--run", metavar="RUN", help="The run to check.")
@click.option(
    "--baseline",
    metavar="RUN",
    help="The run that changes are counted from, instead of the one in the rules.",
)
@slice_option
@click.option("--init", "start", is_flag=True, help="Write first rules from --baseline and stop.")
@click.option("--task", metavar="T", help="What --init's rules score.  [default: the run's own]")
@click.option("--junit", type=FILE, metavar="FILE", help="Also write JUnit XML.")
@click.option("--markdown", type=FILE, metavar="FILE", help="Also write a comment in Markdown.")
@click.option("--gitlab", type=FILE, metavar="FILE", help="Also write a GitLab Code Quality file.")
@click.option("--github", is_flag=True, help="Also print annotations for GitHub Actions.")
@json_option
@target_option
def gate(
    rules: Path,
    run: str | None,
    baseline: str | None,
    where: str | list[str] | None,
    start: bool,
    task: str | None,
    junit: Path | None,
    markdown: Path | None,
    gitlab: Path | None,
    github: bool,
    as_json: bool,
    target: Path,
) -> int:
    """Check a run by rules: floors, drops, margins. Ends with 0 when it passes, with 5 when not."""
    from boxscore.report import gate_forms

    if start:
        return _start(rules, baseline, task, as_json, target)
    if task is not None:
        raise click.UsageError("--task is for --init; rules name theirs in a line `task:`")
    if run is None:
        raise click.UsageError("name the run to check with --run, or write rules with --init")
    document = open_project(target).gate(rules, run=run, baseline=baseline, where=where)
    _write(junit, gate_forms.junit, document)
    _write(markdown, gate_forms.markdown, document)
    _write(gitlab, gate_forms.gitlab, document)
    _print(document, as_json)
    if github and (text := gate_forms.github(document)):
        click.echo(text, err=as_json)
    return 0 if document["passed"] else EXIT_GATE


def _start(rules: Path, baseline: str | None, task: str | None, as_json: bool, target: Path) -> int:
    from boxscore.cli.text import print_json

    if baseline is None:
        raise click.UsageError("name the run that the rules are made from with --baseline")
    made = open_project(target).write_gate_rules(rules, baseline=baseline, task=task)
    if as_json:
        print_json(made)
    else:
        click.echo(f"{made['count']} rules made from {baseline} in {rules}")
        click.echo(f"  next: boxscore gate {rules} --run RUN")
    return 0


def _write(
    path: Path | None, form: Callable[[dict[str, Any]], str], document: dict[str, Any]
) -> None:
    if path is not None:
        with writing(path):
            path.write_text(form(document), encoding="utf-8")


def _print(document: dict[str, Any], as_json: bool) -> None:
    """The verdict, then a line for each rule, failures first."""
    from boxscore.cli.text import columns, number, print_json
    from boxscore.report.gate_forms import verdict

    if as_json:
        print_json(document)
        return
    click.echo(verdict(document))
    order = {"failed": 0, "unsure": 1, "passed": 2}
    table = [["", "line", "what", "rule", "value", "baseline", "change", "bounds", "objects"]]
    for one in sorted(document["checks"], key=lambda c: (not c["blocks"], order[c["status"]])):
        change = "–" if one["difference"] is None else f"{one['difference']:+.4f}"
        bounds = "–" if one["low"] is None else f"{one['low']:+.3f} to {one['high']:+.3f}"
        table.append(
            [one["status"], str(one["line"]), one["subject"], one["rule"], number(one["value"], 4),
             number(one["baseline"], 4), change, bounds, str(one["objects"])]
        )  # fmt: skip
    click.echo()
    click.echo(columns(table, right=(1, 4, 5, 6, 8)))
    reasons = {one["reason"] for one in document["checks"] if one["reason"]}
    for note in [*sorted(reasons), *document["notes"]]:
        click.echo(f"  {note}")
