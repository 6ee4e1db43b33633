"""`boxscore imports`: what every import read, how, and a mapping file that does it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option, open_project, own_target, target_option
from boxscore.errors import RequestError, writing

MOST_CLASSES = 20
which_argument = click.argument("which", metavar="NUMBER|RUN")


@click.group("imports", invoke_without_command=True, epilog="Example:  boxscore imports show int8")
@json_option
@target_option
@click.pass_context
def imports(ctx: click.Context, as_json: bool, target: Path) -> None:
    """List the imports; show one, its records, or the mapping file that repeats it."""
    ctx.obj = target
    if ctx.invoked_subcommand is not None:
        return
    from boxscore.cli.text import columns, print_json

    found = open_project(target).import_reports()
    if as_json:
        print_json(found)
        return
    head = ["import", "of", "file", "format", "records", "rejected", "repaired"]
    table: list[list[object]] = [[*head]]
    for one in found:
        made = one.get("run") or "labels"
        size = one.get("predictions", one.get("ground_truth", ""))
        table.append([one["number"], made, one["file"], one.get("format") or "", size,
                      one["rejected"], one["repaired"]])  # fmt: skip
    click.echo(columns(table, right=(0, 4, 5, 6)))


@imports.command(epilog="Example:  boxscore imports show int8")
@which_argument
@json_option
@target_option
@click.pass_context
def show(ctx: click.Context, which: str, as_json: bool, target: Path) -> None:
    """Show the readings that were weighed, what each class became, and what arrived.

    A run stands for the newest import that made it.
    """
    from boxscore.cli.text import print_json

    document = open_project(own_target(ctx, target)).import_report(which)
    if as_json:
        print_json(document)
        return
    _say_head(document)
    if document["findings"]:
        from boxscore.cli.doctor import say_findings

        say_findings(document["findings"])
    _say_classes(document["classes_read"] or [])
    _say_checks(document)


@imports.command(epilog="Example:  boxscore imports records int8 --outcome rejected")
@which_argument
@click.option("--outcome", type=click.Choice(["rejected", "repaired"]), help="Only such.")
@click.option("--code", help="Only those of this code.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0, help="Where the list starts.")
@json_option
@target_option
@click.pass_context
def records(
    ctx: click.Context,
    which: str,
    outcome: str | None,
    code: str | None,
    limit: int,
    offset: int,
    as_json: bool,
    target: Path,
) -> None:
    """List the records that an import rejected or repaired."""
    from boxscore.cli.text import print_json

    found = open_project(own_target(ctx, target)).import_records(
        which, outcome=outcome, code=code, offset=offset, limit=limit
    )
    if as_json:
        print_json(found)
        return
    for one in found["records"]:
        click.echo(f"{one['outcome']} {one['code']} {one['place']}: {one['problem']}")
    click.echo(f"{len(found['records'])} of {found['total']} records")


@imports.command(epilog="Example:  boxscore imports mapping int8 --output mapping.yaml")
@which_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file; default: print it.",
)
@target_option
@click.pass_context
def mapping(ctx: click.Context, which: str, output: Path | None, target: Path) -> None:
    """Give the mapping file with which `import predictions` reads the same again."""
    text = open_project(own_target(ctx, target)).import_mapping(which)
    if output is None:
        click.echo(text, nl=False)
        return
    if output.exists():
        fix = "choose another name, or remove that file first"
        raise RequestError(f"{output}: exists already", fix=fix, code="E-MAPPING-EXISTS")
    with writing(output):
        output.write_text(text, encoding="utf-8")
    click.echo(f"mapping: {output}")


def _say_head(document: dict[str, Any]) -> None:
    kind = document["kind"] == "project"
    made = "the labels" if kind else f"run {document['run']}"
    form = f", {document['format']}" if document.get("format") else ""
    click.echo(
        f"import {document['number']}: {made} from {document['file']}{form}, "
        f"{document['rejected']} records rejected, {document['repaired']} repaired"
    )


def _say_classes(rows: list[dict[str, Any]]) -> None:
    from boxscore.cli.text import columns

    if not rows:
        return
    table = [["in the file", "class", "by", "records"]]
    lost = [row for row in rows if row["class"] is None]
    kept = [row for row in rows if row["class"] is not None]
    for row in [*lost, *kept][:MOST_CLASSES]:
        name = row["class"] or ("left out" if row["left_out"] else "not found")
        table.append([row["source"], name, row["how"] or "", row["records"]])
    click.echo("\n" + columns(table, right=(3,)))
    if len(rows) > MOST_CLASSES:
        click.echo(f"and {len(rows) - MOST_CLASSES} more; --json has all")


def _say_checks(document: dict[str, Any]) -> None:
    from boxscore.cli.text import columns

    table = [["state", "check", "count", ""]]
    table += [[r["state"], r["title"], str(r["count"]), r["why"] or ""] for r in document["checks"]]
    click.echo("\n" + columns(table, right=(2,)))
    if document["mapping_file"] is not None:
        click.echo(f"\nthe same again: boxscore imports mapping {document['number']}")
