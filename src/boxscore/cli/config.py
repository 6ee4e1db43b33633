"""`boxscore config`: what is set for a project."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import json_option, open_project, target_option


@click.group("config")
def config_group() -> None:
    """Settings of the project: the training size, the thresholds of findings."""


@config_group.command("list", epilog="Example:  boxscore config list")
@json_option
@target_option
def list_settings(as_json: bool, target: Path) -> None:
    """List every setting, its value and its default."""
    from boxscore.cli.text import columns, print_json

    rows = open_project(target).settings
    if as_json:
        print_json(rows)
        return
    table = [["setting", "value", "default"]]
    table += [[row["name"], f"{row['value']:g}", f"{row['default']:g}"] for row in rows]
    click.echo(columns(table, right=(1, 2)))


@config_group.command("get", epilog="Example:  boxscore config get training_size")
@click.argument("name")
@target_option
def get_setting(name: str, target: Path) -> None:
    """Print one value."""
    from boxscore.errors import RequestError, near_misses

    known = {row["name"]: row["value"] for row in open_project(target).settings}
    if name not in known:
        raise RequestError(
            f"setting {name!r} does not exist",
            fix=near_misses(name, list(known)),
            code="E-SETTING-UNKNOWN",
        )
    click.echo(f"{known[name]:g}")


@config_group.command("set", epilog="Example:  boxscore config set IMG001 0.2")
@click.argument("name")
@click.argument("value", type=float)
@target_option
def set_setting(name: str, value: float, target: Path) -> None:
    """Set one value for the project; values that depend on it are computed anew."""
    open_project(target).change_settings({name: value})


@config_group.command("unset", epilog="Example:  boxscore config unset IMG001")
@click.argument("name")
@target_option
def unset_setting(name: str, target: Path) -> None:
    """Bring one default back."""
    open_project(target).change_settings({name: None})
