"""`boxscore quickstart`: the bundled demo, from nothing to the app."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.cli.options import target_option


@click.command(epilog="Example:  boxscore quickstart --no-serve")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, envvar="PORT"
)
@click.option(
    "--no-serve", is_flag=True, help="Make and evaluate the project, do not start the app."
)
@target_option
def quickstart(port: int, no_serve: bool, target: Path) -> None:
    """Make the demo project: 41 real images, two real models; evaluate both; open the app."""
    from boxscore.cli.measuring import embed, measure
    from boxscore.cli.scores import print_evaluations
    from boxscore.project import Project

    project, made = Project.demo(target)
    click.echo(f"{'made' if made else 'found'} the demo project in {project.path}", err=True)
    print_evaluations([project.evaluate(run) for run in project.run_names()])
    if made:
        measure(project.path)
        embed(project.path)
    if no_serve:
        click.echo(f"\nOpen the app:  boxscore start --target {project.path}")
        return
    from boxscore.api.serve import serve

    serve(project, host="127.0.0.1", port=port, browser=True)
