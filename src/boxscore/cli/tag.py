"""`boxscore tag` and `boxscore slice`: names for images, objects, and ways to choose images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxscore.cli.options import json_option, open_project, target_option

if TYPE_CHECKING:
    from boxscore.project.slices.tagging import Selection


@click.group("tag", epilog="Example:  boxscore tag list")
def tag_group() -> None:
    """Tag images and objects: add, remove, list, undo."""


_selected = (
    click.argument("name"),
    click.argument("where", required=False),
    click.option("--object", "objects", multiple=True, help="P12 or G3 of the run's error list."),
    click.option("--run", help="Whose list that is."),
    target_option,
)


def _options(command: click.decorators.FC) -> click.decorators.FC:
    for option in reversed(_selected):
        command = option(command)
    return command


def _selection(where: str | None, objects: tuple[str, ...], run: str | None) -> Selection:
    from boxscore.project.slices.tagging import Selection

    if where is None and not objects:
        raise click.UsageError("name images by a slice, as split=val, or objects by --object")
    return Selection(where=where, objects=objects, run=run)


@tag_group.command(epilog="Example:  boxscore tag add night 'metric.brightness=..0.35'")
@_options
def add(
    name: str, where: str | None, objects: tuple[str, ...], run: str | None, target: Path
) -> None:
    """Give tag NAME to the images of slice WHERE, or to objects."""
    changed = open_project(target).tag(name, _selection(where, objects, run))
    click.echo(f"{name}: {changed} tagged")


@tag_group.command(epilog="Example:  boxscore tag remove night title=000000005001.jpg")
@_options
def remove(
    name: str, where: str | None, objects: tuple[str, ...], run: str | None, target: Path
) -> None:
    """Take tag NAME off the images of slice WHERE, or off objects."""
    changed = open_project(target).untag(name, _selection(where, objects, run))
    click.echo(f"{name}: {changed} untagged")


@tag_group.command("list", epilog="Example:  boxscore tag list --json")
@json_option
@target_option
def list_tags(as_json: bool, target: Path) -> None:
    """List the tags and how many images, labels and predictions have them."""
    from boxscore.cli.text import columns, print_json

    tags = open_project(target).tags()
    if as_json:
        print_json(tags)
        return
    rows = [["tag", "images", "labels", "predictions"]]
    for one in tags:
        found = ", ".join(f"{n} of {run}" for run, n in one["predictions"].items())
        rows.append([one["tag"], str(one["images"]), str(one["labels"]), found])
    click.echo(columns(rows, right=(1, 2)) if tags else "No tags yet.")


@tag_group.command(epilog="Example:  boxscore tag undo")
@target_option
def undo(target: Path) -> None:
    """Take the last change of tags, notes and saved slices back."""
    done = open_project(target).undo()
    click.echo("nothing to undo" if done is None else f"undone: {done}")


@click.group("slice", epilog="Example:  boxscore slice list")
def slice_group() -> None:
    """Name ways to choose images: save, list, delete. `--slice slice=NAME` then means one."""


@slice_group.command(
    epilog="Example:  boxscore slice save dark-val 'split=val,metric.brightness=..0.35'"
)
@click.argument("name")
@click.argument("where")
@target_option
def save(name: str, where: str, target: Path) -> None:
    """Name slice WHERE."""
    replaced = open_project(target).save_slice(name, where)
    click.echo(f"slice {name} {'replaced' if replaced else 'saved'}: {where}")


@slice_group.command("list", epilog="Example:  boxscore slice list")
@json_option
@target_option
def list_slices(as_json: bool, target: Path) -> None:
    """List the saved slices."""
    from boxscore.cli.text import columns, print_json

    slices = open_project(target).slices()
    if as_json:
        print_json(slices)
    else:
        click.echo(columns(list(map(list, slices.items()))) if slices else "No slices saved yet.")


@slice_group.command(epilog="Example:  boxscore slice delete dark-val")
@click.argument("name")
@target_option
def delete(name: str, target: Path) -> None:
    """Forget a saved slice."""
    open_project(target).forget_slice(name)
    click.echo(f"slice {name} forgotten")
