"""`boxscore print`: the four documents of Encord Active's own command, under its file names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import open_project, target_option
from boxscore.errors import writing


@click.group("print", epilog="Example:  encord-active print --json data-mapping")
@click.option(
    "--json/--no-json",
    "as_file",
    default=False,
    help="Write the JSON to a file in the current folder instead of printing it.",
)
@click.pass_context
def print_group(ctx: click.Context, as_file: bool) -> None:
    """Print the data mapping, the ontology, projects or facts about this machine."""
    ctx.obj = as_file


def _deliver(document: Any, file_name: str, as_file: bool) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if not as_file:
        click.echo(text)
        return
    path = Path.cwd() / file_name
    with writing(path):
        path.write_text(text + "\n", encoding="utf-8")
    click.echo(f"Mapping stored in `{path}`")


@print_group.command("data-mapping", epilog="Example:  boxscore print data-mapping --limit 10")
@click.option("--limit", type=click.IntRange(min=0), help="Only the first N.")
@target_option
@click.pass_obj
def data_mapping(as_file: bool, limit: int | None, target: Path) -> None:
    """Every image or video: its data_hash and its title."""
    _deliver(open_project(target).data_mapping(limit), "data_mapping.json", as_file)


@print_group.command(epilog="Example:  boxscore print --json ontology")
@target_option
@click.pass_obj
def ontology(as_file: bool, target: Path) -> None:
    """Every class with its hashes, as predictions must name them."""
    _deliver(open_project(target).ontology.summary(), "ontology_output.json", as_file)


@print_group.command("encord-projects", epilog="Example:  boxscore print encord-projects")
@click.option("--query", help="Accepted for compatibility; this program talks to no server.")
@click.pass_obj
def encord_projects(as_file: bool, query: str | None) -> None:
    """Projects on the Encord platform: none, since this program works without a network."""
    click.echo(
        "boxscore works without an account and without a network: no remote projects", err=True
    )
    _deliver({}, "encord-projects.json", as_file)


@print_group.command("system-info", epilog="Example:  boxscore print system-info")
def print_system_info() -> None:
    """This machine: system, processor, memory."""
    _echo_system()


@click.command("system-info", epilog="Example:  boxscore system-info")
def system_info() -> None:
    """This machine and the versions in use, for a bug report."""
    _echo_system()


def _echo_system() -> None:
    from boxscore.project.machine import system_facts

    for heading, facts in system_facts().items():
        click.echo(heading)
        for name, value in facts.items():
            click.echo(f"  {name}: {value}")
