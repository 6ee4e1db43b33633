"""`boxscore answers`: which images a run of classifications gets wrong, and as what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boxscore.cli.options import json_option, open_project, slice_option, target_option
from boxscore.errors import RequestError, near_misses

if TYPE_CHECKING:
    from boxscore.evaluation.queries import ClassOrNone
    from boxscore.project import Project


@click.command(epilog="Example:  boxscore answers resnet --labelled dog --predicted wolf")
@click.argument("run")
@click.option(
    "--outcome",
    type=click.Choice(["wrong", "right", "all"]),
    default="wrong",
    show_default=True,
    help="Which images.",
)
@click.option("--labelled", metavar="CLASS", help="Only images of which this is a right answer.")
@click.option(
    "--predicted", metavar="CLASS", help="Only images that got this answer; none: no answer."
)
@click.option("--doubtful", is_flag=True, help="The least confident answers first, not the most.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@slice_option
@json_option
@target_option
def answers(
    run: str,
    outcome: str,
    labelled: str | None,
    predicted: str | None,
    doubtful: bool,
    limit: int,
    where: str | None,
    as_json: bool,
    target: Path,
) -> None:
    """List images of a run of classifications with the right answers and the given ones."""
    from boxscore.cli.text import print_json
    from boxscore.evaluation.queries import AnswerQuery

    project = open_project(target)
    query = AnswerQuery(
        outcome=None if outcome == "all" else outcome,
        labelled=None if labelled is None else _class_id(project, labelled),
        predicted=_given(project, predicted),
        sort="doubtful" if doubtful else "surest",
        limit=limit,
    )
    document = project.answers(run, query, where=where)
    print_json(document) if as_json else _print(run, document)


def _given(project: Project, name: str | None) -> ClassOrNone:
    if name is None:
        return None
    return "none" if name == "none" else _class_id(project, name)


def _class_id(project: Project, name: str) -> int:
    rows = [row for row in project.ontology.classes if row.kind != "object"]
    known = {row.name: row.class_id for row in reversed(rows)}
    if name not in known:
        raise RequestError(
            f"answer {name!r} does not exist",
            fix=near_misses(name, known),
            code="E-CLASS-UNKNOWN",
        )
    return known[name]


def _print(run: str, document: dict[str, Any]) -> None:
    from boxscore.cli.text import columns, number

    rows = [["image", "labelled", "answered", "confidence"]]
    for one in document["answers"]:
        names = ", ".join(answer["class_name"] for answer in one["given"])
        sure = one["given"][0]["confidence"] if one["given"] else None
        right = ", ".join(answer["class_name"] for answer in one["labelled"])
        rows.append([one["item"]["title"], right, names or "no answer", number(sure)])
    click.echo(columns(rows, right=(3,)))
    facets = document["facets"]
    shown = len(document["answers"])
    click.echo(
        f"  {run}: {shown} of {document['total']} shown; {facets['wrong']} wrong, "
        f"{facets['right']} right"
    )
