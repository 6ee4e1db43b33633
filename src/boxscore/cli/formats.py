"""`boxscore formats`: what can be read."""

from __future__ import annotations

import click

from boxscore.cli.options import json_option


@click.command(epilog="Example:  boxscore formats --json")
@json_option
def formats(as_json: bool) -> None:
    """List the formats of ground truth and predictions that can be read."""
    from boxscore.cli.text import columns, print_json
    from boxscore.project import format_table

    rows = format_table()
    if as_json:
        print_json(rows)
        return
    table = [["format", "ground truth", "predictions", "what it is"]]
    for row in rows:
        holds = ("yes" if row[role] else "-" for role in ("truth", "predictions"))
        table.append([str(row["format"]), *holds, str(row["title"])])
    click.echo(columns(table))
