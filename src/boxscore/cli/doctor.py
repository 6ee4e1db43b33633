"""`boxscore doctor`: how predictions would be read, and a mapping file that settles it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option, open_project, target_option
from boxscore.errors import EXIT_PARTLY

ALTERNATIVES = 3


@click.command(epilog="Example:  boxscore doctor runs/detect/labels/ --write mapping.yaml")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--format",
    "form",
    default="auto",
    show_default=True,
    metavar="FORMAT",
    help="What PATH is; recognised by its content. `boxscore formats` lists them.",
)
@click.option(
    "--write",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the decisions to a mapping file, to be edited and given to the import.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A mapping file whose decisions hold.",
)
@json_option
@target_option
@click.pass_context
def doctor(
    ctx: click.Context,
    path: Path,
    form: str,
    write: Path | None,
    mapping: Path | None,
    as_json: bool,
    target: Path,
) -> None:
    """Say how the predictions in PATH would be read, how sure that is, and why; import nothing.

    The exit code is 3 when an import would be refused without a mapping file.
    """
    from boxscore.cli.text import print_json

    document = open_project(target).doctor(path, format=form, write=write, mapping=mapping)
    if as_json:
        print_json(document)
    else:
        _say(document)
    ctx.exit(0 if document["sure"] else EXIT_PARTLY)


def _say(document: dict[str, Any]) -> None:
    from boxscore.cli.text import print_recognised, print_warnings

    print_recognised(document)
    print_warnings(document["warnings"])
    click.echo(
        f"{document['path']}: {document['format']}, {document['records']} records"
        + (f", {document['rejected']} rejected" if document["rejected"] else "")
    )
    say_findings(document["findings"])
    if document["unmatched"]:
        click.echo(f"{document['unmatched']:.1%} of the records have no image or class")
    for finding in document["findings"]:
        if finding["unmatched"]:
            click.echo(f"{finding['question']} not found: {', '.join(finding['unmatched'])}")
        if not finding["sure"]:
            click.echo(f"{finding['question']}: {finding['fix']}")
    if document["mapping"]:
        click.echo(
            f"mapping: {document['mapping']}; check it, then import with "
            f"--mapping {document['mapping']}"
        )


def say_findings(findings: list[dict[str, Any]]) -> None:
    """Each question with the reading that was taken and the next best ones."""
    from boxscore.cli.text import columns

    rows = [["", "read as", "sure", "evidence"]]
    for finding in findings:
        sure = "yes" if finding["sure"] else "no"
        rows.append([finding["question"], finding["chosen"]["how"], sure, finding["why"]])
        for other in finding["alternatives"][:ALTERNATIVES]:
            rows.append(["", f"or {other['how']}", "", _evidence(other)])
    click.echo(columns(rows))


def _evidence(other: dict[str, Any]) -> str:
    """Of an alternative, in the measures of its question."""
    if "valid" in other:
        overlap = other["overlap"]
        words = f"{other['valid']:.0%} within their images"
        return words if overlap is None else f"{words}, mean best IoU {overlap:.2f}"
    words = f"{other['found']:.0%} found"
    return words if other["agreement"] is None else f"{words}, {other['agreement']:.0%} agree"
