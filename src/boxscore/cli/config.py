"""`boxscore config`: what is set for a project; `boxscore storage`: what its folder holds."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import json_option, open_project, target_option


@click.group("config", epilog="Example:  boxscore config set protocol voc12")
def config_group() -> None:
    """Settings of the project: thresholds of findings, usual task and protocol, tags of keys."""


@config_group.command("list", epilog="Example:  boxscore config list")
@json_option
@target_option
def list_settings(as_json: bool, target: Path) -> None:
    """List every setting, its value, its default and what it means."""
    from boxscore.cli.text import columns, print_json

    rows = open_project(target).settings
    if as_json:
        print_json(rows)
        return
    table = [["setting", "value", "default", "meaning"]]
    table += [[r["name"], _text(r["value"]), _text(r["default"]), r["title"]] for r in rows]
    click.echo(columns(table, right=(1, 2)))


def _text(value: float | str) -> str:
    if isinstance(value, str):
        return value or "-"
    return f"{value:g}"


@config_group.command("get", epilog="Example:  boxscore config get training_size")
@click.argument("name")
@target_option
def get_setting(name: str, target: Path) -> None:
    """Print one value; nothing where none is set."""
    from boxscore.errors import RequestError, near_misses

    known = {row["name"]: row["value"] for row in open_project(target).settings}
    if name not in known:
        raise RequestError(
            f"setting {name!r} does not exist",
            fix=near_misses(name, list(known)),
            code="E-SETTING-UNKNOWN",
        )
    value = known[name]
    click.echo(value if isinstance(value, str) else f"{value:g}")


@config_group.command("set", epilog="Example:  boxscore config set IMG001 0.2")
@click.argument("name")
@click.argument("value")
@target_option
def set_setting(name: str, value: str, target: Path) -> None:
    """Set one value for the project; values that depend on it are computed anew."""
    open_project(target).change_settings({name: value})


@config_group.command("unset", epilog="Example:  boxscore config unset IMG001")
@click.argument("name")
@target_option
def unset_setting(name: str, target: Path) -> None:
    """Bring one default back."""
    open_project(target).change_settings({name: None})


@click.command(epilog="Example:  boxscore storage")
@json_option
@target_option
def storage(as_json: bool, target: Path) -> None:
    """What the project's folder holds, where, and how big it is."""
    from boxscore.cli.text import columns, print_json

    project = open_project(target)
    document = project.storage()
    if as_json:
        print_json(document)
        return
    table = [["what", "place", "files", "MB"]]
    table += [
        [row["what"], row["place"], f"{row['files']:,}", f"{row['bytes'] / 1e6:,.2f}"]
        for row in document["rows"]
    ]
    table.append(["all of it", "", "", f"{document['bytes'] / 1e6:,.2f}"])
    click.echo(str(project.path))
    click.echo(columns(table, right=(2, 3)))
