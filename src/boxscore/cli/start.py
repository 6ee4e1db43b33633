"""`boxscore start`: the app, for a project."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import open_project, target_option


@click.command(epilog="Example:  boxscore start --target my-project --port 8080")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, envvar="PORT"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@target_option
def start(port: int, host: str, no_browser: bool, target: Path) -> None:
    """Open the app for a project; stop it with Ctrl+C."""
    project = open_project(target)
    from boxscore.api.serve import serve

    serve(project, host=host, port=port, browser=not no_browser)
