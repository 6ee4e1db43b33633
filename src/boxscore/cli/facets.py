"""`boxscore facets`: how many images and objects every choice of the filter would leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import (
    iou_option,
    json_option,
    open_project,
    slice_option,
    target_option,
    task_option,
)

MOST = 10
"""Rows of one facet that are printed."""


@click.command(epilog="Example:  boxscore facets int8 --slice split=val --range metric.brightness")
@click.argument("run", required=False)
@click.option("--outcome", help="Objects: tp, fp, fn or error. Default: all.")
@click.option("--kind", help="Objects: why a prediction is false, or missed.")
@click.option("--tag", help="Objects that have this tag.")
@click.option(
    "--among", metavar="S", help="Objects, as object.class=person,object.confidence=0.2..0.5."
)
@click.option(
    "--range",
    "ranges",
    metavar="KEY",
    multiple=True,
    help="A histogram too, as metric.brightness, width, object.iou; may be given several times.",
)
@click.option("--confidence", type=float, help="Least confidence. Default: the best F1.")
@iou_option
@task_option
@slice_option
@json_option
@target_option
def facets(
    run: str | None,
    outcome: str | None,
    kind: str | None,
    tag: str | None,
    among: str | None,
    ranges: tuple[str, ...],
    confidence: float | None,
    iou: float,
    task: str | None,
    where: str | list[str] | None,
    as_json: bool,
    target: Path,
) -> None:
    """Count images, and with RUN its objects, for every choice of the filter.

    Each number is what the choice would leave under all other conditions.
    """
    from boxscore.cli.text import print_json
    from boxscore.evaluation.queries import ErrorQuery
    from boxscore.project.slices.facets import FacetQuery

    if where is not None and not isinstance(where, str):
        raise click.UsageError("--slice of facets is an expression, not a file of images")
    errors = ErrorQuery(
        iou=iou, confidence=confidence, outcome=outcome, kind=kind, tag=tag, among=among
    )
    asked = FacetQuery(where=where, run=run, task=task, errors=errors, ranges=ranges)
    project = open_project(target)
    document = project.facets(asked)
    if as_json:
        print_json(document)
        return
    names = [row.name for row in project.ontology.classes]
    click.echo("\n".join(_told(document, names)))


def _told(document: dict[str, Any], names: list[str]) -> Iterator[str]:
    images, objects = document["images"], document["objects"]
    yield f"{images['chosen']} of {images['total']} images"
    for key in ("splits", "sequences", "tags", "slices"):
        yield from _facet(key, ((row["name"], row["images"]) for row in images[key]))
    yield from _facet("with", ((names[r["class_id"]], r["images"]) for r in images["classes"]))
    yield from _ranges(images["ranges"])
    if objects is None:
        return
    yield f"\n{objects['total']} objects at confidence {objects['confidence']:.3f} or above"
    yield from _facet("outcome", objects["outcome"].items())
    yield from _facet("kind", objects["kind"].items())
    for key in ("classes", "labelled", "predicted"):
        rows = ((r["class_id"], r["count"]) for r in objects[key])
        yield from _facet(key, (("none" if k is None else names[k], n) for k, n in rows))
    yield from _facet("tags", ((row["name"], row["count"]) for row in objects["tags"]))
    yield from _ranges(objects["ranges"])


def _facet(title: str, rows: Iterable[tuple[str, int | None]]) -> Iterator[str]:
    known = [(name, count) for name, count in rows if count]
    known.sort(key=lambda row: -(row[1] or 0))
    more = f", and {len(known) - MOST} more" if len(known) > MOST else ""
    if known:
        yield f"  {title}: " + ", ".join(f"{name} {n}" for name, n in known[:MOST]) + more


def _ranges(facets: list[dict[str, Any]]) -> Iterator[str]:
    for facet in facets:
        edges, counts = facet["edges"], facet["counts"]
        yield f"  {facet['title']} {facet['unit']}".rstrip() + ("" if edges else ": no values")
        for k, count in enumerate(counts):
            if count:
                yield f"    {edges[k]:.4g} to {edges[k + 1]:.4g}: {count}"
