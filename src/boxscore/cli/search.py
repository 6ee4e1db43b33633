"""`boxscore search`: the images or objects that a text describes."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import json_option, open_project, slice_option, target_option


@click.command("search", epilog="Example:  boxscore search 'a dog on a sofa' --top 5")
@click.argument("text")
@click.option("--objects", is_flag=True, help="Search labelled objects instead of images.")
@click.option("--run", help="Search this run's predictions.")
@slice_option
@click.option("-k", "--top", type=int, default=10, show_default=True, help="How many.")
@click.option("--model", help="Where the model is now, as open_clip:local-dir:FOLDER.")
@json_option
@target_option
def search(
    text: str,
    objects: bool,
    run: str | None,
    where: str | list[str] | None,
    top: int,
    model: str | None,
    as_json: bool,
    target: Path,
) -> None:
    """Print the images that a text describes best, the best first; offline.

    They must be embedded by a model that knows text:

        boxscore embed --model open_clip:ViT-B-32/laion2b_s34b_b79k
    """
    from boxscore.cli.text import columns, number, print_json

    of = "objects" if objects or run is not None else "images"
    project = open_project(target)
    document = project.search(text, of=of, run=run, top=top, where=where, model=model)
    if as_json:
        print_json(document)
        return
    rows = [["cosine", "image", "split", "class"]]
    for one in document["places"]:
        rows.append([number(one["cosine"]), one["title"], one["split"], one.get("class_name", "")])
    click.echo(columns(rows, right=(0,)))
