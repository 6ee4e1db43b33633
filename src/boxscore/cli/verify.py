"""`boxscore verify`: check every byte of the store."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import find_project, json_option, target_option
from boxscore.errors import EXIT_REFUSED


@click.command(epilog="Example:  boxscore verify --target my-project")
@json_option
@target_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool, target: Path) -> None:
    """Check every byte of a project against its checksums."""
    from boxscore.project import Project

    document = Project.verify(find_project(target))
    if as_json:
        from boxscore.cli.text import print_json

        print_json(document)
    else:
        for problem in document["problems"]:
            click.echo(problem, err=True)
        state = f"{len(document['problems'])} problems" if document["problems"] else "clean"
        click.echo(f"{state}: {document['parts']} parts, {document['files']} files checked")
    ctx.exit(EXIT_REFUSED if document["problems"] else 0)
