"""`boxscore start`: the app, for one project or for a folder of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxscore.cli.options import find_project, target_option
from boxscore.errors import ProjectNotFoundError

if TYPE_CHECKING:
    from boxscore.api.served import Served


@click.command(epilog="Example:  boxscore start --target projects/ --root /data --port 8080")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, envvar="PORT"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder whose files may be imported from the browser, with all below it. "
    "Default: the target, where that is a folder of projects.",
)
@target_option
def start(port: int, host: str, no_browser: bool, root: Path | None, target: Path) -> None:
    """Open the app for a project or a folder of projects; stop it with Ctrl+C."""
    served = _served(target, root)
    from boxscore.api.serve import serve

    serve(served, host=host, port=port, browser=not no_browser)


def _served(target: Path, root: Path | None) -> Served:
    """A project when there is one at or around the target, else the folder as a shelf."""
    from boxscore.api.served import Served
    from boxscore.project import Project
    from boxscore.project.shelf import Shelf

    target = target.absolute()
    try:
        found = find_project(target, ask=False)
    except ProjectNotFoundError as bad:
        if bad.code not in ("E-TARGET-SEVERAL", "E-TARGET-NONE"):
            raise
        if bad.code == "E-TARGET-NONE" and root is None:
            raise
        return Served(Shelf(target), root or target)
    shelf = found.parent == target
    return Served(
        Shelf(target if shelf else None, Project.open(found)),
        root or (target if shelf else None),
    )
